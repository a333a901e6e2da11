"""Takes care that not more runs are worked on at once than the machine has room for: the others wait for their turn, in order.

AWS would start as many environments as it needs. Here each run keeps several processes busy, and runs that wait for each
other's processes in the middle would all run into their time limits.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager

from agentic.core.errors import LocalCloudError, RefusedError

AT_ONCE = 8
# A program that asks for more at once has an error, or wants AWS.
_MOST_WAITING = 500


class QueueOfRuns:
    """`at_once` runs have their turn at a time; who comes first is first."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = _MOST_WAITING) -> None:
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._busy = 0
        self._cancelled: set[str] = set()

    @contextmanager
    def turn(self, run_id: str, tell: Callable[[int], None]) -> Generator[None]:
        """A run's turn, when it comes. `tell` is given how many are before it, where it has to wait.

        Raises `LocalCloudError` when too many wait already, and `RefusedError` when the run is cancelled while it waits.
        """
        self._wait(run_id, tell)
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()

    def cancel(self, run_id: str) -> None:
        """A run that waits for its turn does not get it any more."""
        with self._changed:
            if run_id in self._waiting:
                self._cancelled.add(run_id)
                self._changed.notify_all()

    def _wait(self, run_id: str, tell: Callable[[int], None]) -> None:
        with self._changed:
            if len(self._waiting) >= self._most_waiting:
                message = f"{self._busy} runs are at work and {len(self._waiting)} wait: there is no room for more"
                raise LocalCloudError(message, hint="wait until some have ended, then run it again")
            self._waiting.append(run_id)
            before = self._busy + len(self._waiting) - 1
        if before >= self._at_once:
            tell(before)
        with self._changed:
            try:
                self._changed.wait_for(lambda: run_id in self._cancelled or self._is_next(run_id))
                if run_id in self._cancelled:
                    raise RefusedError("the run was cancelled before it began")
                self._busy += 1
            finally:
                self._waiting.remove(run_id)
                self._cancelled.discard(run_id)
                # The next one may have room beside it.
                self._changed.notify_all()

    def _is_next(self, run_id: str) -> bool:
        return self._busy < self._at_once and self._waiting[0] == run_id
