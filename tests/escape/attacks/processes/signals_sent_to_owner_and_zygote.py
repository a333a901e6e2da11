# attack: every call that sends a signal, at owner and zygote; signal 0 only asks, which shows that others would arrive
# expect: validator
# validator: refused
import ctypes
import os
import signal
import struct

X86 = os.uname().machine == "x86_64"
TGKILL, TKILL, QUEUE, PIDFD, SEND = (234, 200, 129, 434, 424) if X86 else (131, 130, 138, 434, 424)
OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


for pid, name in ((OWNER, "the owner"), (ZYGOTE, "the zygote")):
    information = ctypes.create_string_buffer(struct.pack("=iiiiii", 0, 0, -1, 0, os.getpid(), os.getuid()), 128)
    for way, send in {
        "kill": lambda: os.kill(pid, 0),
        "kill with SIGCONT": lambda: os.kill(pid, signal.SIGCONT),
        "killpg": lambda: os.killpg(os.getpgid(pid), 0),
        "tgkill": lambda: call(TGKILL, pid, pid, 0),
        "tkill": lambda: call(TKILL, pid, 0),
        "sigqueue": lambda: call(QUEUE, pid, 0, information),
        "pidfd": lambda: call(SEND, call(PIDFD, pid, 0), 0, 0, 0),
        "libc": lambda: (libc.kill(pid, 0) == 0) or call(TKILL, pid, 0),
    }.items():
        try:
            send()
            print(f"ESCAPED: {way} reaches {name}", flush=True)
        except OSError as error:
            print(name, way, error)

try:
    os.kill(-1, 0)
    print("ESCAPED: there are processes that would get a signal to everybody", flush=True)
except OSError as error:
    print("everybody", error)
