"""A stage's throttle: a bucket of `burst` requests that fills with `rate` a second."""

import threading
import time
from collections.abc import Callable


class Throttle:
    """Safe for concurrent use. A rate or burst of 0 is no limit."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._at = clock()
        self._lock = threading.Lock()

    def takes(self) -> bool:
        """Whether one more request is let through now."""
        if not self._rate or not self._burst:
            return True
        with self._lock:
            now = self._clock()
            self._left = min(float(self._burst), self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
