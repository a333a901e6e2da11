"""The target: `Conversation` on a stream of bytes, without a socket or a thread."""

from collections.abc import Callable
from typing import Any

from agentic.broker.conversation import Conversation
from agentic.core.spec import Refusal
from agentic.core.wire import HttpRequest, HttpResponse
from fuzzing.relay.cases import HOST, Case, make
from fuzzing.relay.reader import Ending, Read, Reading, read
from fuzzing.target import Disagreement, Target

Hold = Callable[["Stream", Callable[[HttpRequest, str], HttpResponse]], None]

_NAME = HOST.decode()
BODY_BYTES = 1000
_MOST_CALLS = 20_000


class Stream:
    """The relay's end of a connection: gives the pieces of a case, one a time, and keeps what is sent."""

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        self._pieces = list(reversed(pieces))
        self._calls = 0
        self.sent = b""

    def recv(self, count: int) -> bytes:
        self._calls += 1
        if self._calls > _MOST_CALLS:
            raise Disagreement("the relay reads without end")
        if not self._pieces:
            return b""
        piece = self._pieces.pop()
        if len(piece) > count:
            self._pieces.append(piece[count:])
        return piece[:count]

    def sendall(self, data: bytes) -> None:
        self.sent += data


def hold(stream: Stream, exchange: Callable[[HttpRequest, str], HttpResponse]) -> None:
    socket: Any = stream
    Conversation(_NAME, exchange, Refusal(), BODY_BYTES).hold(socket)


def check_with(hold: Hold) -> Callable[[Case], str]:
    """The check of a case with some way to hold a conversation: the relay's, or (for a control) something weaker."""

    def check(case: Case) -> str:
        stream, passed = Stream(case.pieces), list[HttpRequest]()
        answer = HttpResponse(case.status, (("X-A", "b"),), b"hello")

        def exchange(request: HttpRequest, _lane: str) -> HttpResponse:
            passed.append(request)
            return answer

        hold(stream, exchange)
        reading = read(case.stream)
        _compare(passed, reading, bent=case.bent)
        answers = _answers(stream.sent)
        if answers > len(reading.requests) + 1 or answers < len(passed):
            raise Disagreement(
                "there are not as many answers as requests", f"{answers} for {len(passed)} of {len(reading.requests)}"
            )
        if reading.ending is Ending.AMBIGUOUS and case.stream and not answers:
            raise Disagreement("what cannot be read was not answered", reading.reason)
        return "passed on" if passed else "refused"

    return check


def _compare(passed: list[HttpRequest], reading: Reading, *, bent: bool) -> None:
    expected = [request for request in map(_passable, reading.requests) if request is not None]
    for number, request in enumerate(passed):
        if number >= len(expected):
            raise Disagreement(
                f"a request was passed on that is none ({reading.ending.name.lower()})", f"{reading.reason} {request}"
            )
        if request != expected[number]:
            raise Disagreement("a request was read in another way", f"{request} {expected[number]}")
    if not bent and len(passed) < len(expected):
        raise Disagreement("an honest request was not passed on", expected[len(passed)])


def _passable(request: Read) -> HttpRequest | None:
    """The request as it is to be passed on; None for what the relay answers itself."""
    host = [value.lower() for value in request.values(b"host")]
    if host and host[0] not in {HOST, HOST + b":443", HOST + b":80"}:
        return None
    if request.method == b"CONNECT" or request.values(b"upgrade") or not request.target.startswith(b"/"):
        return None
    if len(request.body) > BODY_BYTES:
        return None
    fields = tuple((name.decode("ascii"), value.decode("latin-1")) for name, value in request.fields)
    # Codings' names have no case.
    fields = tuple((name, value.lower() if name.lower() == "transfer-encoding" else value) for name, value in fields)
    url = f"https://{_NAME}{request.target.decode('ascii')}"
    return HttpRequest(request.method.decode("ascii"), url, fields, request.body)


def _answers(sent: bytes) -> int:
    """How many final answers were sent; each is HTTP and ends where its length says."""
    count = 0
    while sent:
        head, blank, rest = sent.partition(b"\r\n\r\n")
        status = head[9:12]
        if not blank or not head.startswith(b"HTTP/1.1 ") or not status.isdigit():
            raise Disagreement("an answer is not HTTP", sent[:80])
        lengths = [
            line.partition(b":")[2].strip() for line in head.split(b"\r\n")[1:] if line.lower().startswith(b"content-length:")
        ]
        if len(lengths) > 1:
            raise Disagreement("an answer has two lengths", head)
        length = int(lengths[0]) if lengths else 0
        if length > len(rest):
            raise Disagreement("an answer is cut short", head)
        count += status != b"100"
        sent = rest[length:]
    return count


TARGET = Target("relay", make, check_with(hold), share=0.25)
