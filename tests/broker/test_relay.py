"""The relay hands out connections to its hosts only, and every HTTP request on them is one exchange or one refusal."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
from broker_stage import HOST, SPEC

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay, RelayLink
from agentic.core.errors import BrokerError, RefusedError
from agentic.core.wire import HttpRequest, HttpResponse


class Exchanges:
    """Keeps the requests and gives one answer, or raises it."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.answer: HttpResponse | Exception = HttpResponse(200, (("X-Answer", "1"),), b"hello")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Client:
    """The script's end: asks for connections and speaks on them by hand."""

    def __init__(self, link: RelayLink, control: socket.socket) -> None:
        self.link = link
        self.control = control
        self.context = ssl.create_default_context(cadata=link.trust)
        control.settimeout(5)

    def ask(self, message: bytes) -> tuple[dict[str, object], socket.socket | None]:
        self.control.send(message)
        data, fds, _, _ = socket.recv_fds(self.control, 4096, 1)
        stream = socket.socket(fileno=fds[0]) if fds else None
        if stream:
            stream.settimeout(5)
        return json.loads(data), stream

    def stream(self, port: int = 80, host: str = HOST) -> socket.socket:
        answer, stream = self.ask(json.dumps({"host": host, "port": port}).encode())
        assert stream, answer
        return stream

    def say(self, data: bytes) -> bytes:
        """Everything the relay answers to `data` on a plain connection, until it ends or `data` is answered."""
        with self.stream() as stream:
            answer = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # The relay may have heard enough.
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
                while part := stream.recv(65536):
                    answer += part
            return answer


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def exchanges() -> Exchanges:
    return Exchanges()


@pytest.fixture
def client(authority: Authority, exchanges: Exchanges) -> Iterator[Client]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = Relay([HOST], exchanges, authority, refusal=SPEC.refusal, body_bytes=1000).serve(ours)
    with theirs:
        yield Client(link, theirs)
        link.close()


GET = b"GET /v1/customers?a=1 HTTP/1.1\r\nHost: api.stripe.com\r\nX-Mixed: Case\r\n\r\n"


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


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", id="two-lengths"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            id="odd-transfer-encoding",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", id="space-before-colon"
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nHost: evil.test\r\n\r\n", id="two-hosts"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no-host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX: a\x00b\r\n\r\n", id="null-in-header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX:" + b"y" * 300_000 + b"\r\n\r\n", id="endless-header"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: -1\r\n\r\n", id="negative-length"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="broken-chunk"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="http2"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", id="tls-on-the-plain-port"),
        pytest.param(b"GET http://evil.test/ HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="absolute-target"),
        pytest.param(b"CONNECT evil.test:443 HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="connect"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", id="foreign-host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com@evil.test\r\n\r\n", id="user-in-host"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", id="upgrade"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 10\r\n\r\nabc", id="cut-body"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_not_one_plain_request_never_becomes_an_exchange(client: Client, exchanges: Exchanges, data: bytes) -> None:
    answer = client.say(data)
    assert not exchanges.requests
    assert answer[:10] in {b"HTTP/1.1 4", b"HTTP/1.1 5", b""}
    assert b"hello" in client.say(GET)


def test_length_and_chunks_together_are_one_request_at_most(client: Client, exchanges: Exchanges) -> None:
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n"
    client.say(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled)
    assert len([got for got in exchanges.requests if got.method == "POST"]) <= 1
    assert all(
        header[0].lower() != "content-length" or header[1] == "4" for got in exchanges.requests for header in got.headers
    )


def test_chunked_body_is_put_together(client: Client, exchanges: Exchanges) -> None:
    client.say(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert exchanges.requests[0].body == b"abcde"


def test_client_that_waits_for_100_continue_gets_it(client: Client, exchanges: Exchanges) -> None:
    with client.stream() as stream:
        stream.sendall(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert stream.recv(1000).startswith(b"HTTP/1.1 100")
        stream.sendall(b"abc")
        assert stream.recv(1000).startswith(b"HTTP/1.1 200")
    assert exchanges.requests[0].body == b"abc"


def test_large_body_is_read_to_its_end_then_refused_and_the_connection_goes_on(client: Client, exchanges: Exchanges) -> None:
    post = b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001
    answer = client.say(post + GET)
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"hello")
    assert [got.method for got in exchanges.requests] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (RefusedError("the grant is closed"), b"403", b"the grant is closed"),
        (BrokerError("the API did not answer"), b"502", b"the API did not answer"),
        (ValueError("CANARY of our own inside"), b"502", b"the broker could not be reached"),
        (HttpResponse(99, (), b"x"), b"502", b"no HTTP answer"),
        (HttpResponse(200, (("X", "a\r\nY: b"),), b"x"), b"502", b"no HTTP answer"),
        (HttpResponse(204, (), b"not to be sent"), b"204", b""),
        (HttpResponse(599, (), b"odd"), b"599", b"odd"),
    ],
)
def test_answer_is_always_http_in_the_apis_shape(
    client: Client, exchanges: Exchanges, answer: HttpResponse | Exception, status: bytes, text: bytes
) -> None:
    exchanges.answer = answer
    got = client.say(GET)
    assert got.split(b" ")[1] == status
    assert text in got
    assert b"CANARY" not in got
    assert b"\r\nY: b" not in got


def test_head_has_no_body(client: Client) -> None:
    assert client.say(GET.replace(b"GET", b"HEAD")).endswith(b"\r\n\r\n")


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
