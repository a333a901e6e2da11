"""Requests leave by verified https to public addresses only, or to a fake on this machine; by no proxy, never redirected."""

import contextlib
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from broker_stage import HOST, request
from echo_upstream import EchoUpstream

from agentic.broker.ca import Authority
from agentic.broker.transport import FakeTransport, HttpsTransport, Resolve
from agentic.core.errors import BrokerError
from agentic.core.wire import HttpRequest

READ = request("GET", "/v1/customers?a=1")
PUBLIC = "93.184.215.14"


class TlsServer:
    """An https server on this machine; `script` writes each answer by hand."""

    def __init__(self, authority: Authority, hosts: list[str], script: Any) -> None:
        self.connections = 0
        stage = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                stage.connections += 1
                super().setup()

            def do_GET(self) -> None:
                script(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = authority.server_context(hosts).wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.asked: list[tuple[str, int]] = []
        self.context = ssl.create_default_context(cadata=authority.trust)

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.asked.append((address, port))
        return socket.create_connection(("127.0.0.1", self._server.server_port), timeout)

    def transport(self, context: ssl.SSLContext | None = None) -> HttpsTransport:
        return HttpsTransport(context=context or self.context, connect=self.connect, resolve=resolving(PUBLIC))

    @contextlib.contextmanager
    def serving(self) -> Generator["TlsServer"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def resolving(address: str) -> Resolve:
    def resolve(host: str, port: int) -> Sequence[str]:
        return [address]

    return resolve


def plain_answer(handler: Any) -> None:
    data = handler.path.encode() + b" " + handler.headers["Host"].encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


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


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (nothing is bound)
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "nonsense",
    ],
)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    def connect(address: str, port: int, timeout: float) -> socket.socket:
        raise AssertionError(f"connected to {address}")

    with pytest.raises(BrokerError, match="public address"):
        HttpsTransport(resolve=resolving(address), connect=connect).send(READ, 5)


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


def test_proxy_settings_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with EchoUpstream() as upstream:
        assert FakeTransport(upstream.url).send(READ, 5).status == 200


def test_fake_gets_the_apis_host_and_the_body() -> None:
    with EchoUpstream() as upstream:
        FakeTransport(upstream.url).send(request("POST", "/v1/customers", b"name=Ada"), 5)
        (got,) = upstream.received
    assert (got.method, got.target, got.headers["host"], got.body) == ("POST", "/v1/customers", HOST, b"name=Ada")


@pytest.mark.parametrize("url", ["http://93.184.215.14:80", "https://127.0.0.1:80", "http://10.0.0.1"])
def test_fake_is_on_this_machine(url: str) -> None:
    with pytest.raises(BrokerError, match=r"http://127\.0\.0\.1"):
        FakeTransport(url)


def test_fake_that_is_not_there_is_a_broker_error() -> None:
    with pytest.raises(BrokerError, match="could not be reached"):
        FakeTransport("http://127.0.0.1:9").send(READ, 5)
