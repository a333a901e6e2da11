"""The relay hands out connections to its hosts only, and every HTTP request on them is one exchange or one refusal."""

import json
import ssl
import subprocess
import sys
import threading

import pytest
from broker_stage import HOST
from relay_stage import GET, Client, Exchanges

from agentic.core.wire import HttpRequest


def test_request_is_one_exchange_with_its_headers_as_sent(client: Client, exchanges: Exchanges) -> None:
    answer = client.say(GET)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nhello")
    assert exchanges.requests == [HttpRequest("GET", f"https://{HOST}/v1/customers?a=1", (("Host", HOST), ("X-Mixed", "Case")))]


def test_tls_is_vouched_for_by_the_runs_authority_only(client: Client, exchanges: Exchanges) -> None:
    with client.context.wrap_socket(client.stream(443), server_hostname=HOST) as tls:
        tls.sendall(GET * 2)
        received = b""
        while received.count(b"hello") < 2:
            received += tls.recv(65536)
    assert len(exchanges.requests) == 2
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(client.stream(443), server_hostname=HOST)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.context.wrap_socket(client.stream(443), server_hostname="other.example.com")


@pytest.mark.parametrize(
    "message",
    [
        b"x",
        b"\x80\x04.",
        b"[]",
        b"{}",
        b'{"host": "api.stripe.com"}',
        b'{"host": ["api.stripe.com"], "port": 443}',
        b'{"host": {}, "port": 443}',
    ]
    + [json.dumps({"host": HOST, "port": port}).encode() for port in (22, "443", 443.0, True, None, -1)]
    + [
        json.dumps({"host": host, "port": 443}).encode()
        for host in ("evil.test", "127.0.0.1", "", HOST.upper(), f"{HOST}.", f" {HOST}", f"{HOST}\0")
    ]
    + [b"[" * 2000],
)
def test_connect_request_that_does_not_fit_is_refused(client: Client, exchanges: Exchanges, message: bytes) -> None:
    answer, stream = client.ask(message)
    assert stream is None
    assert answer["refused"]
    assert b"hello" in client.say(GET)  # And the relay goes on.


def test_relay_and_what_it_imports_know_no_secret_and_no_cloud() -> None:
    """`run_code` imports the relay; nothing that reads or places a key comes along."""
    script = "import sys, agentic.broker.relay\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.split())
    assert "agentic.broker.relay" in loaded
    assert not loaded & {"agentic.broker.broker", "agentic.broker.credentials", "agentic.broker.transport", "boto3", "keyring"}


def test_connections_are_limited(client: Client) -> None:
    streams = [client.stream() for _ in range(32)]
    answer, stream = client.ask(json.dumps({"host": HOST, "port": 80}).encode())
    assert stream is None
    assert "32 connections" in str(answer["refused"])
    for stream in streams:
        stream.close()


def test_close_ends_every_connection_and_thread(client: Client) -> None:
    before = threading.active_count()
    plain, tls = client.stream(), client.context.wrap_socket(client.stream(443), server_hostname=HOST)
    client.link.close()
    client.link.close()
    with plain, tls:
        assert plain.recv(10) == b""
        assert tls.recv(10) == b""
    assert threading.active_count() < before
    assert client.control.recv(10) == b""
