"""The script's clock: it starts at the run's time and goes on by what is slept and by a tick with each reading.

Scripts and SDKs get another `time` module. The real one stays in the event loop, in pools, locks and connections: with a
clock that stands still they would wait for ever.
"""

import sys
import sysconfig
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from agentic.sandbox.pins import lanes, waiting
from agentic.sandbox.pins.bindings import Bindings

_SECOND = 1_000_000_000
_STANDARD = sysconfig.get_path("stdlib") + "/"
_PACKAGES = ("/site-packages/", "/dist-packages/")
# Of the standard library those whose times are seen: in a log, a file, a header, an id.
_SEEN = {"email.utils", "gzip", "http.cookiejar", "logging", "logging.handlers", "tarfile", "timeit", "uuid", "zipfile"}
# Clients that wait for connections by it.
_WAITING = {"aiohttp", "anyio", "httpcore", "sniffio", "trio", "uvloop"}

_start = 0
_facade = ModuleType("time", time.__doc__)


def plan(bindings: Bindings) -> None:
    """For every module but those that wait; whatever the script imports later finds ours by its name."""
    vars(_facade).update(vars(time), **_replacements())
    bindings.everywhere(time, _facade, _sees)
    for name, replacement in _replacements().items():
        bindings.everywhere(vars(time)[name], replacement, _sees)
    if "requests.sessions" in sys.modules:  # Its own name for what `response.elapsed` is counted by.
        bindings.at(sys.modules["requests.sessions"], "preferred_clock", perf_counter)


def start(at: int) -> None:
    """In a child. `at` in nanoseconds since the epoch."""
    global _start
    _start = at
    sys.modules["time"] = _facade


def now() -> float:
    """In the place of `time.time`."""
    return now_ns() / _SECOND


def now_ns() -> int:
    return lanes.current().read()


def perf_counter() -> float:
    """In the place of `time.perf_counter`, `monotonic` and the processor's times."""
    return perf_counter_ns() / _SECOND


def perf_counter_ns() -> int:
    return now_ns() - _start


def clock_gettime(clock: int) -> float:
    return clock_gettime_ns(clock) / _SECOND


def clock_gettime_ns(clock: int) -> int:
    return now_ns() if clock == time.CLOCK_REALTIME else perf_counter_ns()


def gmtime(seconds: float | None = None) -> time.struct_time:
    return time.gmtime(now() if seconds is None else seconds)


def localtime(seconds: float | None = None) -> time.struct_time:
    return time.localtime(now() if seconds is None else seconds)


def ctime(seconds: float | None = None) -> str:
    return time.ctime(now() if seconds is None else seconds)


def asctime(moment: Any = None) -> str:
    return time.asctime(localtime() if moment is None else moment)


def strftime(form: str, moment: Any = None) -> str:
    return time.strftime(form, localtime() if moment is None else moment)


def _replacements() -> dict[str, Callable[..., Any]]:
    counters = dict.fromkeys(("perf_counter", "monotonic", "process_time", "thread_time"), perf_counter)
    counters_ns = dict.fromkeys(("perf_counter_ns", "monotonic_ns", "process_time_ns", "thread_time_ns"), perf_counter_ns)
    named = (clock_gettime, clock_gettime_ns, gmtime, localtime, ctime, asctime, strftime, waiting.sleep)
    own = {"time": now, "time_ns": now_ns, **{function.__name__: function for function in named}}
    return {name: function for name, function in {**counters, **counters_ns, **own}.items() if hasattr(time, name)}


def _sees(module: ModuleType) -> bool:
    """Whether this module is to have the script's clock."""
    file = str(getattr(module, "__file__", None) or _STANDARD)
    standard = file.startswith(_STANDARD) and not any(folder in file for folder in _PACKAGES)
    return module.__name__ in _SEEN if standard else module.__name__.partition(".")[0] not in _WAITING
