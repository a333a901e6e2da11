# attack: makes a copy of itself with a number of its own, by fork, forkpty and the thread calls with other flags
# expect: validator
# validator: refused
import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
CLONE = 56 if os.uname().machine == "x86_64" else 220
# Without CLONE_THREAD: a new process, in new namespaces, or one that no tracer follows.
NEW_USER, NEW_PID, NEW_NET, UNTRACED = 0x10000000, 0x20000000, 0x40000000, 0x800000
FLAGS = [signal.SIGCHLD | more for more in (0, NEW_USER, NEW_USER | NEW_PID, UNTRACED, NEW_NET)]


def forked(name, make):
    reader, writer = os.pipe()
    try:
        child = make()
    except OSError as error:
        print(name, error)
        return
    if child == 0:
        os.write(writer, str(os.getpid()).encode())
        os._exit(0)
    os.close(writer)
    if child < 0:
        print(name, os.strerror(ctypes.get_errno()))
        return
    said = os.read(reader, 20)
    if said and int(said) != os.getpid():
        print(f"ESCAPED: {name} made a process, which wrote {said!r}", flush=True)
    try:
        os.waitpid(child, 0)
    except OSError:
        pass


forked("fork", os.fork)
forked("forkpty", lambda: os.forkpty()[0])
forked("libc", lambda: libc.fork())
for flags in FLAGS:
    number = ctypes.c_long(CLONE)
    forked(f"clone {flags:#x}", lambda flags=flags: libc.syscall(number, ctypes.c_long(flags), None, None, None, None))
