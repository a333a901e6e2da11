"""Lanes: the threads and tasks of a script, numbered by who started them, so that each has chance and time of its own.

The main thread is "0"; what it starts first is "0.0". A number that depends on when things happen would be worthless, so what
an HTTP client or a pool starts for itself (to connect, to have one more worker) stays in the lane that it works for.
"""

import asyncio.base_events
import hashlib
import itertools
import random
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from concurrent.futures.thread import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any

from agentic.sandbox.pins import order
from agentic.sandbox.pins.bindings import Bindings

TICK = 1000
"""Nanoseconds by which a clock goes on with each reading: no two readings are equal, and loops that wait for a time end."""

OF_POOL = "_agentic_of_pool"
"""An attribute of threads: whether a pool has started it."""

_LANE = "_agentic_lane"
_LONGEST_PATH = 64
# Modules through which a script starts threads and tasks; who called them is who asks.
_BETWEEN = ("asyncio", "concurrent.futures", "anyio._backends", "anyio.to_thread", "anyio.from_thread", __package__ or "")
# Those that start some for their own sake, now and then.
_FOR_THEMSELVES = ("anyio", "httpcore", "httpx", "urllib3", "requests", "aiohttp", "asyncio", "concurrent.futures")


class Lane:
    """One thread or task. `time` is in nanoseconds since the epoch."""

    __slots__ = ("_children", "draws", "idle", "let_go", "path", "random", "time")

    def __init__(self, path: str, time: int) -> None:
        self.path = path
        self.time = time
        # Counters of C: one lane's draws are never the same, even if two threads draw at once.
        self.draws = itertools.count()
        self._children = itertools.count()
        self.random: random.Random | None = None
        # Of a pool's task in a serial run: its sleeps since its last request, and what lets the script go on without it.
        self.idle: list[int] = []
        self.let_go: Callable[[], None] | None = None

    def child(self) -> "Lane":
        path = f"{self.path}.{next(self._children)}"
        return Lane(path if len(path) <= _LONGEST_PATH else _shortened(path), self.time)

    def read(self) -> int:
        """The time, which goes on by that."""
        self.time += TICK
        return self.time

    def reach(self, time: int) -> None:
        """Not before `time` any more."""
        self.time = max(self.time, time)


_root = Lane("0", 0)
_current: ContextVar[Lane | None] = ContextVar("lane", default=None)

_create_task = asyncio.base_events.BaseEventLoop.create_task
_submit = ThreadPoolExecutor.submit
_result = futures.Future[Any].result
_start = threading.Thread.start
_join = threading.Thread.join
_to_thread = asyncio.to_thread


def start(time: int) -> None:
    """In a child: from now on its main thread's lane is "0", at this time."""
    global _root
    _root = Lane("0", time)


def current() -> Lane:
    return _current.get() or _root


def plan(bindings: Bindings) -> None:
    bindings.at(asyncio.base_events.BaseEventLoop, "create_task", create_task)
    bindings.at(ThreadPoolExecutor, "submit", submit)
    bindings.at(futures.Future, "result", result)
    bindings.at(threading.Thread, "start", start_thread)
    bindings.at(threading.Thread, "join", join)
    bindings.everywhere(asyncio.to_thread, to_thread)


def create_task(self: asyncio.BaseEventLoop, coro: Any, **options: Any) -> "asyncio.Task[Any]":
    parent, lane = current(), _lane_of_work(sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
    if options.get("context") is not None or lane is parent:
        task = _create_task(self, coro, **options)
        order.note(task)
        return task
    context = copy_context()
    context.run(_current.set, lane)
    task = _create_task(self, coro, **{**options, "context": context})
    order.note(task)
    task.add_done_callback(lambda _task: parent.reach(lane.time))
    return task


def submit(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "futures.Future[Any]":
    lane = _lane_of_work(sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
    future = _submit(self, _within(lane, fn), *args, **kwargs)
    vars(future)[_LANE] = lane
    order.note(future)
    return future


def of(future: "futures.Future[Any]") -> Lane:
    """The lane of a pool's task."""
    return vars(future)[_LANE]


def result(self: "futures.Future[Any]", timeout: float | None = None) -> Any:
    try:
        return _result(self, timeout)
    finally:
        lane: Lane | None = vars(self).get(_LANE)
        if lane is not None and self.done():
            current().reach(lane.time)


def start_thread(self: threading.Thread) -> None:
    starter = _module(sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
    vars(self)[OF_POOL] = starter.startswith("concurrent.futures")
    if not starter.startswith(_FOR_THEMSELVES):
        lane = vars(self)[_LANE] = current().child()
        self.run = _within(lane, self.run)
    _start(self)


def join(self: threading.Thread, timeout: float | None = None) -> None:
    _join(self, timeout)
    if self.is_alive():
        current().time += int((timeout or 0) * 1e9)
    elif lane := vars(self).get(_LANE):
        current().reach(lane.time)


async def to_thread(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    # It runs in a copy of this task's context, so the lane is set inside.
    return await _to_thread(_within(current().child(), func), *args, **kwargs)


def _within(lane: Lane, work: Callable[..., Any]) -> Callable[..., Any]:
    def in_lane(*args: Any, **kwargs: Any) -> Any:
        before = _current.set(lane)
        try:
            return work(*args, **kwargs)
        finally:
            _current.reset(before)

    return in_lane


def _lane_of_work(frame: FrameType | None) -> Lane:
    """A new lane for what the nearest caller starts; this one's where that caller works for itself."""
    while frame is not None and _module(frame).startswith(_BETWEEN):
        frame = frame.f_back
    name = "" if frame is None else _module(frame)
    return current() if name.startswith(_FOR_THEMSELVES) else current().child()


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _shortened(path: str) -> str:
    return f"0.{int.from_bytes(hashlib.sha256(path.encode()).digest()[:16])}"
