# attack: gives itself more of the processor, and its owner less: nice, real-time classes, processors, disk priority
# expect: validator
# validator: refused
import ctypes
import os
import struct

X86 = os.uname().machine == "x86_64"
IOPRIO, SETATTR = (251, 314) if X86 else (30, 274)
OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

# Itself only: PRIO_USER would change every process of the user, and nobody could put that right again.
for name, way in {
    "nice": lambda: os.nice(-5),
    "setpriority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -5),
    "the group's": lambda: os.setpriority(os.PRIO_PGRP, os.getpgid(0), -5),
}.items():
    try:
        before = os.getpriority(os.PRIO_PROCESS, 0)
        way()
        if os.getpriority(os.PRIO_PROCESS, 0) < before:
            print(f"ESCAPED: {name} put it before others", flush=True)
            os.setpriority(os.PRIO_PROCESS, 0, before)
    except OSError as error:
        print(name, error)

for policy in (os.SCHED_FIFO, os.SCHED_RR):
    try:
        os.sched_setscheduler(0, policy, os.sched_param(1))
        print(f"ESCAPED: runs in the real-time class {os.sched_getscheduler(0)}", flush=True)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except OSError as error:
        print("real time", error)

# Its owner and zygote: set to what they are, which shows that they could be set to anything.
for pid, name in ((OWNER, "the owner"), (ZYGOTE, "the zygote")):
    for what, way in {
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid)),
        "processors": lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid)),
        "class": lambda: os.sched_setscheduler(pid, os.sched_getscheduler(pid), os.sched_param(0)),
    }.items():
        try:
            way()
            print(f"ESCAPED: sets the {what} of {name}", flush=True)
        except OSError as error:
            print(name, what, error)

attributes = struct.pack("=IIQiIQQQ", 48, 6, 0, 0, 0, 10_000_000, 30_000_000, 30_000_000)
print("deadline class", libc.syscall(ctypes.c_long(SETATTR), 0, attributes, 0), os.strerror(ctypes.get_errno()))
print("disk", libc.syscall(ctypes.c_long(IOPRIO), 1, ctypes.c_long(0), ctypes.c_long(1 << 13)), os.strerror(ctypes.get_errno()))
