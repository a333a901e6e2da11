"""One after another: the tasks of a pool as they are submitted, the requests of asyncio's tasks as they ask.

What a script decides by who is ready first would not come out the same again. A task of a pool has a thread as ever, but
whoever submits it waits until it is done, or until it waits itself: for what the script does next, so that must go on.
"""

import asyncio
import contextlib
import itertools
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from concurrent.futures.thread import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

from agentic.sandbox.pins import lanes, order
from agentic.sandbox.pins.bindings import Bindings
from agentic.sandbox.pins.sleepers import Sleepers, of

active = False
"""Whether this run is serial: set in a child, from its pins."""

skip = False
"""Whether sleeps only move the clock: set in a child, from its pins."""

replayed: int | None = None
"""How many requests are answered from a journal; the API waits for nobody there. None: all of them are."""

_requests = itertools.count(1)

_LOOK_SECONDS = 0.05
# So often must a task be seen at the same place, with the process at rest, to be taken for one that waits for the script.
_LOOKS = 10
_IDLE_SECONDS = 0.2
# So much of nothing but sleep is watching. In nanoseconds.
_MOST_SLEEPS = 10
_LONGEST_IDLE = 3 * 10**9
# Where a thread waits for an answer of the relay, or sleeps: it goes on by itself.
_GOES_ON = ("socket", "ssl", "select", "selectors", "http.client", "agentic.sandbox")

_waiting: set[int] = set()
_wait = futures.wait
_locks: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]" = weakref.WeakKeyDictionary()
_asking: ContextVar[bool] = ContextVar("asking", default=False)


def plan(bindings: Bindings) -> None:
    bindings.at(ThreadPoolExecutor, "submit", submit)
    bindings.everywhere(futures.as_completed, as_completed)
    bindings.everywhere(futures.wait, wait)
    if httpx := sys.modules.get("httpx"):
        bindings.at(httpx.AsyncClient, "send", _in_turn(httpx.AsyncClient.send))


def asks() -> None:
    """Before each request. From the first one on that is new, sleeps are slept: the API may limit how often it is asked."""
    global skip
    if skip and replayed is not None and next(_requests) > replayed:
        skip = False


def alone() -> bool:
    """Whether no other thread does anything by itself meanwhile."""
    if not active:
        return threading.active_count() == 1
    me = threading.get_ident()
    return all(
        thread.ident == me or thread.ident in _waiting or vars(thread).get(lanes.OF_POOL) for thread in threading.enumerate()
    )


def asking() -> bool:
    """Whether this task is within a request of httpx, or works for one."""
    return _asking.get()


def sleepers() -> Sleepers:
    """Of the event loop that runs."""
    return of(asyncio.get_running_loop(), skip=lambda: skip)


def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "futures.Future[Any]":
    """In the place of `ThreadPoolExecutor.submit`, by which `map`, `asyncio.to_thread` and `run_in_executor` go too."""
    worker: list[int] = []

    def work(*args: Any, **kwargs: Any) -> Any:
        worker.append(threading.get_ident())
        return fn(*args, **kwargs)

    future = lanes.submit(self, work, *args, **kwargs)
    ended = threading.Lock()
    ended.acquire()

    def end(_future: object = None) -> None:
        with contextlib.suppress(RuntimeError):  # It was let go before.
            ended.release()

    future.add_done_callback(end)
    if (lane := lanes.of(future)) is not lanes.current():  # It may be a client's own.
        lane.let_go = end
    me = threading.get_ident()
    _waiting.add(me)
    try:
        if _wait_for(ended, worker):
            # Its thread is about to be free; else the next task might have a thread of another name.
            _let_idle(self)
    finally:
        _waiting.discard(me)
    return future


def slept(lane: lanes.Lane, time: int) -> None:
    """Lets go a task that does nothing but sleep, again and again: it watches for something that the script is to do."""
    if lane.let_go is None:
        return
    lane.idle.append(time)
    if len(lane.idle) >= _MOST_SLEEPS and sum(lane.idle) >= _LONGEST_IDLE:
        vars(threading.current_thread())[lanes.OF_POOL] = False  # From now on the two are side by side.
        lane.let_go()
        lane.let_go = None


def as_completed(fs: "Iterable[futures.Future[Any]]", timeout: float | None = None) -> "Iterator[futures.Future[Any]]":
    """In the place of `concurrent.futures.as_completed`: of those that are done the first submitted."""
    pending = order.in_order(fs)
    count, end = len(pending), None if timeout is None else time.monotonic() + timeout
    while pending:
        future = next((future for future in pending if future.done()), None)
        if future is None:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(f"{len(pending)} (of {count}) futures unfinished")
            _wait(pending, left, futures.FIRST_COMPLETED)
            continue
        pending.remove(future)
        yield future


def wait(fs: "Iterable[futures.Future[Any]]", timeout: float | None = None, return_when: str = futures.ALL_COMPLETED) -> Any:
    """In the place of `concurrent.futures.wait`."""
    answer = _wait(fs, timeout, return_when)
    return type(answer)(order.InOrder(answer.done), order.InOrder(answer.not_done))


def _let_idle(pool: ThreadPoolExecutor) -> None:
    idle: threading.Semaphore | None = vars(pool).get("_idle_semaphore")
    lane = lanes.current()
    before = lane.time
    if idle is not None and idle.acquire(timeout=_IDLE_SECONDS):
        idle.release()
    lane.time = before  # This wait was not the script's.


def _wait_for(ended: threading.Lock, worker: list[int]) -> bool:
    """Whether the task came to its end; False when it, too, waits."""
    looks, before, used = 0, None, 0.0
    while not ended.acquire(timeout=_LOOK_SECONDS):
        place, now_used = _place(worker), time.process_time()
        at_rest = place is not None and place == before and now_used - used < _LOOK_SECONDS / 2
        looks, before, used = looks + 1 if at_rest else 0, place, now_used
        if looks >= _LOOKS:
            return False
    return True


def _place(worker: list[int]) -> tuple[int, int] | None:
    """Where the task's thread is; None where that is no place to wait for the script."""
    if not worker:  # All threads of the pool are busy.
        return 0, 0
    frame = None if worker[0] in _waiting else sys._current_frames().get(worker[0])  # pyright: ignore[reportPrivateUsage]
    if frame is None or str(frame.f_globals.get("__name__")).startswith(_GOES_ON):
        return None
    return id(frame), frame.f_lasti


def _in_turn(send: Any) -> Any:
    """`httpx.AsyncClient.send` under one lock per event loop, which lets tasks through in the order of their asking."""

    async def in_turn(self: Any, *args: Any, **named: Any) -> Any:
        if asking():  # A hook of the client that makes a request of its own.
            return await send(self, *args, **named)
        lock, waking = _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()), sleepers()
        waking.begin_request()
        before = _asking.set(True)
        try:
            async with lock:
                return await send(self, *args, **named)
        finally:
            _asking.reset(before)
            waking.end_request()

    return in_turn
