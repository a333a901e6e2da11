"""One connection of a script: HTTP/1.1 requests in, each as a value to `exchange`, its answer out.

h11 parses. Nothing of the script's bytes goes on: what h11 read travels as a value, is judged as that value and written anew
by the broker, so that no second parser can read another request in it. What h11 accepts although it is a smuggler's tool
(a length beside chunks, a bare line feed, a folded header, control characters) or not HTTP/1 is refused here.
"""

import http
import logging
import re
import socket
from collections.abc import Callable

import h11

from agentic.broker.limits import HEADERS_BYTES
from agentic.broker.refusal import refuse
from agentic.core.errors import AgenticError, RunStopped
from agentic.core.spec import Refusal
from agentic.core.wire import LANE_HEADER, Headers, HttpRequest, HttpResponse

_CHUNK = 65536
# A body above the limit is read to its end, so that the client reads the answer instead of a reset; up to this size.
_DRAINED_BYTES = 64 * 1024 * 1024
_OF_THE_CONNECTION = frozenset({b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"upgrade"})

_HEAD_END = re.compile(rb"\n\r?\n")
_AROUND_DATA = re.compile(rb"(?:\r\n)?(?:[0-9A-Fa-f]{1,16}(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n(?:\r\n)?)?")
_LENGTH = re.compile(rb"\ncontent-length:([^\r]*)", re.IGNORECASE)
_NO_CONTROLS = bytes(code for code in range(256) if code == 9 or 32 <= code != 127)
_LANE = re.compile(r"[0-9.]{1,64}")
_STATUSES = frozenset(int(status) for status in http.HTTPStatus)

_log = logging.getLogger(__name__)


class Conversation:
    """What the relay speaks with one connection to `host`.

    `exchange` gets each request and the lane that it names ("" for none). It and `before_answer`, called before each answer,
    may raise `RunStopped`: then there is none. `after_answer` is called once an answer is on its way.
    """

    def __init__(
        self,
        host: str,
        exchange: Callable[[HttpRequest, str], HttpResponse],
        refusal: Refusal,
        body_bytes: int,
        before_answer: Callable[[], None] = lambda: None,
        after_answer: Callable[[], None] = lambda: None,
    ) -> None:
        self._host = host
        self._exchange = exchange
        self._refusal = refusal
        self._body_bytes = body_bytes
        self._before_answer = before_answer
        self._after_answer = after_answer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADERS_BYTES)
        self._method = b"GET"  # Of the request under way: it says whether its answer has a body.

    def hold(self, stream: socket.socket) -> None:
        """Until either side ends it. Raises `OSError` when the stream breaks, `RunStopped` when there is to be no answer."""
        try:
            while self._turn(stream):
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                self._send(stream, refuse(self._refusal, f"not HTTP/1.1: {error}", status=error.error_status_hint))

    def _turn(self, stream: socket.socket) -> bool:
        """One request and its answer; False when the connection is over."""
        self._method = b"GET"
        head = self._next(stream)
        if not isinstance(head, h11.Request):
            return False
        self._method = head.method
        if fault := _framing_fault(head):
            self._send(stream, refuse(self._refusal, fault, status=400))
            return False
        body = self._body(stream, head)
        if body is None:
            return False
        self._send(stream, self._answer(head, body))
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _next(self, stream: socket.socket) -> h11.Event | type[h11.PAUSED]:
        read = b""
        while True:
            waiting = self._http.trailing_data[0]
            if self._http.their_state is h11.IDLE:
                _check_head(waiting)
            event = self._http.next_event()
            read += waiting[: len(waiting) - len(self._http.trailing_data[0])]
            if event is not h11.NEED_DATA:
                _check_framing(event, read)
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
        named = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items())
        headers, lane = _without_lane(named)
        return self._ask(HttpRequest(head.method.decode("ascii"), f"https://{self._host}{target}", headers, body), lane)

    def _ask(self, request: HttpRequest, lane: str) -> HttpResponse:
        try:
            return self._exchange(request, lane)
        except RunStopped:
            raise
        except AgenticError as error:
            return refuse(self._refusal, error.message, status=502 if error.code == "broker" else None)
        # Whatever broke on our side is for our log; the script learns that it was not its fault.
        except Exception:  # noqa: BLE001
            _log.exception("the exchange of a request failed")
            return refuse(self._refusal, "the broker could not be reached", status=502)

    def _send(self, stream: socket.socket, response: HttpResponse) -> None:
        self._before_answer()
        try:
            head = _head(response, self._method)
        except (h11.LocalProtocolError, ValueError):
            response = refuse(self._refusal, "the broker gave no HTTP answer", status=502)
            head = _head(response, self._method)
        events: list[h11.Event] = [head, h11.EndOfMessage()]
        if not _bodiless(response.status, self._method):
            events.insert(1, h11.Data(data=response.body))
        stream.sendall(b"".join(self._http.send(event) or b"" for event in events))
        self._after_answer()


def _without_lane(headers: Headers) -> tuple[Headers, str]:
    """The headers without the lane's, and the lane that they name once and in its form."""
    lanes = [value for name, value in headers if name.lower() == LANE_HEADER.lower()]
    kept = tuple((name, value) for name, value in headers if name.lower() != LANE_HEADER.lower())
    return kept, lanes[0] if len(lanes) == 1 and _LANE.fullmatch(lanes[0]) else ""


def _check_head(waiting: bytes) -> None:
    """Raises `RemoteProtocolError` for a head with line ends or control characters that h11 takes and others do not."""
    if end := _HEAD_END.search(waiting):
        head = waiting[: end.end()]
        if not _whole_lines(head) or b"\n " in head or b"\n\t" in head:
            raise h11.RemoteProtocolError("a folded header, a control character, or half a line end")
        lengths = _LENGTH.findall(head)
        if len(lengths) > 1 or any(b"," in length for length in lengths):
            raise h11.RemoteProtocolError("more than one Content-Length")


def _check_framing(event: object, read: bytes) -> None:
    """Raises `RemoteProtocolError` when what h11 read around a body's data is not exactly the framing of chunks."""
    around = read[: len(read) - len(event.data)] if isinstance(event, h11.Data) else read
    if isinstance(event, h11.Data | h11.EndOfMessage) and not _AROUND_DATA.fullmatch(around):
        raise h11.RemoteProtocolError("a chunk that is framed oddly, or headers after the body")


def _whole_lines(data: bytes) -> bool:
    controls = data.translate(None, _NO_CONTROLS)
    return controls == b"\r\n" * (len(controls) // 2)


def _framing_fault(head: h11.Request) -> str:
    names = {name for name, _ in head.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        return "not HTTP/1.1: a request has a Content-Length or a Transfer-Encoding, not both"
    if head.http_version == b"1.0" and b"transfer-encoding" in names:
        return "not HTTP/1.1: HTTP/1.0 has no Transfer-Encoding"
    if head.http_version not in {b"1.0", b"1.1"}:
        return f"not HTTP/1.1: version {head.http_version.decode('ascii')}"
    return ""


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
