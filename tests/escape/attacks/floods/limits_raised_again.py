# attack: raises limits, soft, hard or both, by setrlimit, prlimit and number, for itself and for its owner
# expect: validator
# validator: refused
import ctypes
import os
import resource
import struct

X86 = os.uname().machine == "x86_64"
PRLIMIT, SETRLIMIT = (302, 160) if X86 else (261, 164)
OWNER = int("@OWNER_PID@")
libc = ctypes.CDLL(None, use_errno=True)
NAMES = ("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC", "RLIMIT_CORE")
NAMES += ("RLIMIT_RTPRIO", "RLIMIT_NICE", "RLIMIT_MEMLOCK", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_STACK")
WIDE = struct.pack("=QQ", 2**64 - 1, 2**64 - 1)


def by_number(kind):
    if libc.syscall(ctypes.c_long(PRLIMIT), ctypes.c_long(0), ctypes.c_long(kind), WIDE, None):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def by_old_number(kind):
    if libc.syscall(ctypes.c_long(SETRLIMIT), ctypes.c_long(kind), WIDE):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def larger(new, old):
    """RLIM_INFINITY is -1."""
    return (new == -1 and old != -1) or (old != -1 and new > old)


for name in NAMES:
    kind = getattr(resource, name)
    before = resource.getrlimit(kind)
    for way in (
        lambda: resource.setrlimit(kind, (-1, -1)),
        lambda: resource.setrlimit(kind, (before[1], before[1])),
        lambda: resource.prlimit(os.getpid(), kind, (-1, -1)),
        lambda: by_number(kind),
        lambda: by_old_number(kind),
    ):
        try:
            way()
        except (OSError, ValueError) as error:
            print(name, error)
    after = resource.getrlimit(kind)
    if larger(after[1], before[1]):
        print(f"ESCAPED: {name} was {before}, is {after}", flush=True)
try:
    same = resource.prlimit(OWNER, resource.RLIMIT_CORE)
    resource.prlimit(OWNER, resource.RLIMIT_CORE, same)
    print("ESCAPED: sets limits of its owner (to what they were)", flush=True)
except OSError as error:
    print(error)
