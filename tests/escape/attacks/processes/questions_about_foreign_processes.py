# attack: calls that take a process number and do not ask who wants to know: group, limits, processor time, priority
# expect: validator
# validator: refused
import ctypes
import os
import resource

X86 = os.uname().machine == "x86_64"
ROBUST, IOPRIO, KCMP, CLOCK = (274, 252, 312, 228) if X86 else (100, 31, 272, 113)
OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def time_used(pid):
    """The clock of another process's processor time."""
    pair = (ctypes.c_long * 2)()
    call(CLOCK, ~pid << 3 | 2, pair)
    return tuple(pair)


def robust_list(pid):
    """An address in the other process: where its C library keeps things."""
    head, size = ctypes.c_void_p(), ctypes.c_size_t()
    call(ROBUST, pid, ctypes.byref(head), ctypes.byref(size))
    return hex(head.value or 0)


for pid, name in ((OWNER, "the owner"), (ZYGOTE, "the zygote")):
    for what, ask in {
        "group": lambda: os.getpgid(pid),
        "session": lambda: os.getsid(pid),
        "limits": lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE),
        "priority": lambda: os.getpriority(os.PRIO_PROCESS, pid),
        "processors": lambda: os.sched_getaffinity(pid),
        "scheduler": lambda: os.sched_getscheduler(pid),
        "disk priority": lambda: call(IOPRIO, 1, pid),
        "time used": lambda: time_used(pid),
        "addresses": lambda: robust_list(pid),
        "what it shares": lambda: call(KCMP, os.getpid(), pid, 1, 0, 0),
    }.items():
        try:
            print(f"ESCAPED: {what} of {name}: {ask()}", flush=True)
        except OSError as error:
            print(name, what, error)
