"""What stands between a broker and an API in the tests of the plugins: it notes what goes out, and how long the API takes."""

import threading
import time
from dataclasses import dataclass, field

from agentic.broker.transport import Transport
from agentic.core.wire import HttpRequest, HttpResponse


@dataclass
class Watched:
    """Sends what the broker allows; `requests` and `answers` are what passed.

    `seconds` is how long the API was at work: the time of answers that overlap counts once.
    """

    inner: Transport
    seconds: float = 0.0
    requests: list[HttpRequest] = field(default_factory=list[HttpRequest])
    answers: list[HttpResponse] = field(default_factory=list[HttpResponse])
    _open: int = 0
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        with self._lock:
            if not self._open:
                self._since = time.perf_counter()
            self._open += 1
        try:
            response = self.inner.send(request, timeout)
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self.seconds += time.perf_counter() - self._since
        with self._lock:
            self.requests.append(request)
            self.answers.append(response)
        return response
