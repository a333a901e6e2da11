"""What a forked child gives up before it runs a script. Each layer says by name whether it really holds."""

import ctypes
import os
import resource
import signal
import threading
from collections.abc import Mapping

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_GET_NO_NEW_PRIVS = 39
_M_ARENA_MAX = -8
_THREAD_STACK_BYTES = 2 * 1024 * 1024

_libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> bool:
    """Makes orphans of this process's descendants its children, so that nothing a script starts can hide."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1) == 0


def spare_threads() -> None:
    """Makes threads cheap enough for the memory limits: each would reserve 8 MB of stack and 64 MB of heap."""
    threading.stack_size(_THREAD_STACK_BYTES)
    if hasattr(_libc, "mallopt"):  # A C library without it has no such heaps.
        _libc.mallopt(_M_ARENA_MAX, 2)


def restrain(limits: Mapping[str, int], zygote: int) -> tuple[str, ...]:
    """Restrains this process for good; returns the names of the layers that hold, found by asking the kernel.

    no_new_privs is refused inside AWS Lambda (EPERM): then its name is missing, and the caller knows.
    """
    layers = ["process"]
    os.setsid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:  # It died before the line above: nobody would ever end this process.
        os._exit(1)
    _set_limits(limits)
    layers.append("rlimits")
    if limits["tasks"] and os.getuid() != 0:
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["tasks"], limits["tasks"]))
        layers.append("process-limit")
    _prctl(_PR_SET_DUMPABLE, 0)
    if _prctl(_PR_GET_DUMPABLE) == 0:
        layers.append("not-dumpable")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if _prctl(_PR_GET_NO_NEW_PRIVS) == 1:
        layers.append("no-new-privs")
    return tuple(layers)


def _set_limits(limits: Mapping[str, int]) -> None:
    cpu, memory, files = limits["cpu_seconds"], limits["memory_bytes"], limits["open_files"]
    # One second between soft and hard: SIGXCPU tells what happened, SIGKILL follows for a script that ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    # DATA counts what a script really allocates. AS also counts shared mappings, but reservations of every thread's
    # heap as well, hence twice the size.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_AS, (2 * memory, 2 * memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prctl(option: int, value: int = 0) -> int:
    return _libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
