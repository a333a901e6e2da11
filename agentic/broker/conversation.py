"""One connection of a script: HTTP/1.1 requests in, each as a value to `exchange`, its answer out.

h11 parses: it is strict where requests are smuggled (two lengths, length and chunks, bare line feeds, folded headers).
"""

import http
import logging
import socket
from collections.abc import Callable

import h11

from agentic.broker.limits import HEADERS_BYTES
from agentic.broker.refusal import refuse
from agentic.core.errors import AgenticError
from agentic.core.spec import Refusal
from agentic.core.wire import HttpRequest, HttpResponse

_CHUNK = 65536
# A body above the limit is read to its end, so that the client reads the answer instead of a reset; up to this size.
_DRAINED_BYTES = 64 * 1024 * 1024
_OF_THE_CONNECTION = frozenset({b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"upgrade"})

_STATUSES = frozenset(int(status) for status in http.HTTPStatus)

_log = logging.getLogger(__name__)


class Conversation:
    """What the relay speaks with one connection to `host`."""

    def __init__(self, host: str, exchange: Callable[[HttpRequest], HttpResponse], refusal: Refusal, body_bytes: int) -> None:
        self._host = host
        self._exchange = exchange
        self._refusal = refusal
        self._body_bytes = body_bytes
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADERS_BYTES)

    def hold(self, stream: socket.socket) -> None:
        """Until either side ends it. Raises `OSError` when the stream breaks."""
        try:
            while self._turn(stream):
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                self._send(stream, b"GET", refuse(self._refusal, f"not HTTP/1.1: {error}", status=error.error_status_hint))

    def _turn(self, stream: socket.socket) -> bool:
        """One request and its answer; False when the connection is over."""
        head = self._next(stream)
        if not isinstance(head, h11.Request):
            return False
        body = self._body(stream, head)
        if body is None:
            return False
        self._send(stream, head.method, self._answer(head, body))
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _next(self, stream: socket.socket) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event  # pyright: ignore[reportReturnType]
            if self._http.they_are_waiting_for_100_continue:
                stream.sendall(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            self._http.receive_data(stream.recv(_CHUNK))

    def _body(self, stream: socket.socket, head: h11.Request) -> bytes | None:
        """The whole body, which is one byte too long when it is above the limit; None when the connection broke off."""
        body, count = bytearray(), 0
        while True:
            event = self._next(stream)
            if isinstance(event, h11.EndOfMessage):
                return bytes(body)
            if not isinstance(event, h11.Data):
                return None
            count += len(event.data)
            body += event.data[: self._body_bytes + 1 - len(body)]
            if count > _DRAINED_BYTES:
                return None

    def _answer(self, head: h11.Request, body: bytes) -> HttpResponse:
        names = [value.decode("latin-1") for name, value in head.headers if name == b"host"]
        target = head.target.decode("latin-1")
        if names and names[0].lower().removesuffix(":443").removesuffix(":80") != self._host:
            return refuse(self._refusal, f"the Host header names {names[0][:100]!r} on a connection to {self._host}")
        if head.method == b"CONNECT" or any(name == b"upgrade" for name, _ in head.headers):
            return refuse(self._refusal, "plain requests only: no tunnel and no protocol upgrade")
        if not target.startswith("/"):
            return refuse(self._refusal, f"the request target must be a path, not {target[:100]!r}")
        if len(body) > self._body_bytes:
            return refuse(self._refusal, f"the request's body is larger than {self._body_bytes:,} bytes", status=413)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items())
        return self._ask(HttpRequest(head.method.decode("ascii"), f"https://{self._host}{target}", headers, body))

    def _ask(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._exchange(request)
        except AgenticError as error:
            return refuse(self._refusal, error.message, status=502 if error.code == "broker" else None)
        # Whatever broke on our side is for our log; the script learns that it was not its fault.
        except Exception:  # noqa: BLE001
            _log.exception("the exchange of a request failed")
            return refuse(self._refusal, "the broker could not be reached", status=502)

    def _send(self, stream: socket.socket, method: bytes, response: HttpResponse) -> None:
        try:
            head = _head(response, method)
        except (h11.LocalProtocolError, ValueError):
            response = refuse(self._refusal, "the broker gave no HTTP answer", status=502)
            head = _head(response, method)
        events: list[h11.Event] = [head, h11.EndOfMessage()]
        if not _bodiless(response.status, method):
            events.insert(1, h11.Data(data=response.body))
        stream.sendall(b"".join(self._http.send(event) or b"" for event in events))


def _head(response: HttpResponse, method: bytes) -> h11.Response:
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name.lower().encode("latin-1") not in _OF_THE_CONNECTION
    ]
    if not _bodiless(response.status, method):
        headers.append((b"Content-Length", str(len(response.body)).encode()))
    # Raises ValueError for a status that is none, LocalProtocolError for one or for headers that HTTP cannot carry.
    reason = http.HTTPStatus(response.status).phrase if response.status in _STATUSES else ""
    return h11.Response(status_code=response.status, headers=headers, reason=reason.encode())


def _bodiless(status: int, method: bytes) -> bool:
    return method == b"HEAD" or status in {204, 304}
