"""In a serial run: asyncio's tasks wake up in the order of their own clocks, and only when no other has anything to do.

By the script's clock a request takes no time. So whoever sleeps is later than every request that is under way, however long the
relay takes for it; the real time of a sleep is spent, but decides nothing.
"""

import asyncio
import contextlib
import heapq
import itertools
import weakref
from collections.abc import Callable, Generator

_SECOND = 1_000_000_000
deadlines: int = 0
"""How many of the script's timeouts are under way: what they may cut off is not skipped."""

# A task that spins (`while not done: await asyncio.sleep(0)`) always has something to do.
_MOST_TURNS = 1000


class Sleepers:
    """Those of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, skip: Callable[[], bool]) -> None:
        self._loop = loop
        self._skip = skip
        self._sleeping: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._requests = 0
        self._turns = 0
        self._looking = False
        self._timer: asyncio.TimerHandle | None = None
        # The script's clock and the loop's at the last waking.
        self._since = (0, 0.0)

    async def sleep(self, now: int, until: int) -> None:
        """`now` and `until` in nanoseconds of the script's clock."""
        if not self._sleeping:
            self._since = (now, self._loop.time())
        woken: asyncio.Future[None] = self._loop.create_future()
        heapq.heappush(self._sleeping, (until, next(self._numbers), woken))
        if self._timer is not None:  # For another, who may be later.
            self._timer.cancel()
            self._timer = None
        self._look_again()
        await woken

    def begin_request(self) -> None:
        self._requests += 1

    def end_request(self) -> None:
        self._requests -= 1
        self._look_again()

    def _look_again(self) -> None:
        if not self._looking and self._sleeping and self._timer is None:
            self._looking, self._turns = True, 0
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        if self._requests or not self._sleeping or self._timer is not None:
            return
        # This callback is the only one of its turn: nobody else is ready.
        self._turns += 1
        if getattr(self._loop, "_ready", ()) and self._turns < _MOST_TURNS:
            self._looking = True
            self._loop.call_soon(self._look)
            return
        until, (clock, at) = self._sleeping[0][0], self._since
        left = 0.0 if self._skip() and not deadlines else (until - clock) / _SECOND - (self._loop.time() - at)
        self._timer = self._loop.call_later(max(0.0, left), self._wake)

    def _wake(self) -> None:
        self._timer = None
        if self._requests:  # Meanwhile a timeout let some task go on.
            return
        until, _, woken = heapq.heappop(self._sleeping)
        self._since = (max(until, self._since[0]), self._loop.time())
        if not woken.done():
            woken.set_result(None)
        self._look_again()


@contextlib.contextmanager
def deadline(*, under_way: bool) -> Generator[None]:
    """Around what a timeout may cut off."""
    global deadlines
    deadlines += under_way
    try:
        yield
    finally:
        deadlines -= under_way


_of_loops: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Sleepers]" = weakref.WeakKeyDictionary()


def of(loop: asyncio.AbstractEventLoop, *, skip: Callable[[], bool]) -> Sleepers:
    """The loop's own."""
    return _of_loops.setdefault(loop, Sleepers(loop, skip=skip))
