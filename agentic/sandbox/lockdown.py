"""What a forked child gives up beyond its zygote: time, memory, descriptors, being looked into."""

import os
import resource
import signal
import threading
from collections.abc import Iterator, Mapping

from agentic.sandbox.libc import libc, prctl

_PR_SET_PDEATHSIG = 1
_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_M_ARENA_MAX = -8
_THREAD_STACK_BYTES = 2 * 1024 * 1024


def become_subreaper() -> bool:
    """Makes orphans of this process's descendants its children, so that nothing a script starts can hide."""
    return prctl(_PR_SET_CHILD_SUBREAPER, 1) == 0


def spare_threads() -> None:
    """Makes threads cheap enough for the memory limits: each would reserve 8 MB of stack and 64 MB of heap."""
    threading.stack_size(_THREAD_STACK_BYTES)
    if hasattr(libc, "mallopt"):  # A C library without it has no such heaps.
        libc.mallopt(_M_ARENA_MAX, 2)


def end_with(zygote: int) -> None:
    """This process, leader of a group of its own from now on, ends when its zygote does."""
    os.setsid()
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:  # It died before the line above: nobody would ever end this process.
        os._exit(1)


def restrain(limits: Mapping[str, int]) -> Iterator[str]:
    """Restrains this process for good; yields the name of each layer that holds, found by asking the kernel."""
    yield "process"
    _set_limits(limits)
    yield "rlimits"
    if os.getuid() != 0:  # The kernel does not limit root.
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["tasks"], limits["tasks"]))
        yield "process-limit"
    if not_dumpable():
        yield "not-dumpable"


def not_dumpable() -> bool:
    """Whether no other process of this user can look into this one, nor this one into itself by /proc."""
    prctl(_PR_SET_DUMPABLE, 0)
    return prctl(_PR_GET_DUMPABLE) == 0


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
