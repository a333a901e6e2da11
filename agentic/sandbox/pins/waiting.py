"""Waiting moves the script's clock: by what was slept, and by a timeout that has passed. A replay does not sleep again.

Sleeps of lanes that run side by side pass side by side. They are not skipped where another lane runs meanwhile: which of two
wakes up first is theirs to say.
"""

import asyncio
import math
import threading
import time
from asyncio import timeouts
from collections.abc import Callable
from typing import Any

from agentic.sandbox.pins import lanes, order, serial, sleepers
from agentic.sandbox.pins.bindings import Bindings

_SECOND = 1_000_000_000
# What is left of a timeout when a library waits again differs by what has passed meanwhile.
_ROUNDING = 100
_LONGEST_SECONDS = 10.0**9
_REACHED = "_agentic_reached"

_sleep = time.sleep
_asyncio_sleep = asyncio.sleep
_asyncio_wait = asyncio.wait
_condition_wait = threading.Condition.wait
_enter = timeouts.Timeout.__aenter__
_exit = timeouts.Timeout.__aexit__
_reschedule = timeouts.Timeout.reschedule
_on_timeout: Callable[[timeouts.Timeout], None] = vars(timeouts.Timeout)["_on_timeout"]


def plan(bindings: Bindings) -> None:
    bindings.everywhere(asyncio.sleep, asyncio_sleep)
    bindings.everywhere(asyncio.wait, asyncio_wait)
    bindings.at(threading.Condition, "wait", condition_wait)
    bindings.at(timeouts.Timeout, "__aenter__", enter)
    bindings.at(timeouts.Timeout, "__aexit__", leave)
    bindings.at(timeouts.Timeout, "reschedule", reschedule)
    bindings.at(timeouts.Timeout, "_on_timeout", on_timeout)


def sleep(seconds: float, /) -> None:
    """In the place of `time.sleep`."""
    lane = lanes.current()
    if serial.skip and seconds > 0 and serial.alone():
        seconds = min(seconds, _LONGEST_SECONDS)
    else:
        _sleep(seconds)
    lane.reach(lane.time + _ns(seconds))
    serial.slept(lane, _ns(seconds))


async def asyncio_sleep(delay: float, result: Any = None) -> Any:
    """In the place of `asyncio.sleep`."""
    lane = lanes.current()
    until = lane.time + _ns(delay)
    if serial.active and delay > 0 and not serial.asking():
        await serial.sleepers().sleep(lane.time, until)
    else:
        alone = serial.skip and delay > 0 and not sleepers.deadlines and len(asyncio.all_tasks()) == 1
        await _asyncio_sleep(0 if alone else delay)
    lane.reach(until)
    return result


def condition_wait(self: threading.Condition, timeout: float | None = None) -> bool:
    """In the place of `Condition.wait`, by which events, queues and semaphores wait too."""
    notified = _condition_wait(self, timeout)
    if not notified and timeout:
        lanes.current().time += _rounded(timeout)
    return notified


async def enter(self: timeouts.Timeout) -> timeouts.Timeout:
    entered = await _enter(self)
    sleepers.deadlines += 1
    return entered


async def leave(self: timeouts.Timeout, *error: Any) -> bool | None:
    sleepers.deadlines -= 1
    return await _exit(self, *error)


def reschedule(self: timeouts.Timeout, when: float | None) -> None:
    """Of `asyncio.timeout` and `wait_for`: notes where the clock is when it passes."""
    _reschedule(self, when)
    if when is not None:
        delay = max(0.0, when - asyncio.get_running_loop().time())
        vars(self)[_REACHED] = lanes.current().time + _rounded(delay)


def on_timeout(self: timeouts.Timeout) -> None:
    lanes.current().reach(vars(self).get(_REACHED, 0))
    _on_timeout(self)


async def asyncio_wait(
    fs: Any, *, timeout: float | None = None, return_when: str = asyncio.ALL_COMPLETED
) -> tuple[set[Any], set[Any]]:
    """In the place of `asyncio.wait`."""
    with sleepers.deadline(under_way=timeout is not None):
        done, pending = await _asyncio_wait(fs, timeout=timeout, return_when=return_when)
    if timeout and pending and (not done or return_when == asyncio.ALL_COMPLETED):
        lanes.current().time += _rounded(timeout)
    return order.InOrder(done), order.InOrder(pending)


def _ns(seconds: float) -> int:
    return int(max(0.0, min(seconds, _LONGEST_SECONDS)) * _SECOND)


def _rounded(seconds: float) -> int:
    return math.ceil(min(seconds, _LONGEST_SECONDS) * _ROUNDING) * (_SECOND // _ROUNDING)
