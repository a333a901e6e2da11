"""seccomp: a filter in the kernel that lets only the listed system calls of a process through, for good.

The filter is a program for the kernel's classic BPF machine (Documentation/userspace-api/seccomp_filter.rst): it sees the
call's number, the architecture and the arguments as numbers, never what pointers point to.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator

from agentic.sandbox.libc import prctl
from agentic.sandbox.syscalls import ARCHITECTURES, NOT_THERE, NUMBERS, Calls, Check

_PR_GET_SECCOMP = 21
_PR_SET_SECCOMP = 22
_MODE_FILTER = 2

_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
# struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits (low half first on both machines).
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000

_Instruction = tuple[int, int, int, int]
_REFUSE = (_RETURN, 0, 0, _ERRNO | errno.EPERM)


class Filter:
    """A filter for this machine's architecture, kept in memory in the form that the kernel takes."""

    def __init__(self, calls: Calls, machine: str | None = None) -> None:
        """Raises `OSError` (ENOSYS) on an architecture whose numbers are not known."""
        program = b"".join(struct.pack("=HBBI", *step) for step in _program(calls, machine or os.uname().machine))
        self.steps = len(program) // 8
        self._program = ctypes.create_string_buffer(program, len(program))
        self._header = ctypes.create_string_buffer(struct.pack("@HP", self.steps, ctypes.addressof(self._program)))

    def install(self) -> bool:
        """Whether the filter stands. Needs no_new_privs; cannot be undone; holds for every later child."""
        return prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(self._header)) == 0

    @staticmethod
    def holds() -> bool:
        """Whether a call that no table has is refused: asked of the kernel by making one that changes nothing."""
        ctypes.set_errno(0)
        return prctl(_PR_GET_SECCOMP) == -1 and ctypes.get_errno() == errno.EPERM


def _program(calls: Calls, machine: str) -> Iterator[_Instruction]:
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    column = list(ARCHITECTURES).index(machine)
    yield _LOAD, 0, 0, _ARCHITECTURE
    # Another architecture's numbers mean other calls (int 0x80 on x86): whoever tries is not an honest script.
    yield _EQUAL, 1, 0, ARCHITECTURES[machine]
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER
    yield _AT_LEAST, 0, 1, _X32
    yield _REFUSE
    for name in NOT_THERE:
        if (number := NUMBERS[name][column]) is not None:
            yield from _when(number, [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)])
    for name, ways in calls.items():
        if (number := NUMBERS[name][column]) is not None:
            yield from _when(number, [*(step for way in ways for step in _way(way)), _REFUSE])
    yield _REFUSE


def _when(number: int, then: list[_Instruction]) -> Iterator[_Instruction]:
    yield _EQUAL, 0, len(then), number
    yield from then


def _way(checks: tuple[Check, ...]) -> list[_Instruction]:
    """Allows the call when all checks hold; goes on behind itself when one does not."""
    steps: list[_Instruction] = [(_RETURN, 0, 0, _ALLOW)]
    for check in reversed(checks):
        steps = [*_check(check, otherwise=len(steps)), *steps]
    return steps


def _check(check: Check, otherwise: int) -> Iterator[_Instruction]:
    """Goes on behind itself when the argument fits; skips `otherwise` steps more when it does not."""
    low = _ARGUMENTS + 8 * check.index
    count = len(check.values)
    if check.wide:
        yield _LOAD, 0, 0, low + 4
        yield _EQUAL, 0, 2 + count + otherwise, 0
    yield _LOAD, 0, 0, low
    yield _AND, 0, 0, check.mask
    for left, value in zip(range(count - 1, -1, -1), check.values, strict=True):
        yield _EQUAL, left, 0 if left else otherwise, value
