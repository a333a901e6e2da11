"""The filter's program, run by a small machine of our own: it lets through what the tables say, on both architectures."""

import errno
import os
import re
import struct
from pathlib import Path

import pytest

from agentic.sandbox import seccomp
from agentic.sandbox.seccomp import Filter
from agentic.sandbox.syscalls import ARCHITECTURES, NOT_THERE, NUMBERS, SCRIPT, ZYGOTE, Calls

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
I386 = 0x40000003
MACHINES = list(ARCHITECTURES)


def judge(calls: Calls, machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """What the kernel would do with a call, by the rules of classic BPF."""
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *(arguments + (0,) * 6)[:6])
    program = list(seccomp._program(calls, machine))
    accumulator, at = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                at += yes if accumulator == value else no
            case 0x35:
                at += yes if accumulator >= value else no
            case 0x06:
                return value
            case _:
                raise AssertionError(f"no such instruction: {code:#x}")


def number(name: str, machine: str) -> int:
    found = NUMBERS[name][MACHINES.index(machine)]
    assert found is not None
    return found


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("calls", [SCRIPT, ZYGOTE], ids=["script", "zygote"])
def test_every_number_that_is_in_no_table_is_refused(machine: str, calls: Calls) -> None:
    column = MACHINES.index(machine)
    listed = {NUMBERS[name][column] for name in (*calls, *NOT_THERE)}
    for each in set(range(600)) - listed:
        assert judge(calls, machine, each) == EPERM, each
    for name in NOT_THERE:
        assert judge(calls, machine, number(name, machine)) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_without_conditions_are_let_through_whatever_their_arguments(machine: str) -> None:
    for name, ways in SCRIPT.items():
        each = NUMBERS[name][MACHINES.index(machine)]
        if ways == ((),) and each is not None:
            assert judge(SCRIPT, machine, each, *[0xFFFFFFFFFFFFFFFF] * 6) == ALLOW, name


def test_other_architectures_and_x32_get_nowhere() -> None:
    assert judge(SCRIPT, "x86_64", number("read", "x86_64"), architecture=I386) == KILL
    assert judge(SCRIPT, "x86_64", 0x40000000 | number("read", "x86_64")) == EPERM
    assert judge(SCRIPT, "aarch64", number("read", "aarch64"), architecture=ARCHITECTURES["x86_64"]) == KILL


O_PATH, O_TMPFILE, CLONE_THREADS = 0x200000, 0x410000, 0x3D0F00
CONDITIONS = [
    ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOW),
    ("openat", (0, 0, os.O_WRONLY), EPERM),
    ("openat", (0, 0, os.O_RDWR), EPERM),
    ("openat", (0, 0, os.O_CREAT), EPERM),
    ("openat", (0, 0, os.O_TRUNC), EPERM),
    ("openat", (0, 0, O_TMPFILE), EPERM),
    ("openat", (0, 0, O_PATH), EPERM),
    ("openat", (0, 0, 0xF00000000 | os.O_WRONLY), EPERM),
    ("mmap", (0, 4096, 3, 0x22), ALLOW),
    ("mmap", (0, 4096, 5, 0x02), ALLOW),
    ("mmap", (0, 4096, 5, 0x22), EPERM),
    ("mmap", (0, 4096, 7, 0x02), EPERM),
    ("mmap", (0, 4096, 4, 0x21), EPERM),
    ("mprotect", (0, 4096, 3), ALLOW),
    ("mprotect", (0, 4096, 5), EPERM),
    ("fcntl", (0, 3), ALLOW),
    ("fcntl", (0, 8), EPERM),  # F_SETOWN
    ("ioctl", (0, 0x5421), ALLOW),
    ("ioctl", (0, 0x5412), EPERM),  # TIOCSTI
    ("socketpair", (1, 1 | 0x80800), ALLOW),
    ("socketpair", (1, 2), EPERM),
    ("socketpair", (2, 1), EPERM),
    ("sendto", (3, 0, 0, 0, 0, 0), ALLOW),
    ("sendto", (3, 0, 0, 0, 0x7F0000000000, 16), EPERM),
    ("sendto", (3, 0, 0, 0, 0x100000000, 16), EPERM),
    ("clone", (CLONE_THREADS,), ALLOW),
    ("clone", (0x1200011,), EPERM),
    ("clone", (CLONE_THREADS | 0x10000000,), EPERM),  # CLONE_NEWUSER
    ("clone", (0x11,), EPERM),
    ("prlimit64", (0, 7, 0, 1), ALLOW),
    ("prlimit64", (0, 7, 0x7F0000000000, 1), EPERM),
    ("prlimit64", (1234, 7, 0, 1), EPERM),
    ("clock_gettime", (2,), ALLOW),
    ("clock_gettime", ((~1234 << 3 | 2) & 0xFFFFFFFF,), EPERM),
    ("getsid", (1234,), EPERM),
    ("prctl", (15, 1), ALLOW),
    ("prctl", (22, 2), EPERM),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "verdict"), CONDITIONS)
def test_arguments_decide_where_a_call_has_conditions(
    machine: str, name: str, arguments: tuple[int, ...], verdict: int
) -> None:
    assert judge(SCRIPT, machine, number(name, machine), *arguments) == verdict


@pytest.mark.parametrize("machine", MACHINES)
def test_zygote_may_fork_and_a_script_may_not(machine: str) -> None:
    """The control of the filter for scripts: the same call, let through by another table."""
    assert judge(ZYGOTE, machine, number("clone", machine), 0x1200011) == ALLOW
    assert judge(SCRIPT, machine, number("clone", machine), 0x1200011) == EPERM
    assert judge(ZYGOTE, machine, number("clone", machine), 0x1200011 | 0x20000000) == EPERM  # CLONE_NEWPID


@pytest.mark.parametrize(
    ("header", "column"),
    [("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0), ("/usr/include/asm-generic/unistd.h", 1)],
    ids=MACHINES,
)
def test_numbers_are_the_kernels(header: str, column: int) -> None:
    if not Path(header).exists():
        pytest.skip(f"the kernel's headers are not installed: {header}")
    text = re.sub(r"__NR3264_(\w+)", r"__NR_\1", Path(header).read_text())
    known = {name: int(value) for name, value in re.findall(r"#define __NR_(\w+)\s+(\d+)", text)}
    # The generic header has this one under its older name.
    known.setdefault("newfstatat", known.get("fstatat", -1))
    for name, numbers in NUMBERS.items():
        assert numbers[column] in (None, known.get(name)), name


def test_unknown_architecture_has_no_filter() -> None:
    with pytest.raises(OSError, match="riscv64"):
        Filter(SCRIPT, "riscv64")


def test_program_is_well_below_the_kernels_limit() -> None:
    assert Filter(ZYGOTE).steps < 512
