"""The system calls that a script's process may make, and what more its zygote needs. Data only; `seccomp.py` decides by it.

What is not in a table is refused. Numbers are the kernel's for x86_64 and aarch64 (include/uapi/asm-generic/unistd.h and
arch/x86/entry/syscalls/syscall_64.tbl); None where an architecture lacks a call.
"""

from dataclasses import dataclass

# The kernel's names for the two architectures (linux/audit.h), by `os.uname().machine`.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # Reading and writing what is open already.
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "close_range": (436, 436),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "fstat": (5, 80),
    "getdents64": (217, 61),
    "fstatfs": (138, 44),
    "fadvise64": (221, 223),
    # Looking at files; which ones is for Landlock and the root to say.
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    # Memory.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    "membarrier": (324, 283),
    # Streams that are connected already, pipes, and waiting for them.
    "socketpair": (53, 199),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "shutdown": (48, 210),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getsockopt": (55, 209),
    "setsockopt": (54, 208),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "eventfd2": (290, 19),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    # Threads.
    "clone": (56, 220),
    "clone3": (435, 435),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "set_tid_address": (218, 96),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Signals to itself.
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    # Time and chance.
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrandom": (318, 278),
    # What it is and what it uses.
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getgroups": (115, 158),
    "getpgid": (121, 155),
    "getpgrp": (111, None),
    "getsid": (124, 156),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "prlimit64": (302, 261),
    "uname": (63, 160),
    "prctl": (157, 167),
    # For the zygote only.
    "fork": (57, None),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "kill": (62, 129),
    "pidfd_open": (434, 434),
    "setsid": (112, 157),
    "setrlimit": (160, 164),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}


@dataclass(frozen=True, slots=True)
class Check:
    """A call is allowed only when argument `index`, seen through `mask`, is one of `values`.

    Only the lower 32 bits are looked at, unless `wide`: then the upper ones must be zero too (pointers that must be NULL).
    """

    index: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    wide: bool = False


_NOT_EXECUTABLE = (Check(2, (0,), mask=0x4),)
# PROT_EXEC without PROT_WRITE, not MAP_ANONYMOUS: compiled modules, from files that nobody here can have written.
_FROM_A_FILE = (Check(2, (0x4,), mask=0x6), Check(3, (0,), mask=0x20))
# Reading only: none of the modes that write, O_CREAT, O_TRUNC, O_TMPFILE; nor O_PATH, which Landlock does not judge.
_WRITES, _PATH = 0x3 | 0x40 | 0x200 | 0x400000, 0x200000
# CLONE_THREAD, with the flags that C libraries pass along with it.
_THREAD_FLAGS, _THREAD = 0x7D0F00, 0x10000
_F_COMMANDS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD to F_SETFL and F_DUPFD_CLOEXEC: nothing that sends signals (F_SETOWN).
_IOCTLS = (0x5421, 0x5451, 0x5450, 0x541B, 0x5401)  # FIONBIO, FIOCLEX, FIONCLEX, FIONREAD, TCGETS
_PR_NAME = (15, 16)
_OF_ITSELF = (Check(0, (0,)),)
# The kernel's clocks; the numbers of other processes' clocks are negative.
_CLOCKS = (Check(0, (0,), mask=0xFFFFFFF0),)

_ZYGOTE_ONLY = (
    *("fork", "wait4", "waitid", "kill", "pidfd_open", "setsid", "setrlimit"),
    *("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
)

# The C library tries these first and falls back to older calls, whose arguments a filter can see, on ENOSYS.
NOT_THERE = frozenset({"clone3", "openat2"})

Calls = dict[str, tuple[tuple[Check, ...], ...]]
"""Each call with its ways of being allowed: all checks of any one way must hold."""

_ANY_WAY: tuple[tuple[Check, ...], ...] = ((),)

SCRIPT: Calls = {name: _ANY_WAY for name in NUMBERS if name not in NOT_THERE and name not in _ZYGOTE_ONLY} | {
    "open": ((Check(1, (0,), mask=_WRITES | _PATH),),),
    "openat": ((Check(2, (0,), mask=_WRITES | _PATH),),),
    "mmap": (_NOT_EXECUTABLE, _FROM_A_FILE),
    "mprotect": (_NOT_EXECUTABLE,),
    "fcntl": ((Check(1, _F_COMMANDS),),),
    "ioctl": ((Check(1, _IOCTLS),),),
    # AF_UNIX streams only: a datagram socket could send to any path.
    "socketpair": ((Check(0, (1,)), Check(1, (1,), mask=0xFFFFFFFF & ~0x80800)),),
    "sendto": ((Check(4, (0,), wide=True),),),
    "clone": ((Check(0, (0,), mask=0xFFFFFFFF & ~_THREAD_FLAGS), Check(0, (_THREAD,), mask=_THREAD)),),
    "prlimit64": ((*_OF_ITSELF, Check(2, (0,), wide=True)),),
    "prctl": ((Check(0, _PR_NAME),),),
    # Of other processes these would tell the processor time they used, their groups and their limits.
    **dict.fromkeys(("getpgid", "getsid", "sched_getaffinity"), (_OF_ITSELF,)),
    **dict.fromkeys(("clock_gettime", "clock_getres", "clock_nanosleep"), (_CLOCKS,)),
}
"""What a script's process may do."""

# PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET/GET_NO_NEW_PRIVS
_PR_ZYGOTE = (1, 3, 4, 22, 36, 38, 39)
# fork as C libraries make it: SIGCHLD with CLONE_CHILD_SETTID and CLONE_CHILD_CLEARTID.
_FORK = 0x1200011

ZYGOTE: Calls = (
    SCRIPT
    | dict.fromkeys((*_ZYGOTE_ONLY, "mmap", "mprotect", "prlimit64"), _ANY_WAY)
    | {
        "prctl": ((Check(0, (*_PR_NAME, *_PR_ZYGOTE)),),),
        "clone": ((Check(0, (_FORK, 0x3D0F00, 0x7D0F00)),),),
        # Folders for Landlock's rules are named by O_PATH.
        "openat": ((Check(2, (0,), mask=_WRITES),),),
    }
)
"""What a zygote may do: it loads compiled modules, forks, ends its children, and restrains them."""
