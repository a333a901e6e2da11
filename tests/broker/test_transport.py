"""Requests leave by verified https to public addresses only, or to a fake on this machine; by no proxy, never redirected."""

import ssl
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
from broker_stage import HOST, request
from echo_upstream import EchoUpstream
from tls_server import PUBLIC, TlsServer, plain_answer, resolving

from agentic.broker.ca import Authority
from agentic.broker.transport import FakeTransport, HttpsTransport
from agentic.core.errors import BrokerError
from agentic.core.wire import HttpRequest

READ = request("GET", "/v1/customers?a=1")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_request_goes_to_the_address_that_was_checked_and_the_connection_is_used_again(authority: Authority) -> None:
    with TlsServer(authority, [HOST], plain_answer).serving() as server:
        transport = server.transport()
        for _ in range(3):
            assert transport.send(READ, 5).body == b"/v1/customers?a=1 api.stripe.com"
        transport.close()
        assert server.asked == [(PUBLIC, 443)]
        assert server.connections == 1


def test_connection_that_the_server_closed_is_not_used_again(authority: Authority) -> None:
    def closing(handler: Any) -> None:
        plain_answer(handler)
        handler.close_connection = True

    with TlsServer(authority, [HOST], closing).serving() as server:
        transport = server.transport()
        for _ in range(2):
            assert transport.send(READ, 5).status == 200
            time.sleep(0.1)
        transport.close()
        assert server.connections == 2


def test_certificate_for_another_host_is_refused(authority: Authority) -> None:
    with (
        TlsServer(authority, ["other.example.com"], plain_answer).serving() as server,
        pytest.raises(BrokerError, match="CERTIFICATE"),
    ):
        server.transport().send(READ, 5)


def test_authority_that_is_not_trusted_is_refused(authority: Authority) -> None:
    with TlsServer(authority, [HOST], plain_answer).serving() as server, pytest.raises(BrokerError, match="CERTIFICATE"):
        server.transport(context=ssl.create_default_context()).send(READ, 5)


@pytest.mark.parametrize("url", ["http://api.stripe.com/", "https://api.stripe.com:8443/", "ftp://api.stripe.com/"])
def test_only_https_on_its_port_leaves(url: str) -> None:
    with pytest.raises(BrokerError, match="only https"):
        HttpsTransport().send(HttpRequest("GET", url), 5)


def test_redirect_is_an_answer(authority: Authority) -> None:
    def redirect(handler: Any) -> None:
        handler.send_response(302)
        handler.send_header("Location", "https://evil.test/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with TlsServer(authority, [HOST], redirect).serving() as server:
        transport = server.transport()
        assert transport.send(READ, 5).status == 302
        transport.close()


def test_interim_answer_does_not_shift_the_answers_of_later_calls(authority: Authority) -> None:
    """After a 103 the real answer follows; on a connection kept open the next call, of another run, would get it."""

    def early(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        handler.wfile.flush()
        plain_answer(handler)

    with TlsServer(authority, [HOST], early).serving() as server:
        transport = server.transport()
        for _ in range(2):
            with pytest.raises(BrokerError, match="interim status 103"):
                transport.send(READ, 5)
        transport.close()
        assert server.connections == 2


@pytest.mark.parametrize(
    "headers",
    [
        (("Transfer-Encoding", "gzip, chunked"),),
        (("Transfer-Encoding", "identity"),),
        (("Content-Length", "2"), ("Content-Length", "3")),
    ],
)
def test_answer_in_a_framing_that_cannot_be_undone_is_no_answer(
    authority: Authority, headers: tuple[tuple[str, str], ...]
) -> None:
    def odd(handler: Any) -> None:
        handler.send_response(200)
        for header in headers:
            handler.send_header(*header)
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")
        handler.close_connection = True

    with TlsServer(authority, [HOST], odd).serving() as server, pytest.raises(BrokerError, match="framed"):
        server.transport().send(READ, 5)


def test_reason_phrase_does_not_travel_on(authority: Authority) -> None:
    def phrased(handler: Any) -> None:
        handler.send_response(400, "CANARY in the reason")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with TlsServer(authority, [HOST], phrased).serving() as server:
        transport = server.transport()
        assert "CANARY" not in str(transport.send(READ, 5))
        transport.close()


@pytest.mark.parametrize("header", [("X", "sk_CANARY\nY: z"), ("X", "sk_CANARY\u20ac"), ("X\n", "sk_CANARY")])
def test_request_that_http_cannot_carry_is_an_error_without_its_values(header: tuple[str, str]) -> None:
    with EchoUpstream() as upstream:
        with pytest.raises(BrokerError, match="cannot be written as HTTP") as raised:
            FakeTransport(upstream.url).send(request("GET", "/v1/customers", headers=(header,)), 5)
        assert "CANARY" not in "".join(traceback.format_exception(raised.value))
        assert not upstream.received


def test_tls_secrets_are_written_to_no_file(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSLKEYLOGFILE makes `ssl.create_default_context` write what decrypts the connection; the broker's does not."""
    log, trust = tmp_path / "log", tmp_path / "trust.pem"
    trust.write_text(authority.trust)
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    with TlsServer(authority, [HOST], plain_answer).serving() as server:
        monkeypatch.setenv("SSLKEYLOGFILE", str(log))
        # The transport's own context, which trusts what the machine trusts.
        transport = HttpsTransport(connect=server.connect, resolve=resolving(PUBLIC))
        assert transport.send(READ, 5).status == 200
        transport.close()
        assert not log.exists()
        ssl.create_default_context()
        assert log.exists()  # The control.


def test_answer_that_is_too_large_or_too_slow_is_refused(authority: Authority) -> None:
    def large(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(5 << 20))
        handler.end_headers()
        handler.wfile.write(b"x" * (5 << 20))

    def slow(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    with TlsServer(authority, [HOST], large).serving() as server, pytest.raises(BrokerError, match="larger"):
        server.transport().send(READ, 5)
    with TlsServer(authority, [HOST], slow).serving() as server:
        started = time.monotonic()
        with pytest.raises(BrokerError):
            server.transport().send(READ, 0.3)
        assert time.monotonic() - started < 2, "the whole answer would take three seconds"


@pytest.mark.parametrize("framing", [("Content-Length", "1000"), ("Transfer-Encoding", "chunked")])
def test_answer_that_is_cut_in_the_middle_is_no_answer(authority: Authority, framing: tuple[str, str]) -> None:
    def cut(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header(*framing)
        handler.end_headers()
        handler.wfile.write(b"3e8\r\nhalf" if framing[1] == "chunked" else b"half")
        handler.close_connection = True

    with TlsServer(authority, [HOST], cut).serving() as server, pytest.raises(BrokerError, match="IncompleteRead"):
        server.transport().send(READ, 5)


def test_proxy_settings_change_nothing(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with EchoUpstream() as upstream:
        assert FakeTransport(upstream.url).send(READ, 5).status == 200
    with TlsServer(authority, [HOST], plain_answer).serving() as server:
        transport = server.transport()
        assert transport.send(READ, 5).status == 200
        transport.close()
        assert server.asked == [(PUBLIC, 443)]


def test_fake_gets_the_apis_host_and_the_body() -> None:
    with EchoUpstream() as upstream:
        FakeTransport(upstream.url).send(request("POST", "/v1/customers", b"name=Ada"), 5)
        (got,) = upstream.received
    assert (got.method, got.target, got.headers["host"], got.body) == ("POST", "/v1/customers", HOST, b"name=Ada")


@pytest.mark.parametrize("url", ["http://93.184.215.14:80", "https://127.0.0.1:80", "http://10.0.0.1", "http://localhost:80"])
def test_fake_is_on_this_machine(url: str) -> None:
    with pytest.raises(BrokerError, match=r"http://127\.0\.0\.1"):
        FakeTransport(url)


def test_fake_that_is_not_there_is_a_broker_error() -> None:
    with pytest.raises(BrokerError, match="could not be reached"):
        FakeTransport("http://127.0.0.1:9").send(READ, 5)
