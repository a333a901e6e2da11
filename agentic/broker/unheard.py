"""Writes whose client hung up before it had the answer: by its own time limit, which may be shorter than the broker's.

Such a client often asks again, and for the broker that would be a second write. So the same write, asked for in the same place
of the script, is given the answer of the one before instead.
"""

import hashlib
import select
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from agentic.core.wire import HttpRequest, HttpResponse

_READS = {"GET", "HEAD"}
_Key = tuple[str, str, str, bytes]
"""Lane, method, URL and the body's SHA-256."""


@dataclass(eq=False)
class _Asked:
    """A write, the connection whose client waits for it, and its answer."""

    key: _Key
    stream: socket.socket
    answer: Future[HttpResponse] = field(default_factory=Future[HttpResponse])


class Unheard:
    """The writes of one run that nobody has heard the answer of. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: list[_Asked] = []

    def answer(
        self, stream: socket.socket, lane: str, request: HttpRequest, exchange: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """What `exchange` gives or raises; for a write that `stream`'s client asks for once more, what it gave before."""
        if request.method in _READS:
            return exchange()
        key = (lane, request.method, request.url, hashlib.sha256(request.body).digest())
        new = _Asked(key, stream)
        with self._lock:
            before = next((asked for asked in self._asked if asked.key == key and _hung_up(asked.stream)), None)
            if before:
                before.stream = stream
            else:
                self._asked.append(new)
        if before:
            return before.answer.result()
        try:
            new.answer.set_result(exchange())
        except BaseException as error:
            new.answer.set_exception(error)
            raise
        return new.answer.result()

    def heard(self, stream: socket.socket) -> None:
        """The answer has been given to `stream`'s client."""
        with self._lock:
            self._asked = [asked for asked in self._asked if asked.stream is not stream]


def _hung_up(stream: socket.socket) -> bool:
    if stream.fileno() < 0:
        return True
    looking = select.poll()
    # Told without being asked for: both directions are closed, not only the client's own.
    looking.register(stream, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in looking.poll(0))
