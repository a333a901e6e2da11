# attack: the zygote forks for whoever writes to its control socket: a copy of it makes runs of the attacker's own
# expect: sandbox
# validator: refused
import ctypes
import gc
import os
import re
import socket
import stat

libc = ctypes.CDLL(None, use_errno=True)
ZYGOTE = os.getppid()
PIDFD_OPEN, PIDFD_GETFD = 434, 438  # The same numbers on every architecture.


def order_a_run(descriptor, way):
    control = socket.socket(fileno=descriptor)
    # Without the descriptors that belong to an order: the zygote would stumble, so it is only looked at.
    print("ESCAPED: the zygote's control socket by", way, control.type, flush=True)


def still_open_here():
    for number in range(3, 1024):
        try:
            kind = os.fstat(number).st_mode
        except OSError:
            continue
        if stat.S_ISSOCK(kind):
            # The one that is ours leads to the relay, which answers.
            probe = socket.socket(fileno=os.dup(number))
            probe.send(b"?")
            answer = probe.recv(4096)
            if b"refused" not in answer:
                print("ESCAPED: descriptor", number, "is somebody else's:", answer[:40], flush=True)


def copied_by_pidfd():
    process = libc.syscall(PIDFD_OPEN, ZYGOTE, 0)
    if process < 0:
        raise OSError(ctypes.get_errno(), "pidfd_open")
    for number in range(3, 16):
        copy = libc.syscall(PIDFD_GETFD, process, number, 0)
        if copy >= 0 and stat.S_ISSOCK(os.fstat(copy).st_mode):
            order_a_run(copy, "pidfd_getfd")


def listed_by_proc():
    for name in os.listdir(f"/proc/{ZYGOTE}/fd"):
        target = os.readlink(f"/proc/{ZYGOTE}/fd/{name}")
        if re.match(r"socket:|pipe:", target):
            print("ESCAPED: the zygote's descriptors can be listed:", name, target, flush=True)
            break


def objects_of_the_zygote():
    # The copy of its memory has its objects; their descriptors must be gone, or be other things now.
    for item in gc.get_objects():
        if type(item).__name__ == "_Nursery":
            for value in vars(item).values():
                if isinstance(value, socket.socket) and value.fileno() >= 0:
                    print("ESCAPED: the zygote's own socket object is open here", value, flush=True)


for attempt in (objects_of_the_zygote, listed_by_proc, copied_by_pidfd, still_open_here):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
