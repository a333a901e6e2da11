"""The authority's certificates hold for the allowed hosts, for a strict client, and leave no file."""

import ssl
import threading
from datetime import UTC, datetime, timedelta
from socket import socketpair

import pytest

from agentic.broker.ca import Authority


def handshake(authority: Authority, server: ssl.SSLContext, host: str) -> str:
    context = ssl.create_default_context(cadata=authority.trust)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(ours, server_side=True).close()
        except OSError:
            ours.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with context.wrap_socket(theirs, server_hostname=host) as tls:
            return tls.version() or ""
    finally:
        theirs.close()
        thread.join()


def test_certificate_holds_for_each_host_in_strict_mode() -> None:
    authority = Authority()
    server = authority.server_context(["api.stripe.com", "files.stripe.com"])
    assert handshake(authority, server, "api.stripe.com") == "TLSv1.3"
    assert handshake(authority, server, "files.stripe.com") == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority, server, "evil.test")


def test_authorities_do_not_vouch_for_each_other() -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(Authority(), Authority().server_context(["api.stripe.com"]), "api.stripe.com")


def test_long_lived_process_still_vouches() -> None:
    authority = Authority(datetime.now(UTC) - timedelta(days=90))
    assert handshake(authority, authority.server_context(["api.stripe.com"]), "api.stripe.com")
