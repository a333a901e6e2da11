# attack: a process that is nobody's child any more, in a session of its own, waits for the next run and talks to it
# expect: sandbox
# validator: refused
import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
MACHINE = os.uname().machine


def live_on(way):
    """What the orphan does: it gives a sign of life once the script should be over."""
    try:
        os.setsid()
    except OSError:
        pass
    time.sleep(0.4)
    try:
        os.close(os.open(f"@WATCH_DIR@/orphan_{way}", os.O_WRONLY | os.O_CREAT, 0o666))
    finally:
        os._exit(0)


def by_fork():
    if os.fork() == 0:
        if os.fork() == 0:
            live_on("fork")
        os._exit(0)


def by_vfork_number():
    if MACHINE == "x86_64" and libc.syscall(57) == 0:
        live_on("number")


def by_clone(flags, way):
    # Without CLONE_VM: a copy, like a fork, whose end signals nobody; some flags put it beside its parent.
    number = 56 if MACHINE == "x86_64" else 220
    if libc.syscall(number, ctypes.c_long(flags), None, None, None, None) == 0:
        live_on(way)


def by_clone3():
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
    if libc.syscall(435, arguments, ctypes.sizeof(arguments)) == 0:
        live_on("clone3")


def by_posix_spawn():
    os.posix_spawn("/bin/sh", ["sh", "-c", "sleep 0.4; : > @WATCH_DIR@/orphan_spawn"], {})


for attempt in (
    by_fork,
    by_vfork_number,
    lambda: by_clone(17, "clone"),
    lambda: by_clone(0x8000 | 17, "beside_its_parent"),
    lambda: by_clone(0x10000000 | 17, "own_user_namespace"),
    by_clone3,
    by_posix_spawn,
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
