# attack: whoever may trace a process owns it: seizes owner and zygote, which stops neither of them
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
PTRACE = 101 if X86 else 117
SEIZE = 0x4206
OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = libc.ptrace.restype = ctypes.c_long


def tracer(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith("TracerPid")).split()[1])


for pid, name in ((OWNER, "the owner"), (ZYGOTE, "the zygote")):
    for way, seize in {
        "by number": lambda: libc.syscall(ctypes.c_long(PTRACE), ctypes.c_long(SEIZE), ctypes.c_long(pid), None, None),
        "by the C library": lambda: libc.ptrace(ctypes.c_long(SEIZE), ctypes.c_long(pid), None, None),
    }.items():
        ctypes.set_errno(0)
        answer = seize()
        print(name, way, answer, os.strerror(ctypes.get_errno()))
        if answer == 0:
            # The kernel ends the tracing when this process ends; nothing was stopped.
            print(f"ESCAPED: traces {name}", flush=True)
        try:
            if tracer(pid) == os.getpid():
                print(f"ESCAPED: /proc says that {name} is traced from here", flush=True)
        except OSError as error:
            print(error)

