# attack: pidfd_getfd copies descriptors out of another process: the zygote's control line, the owner's sockets to the relay
# expect: validator
# validator: refused
import ctypes
import os
import stat

PIDFD_OPEN, GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(argument) for argument in arguments])


def handles(pid):
    """The process's handle by number, by Python and by its folder in /proc."""
    yield call(PIDFD_OPEN, pid, 0)
    yield call(PIDFD_OPEN, pid, os.O_EXCL)  # PIDFD_THREAD
    for way in (lambda: os.pidfd_open(pid), lambda: os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY)):
        try:
            yield way()
        except OSError as error:
            print(pid, error)


for pid, name in ((os.getppid(), "the zygote"), (int("@OWNER_PID@"), "the owner")):
    for handle in handles(pid):
        if handle < 0:
            print(name, os.strerror(ctypes.get_errno()))
            continue
        stolen = 0
        for number in range(64):
            fd = call(GETFD, handle, number, 0)
            if fd >= 0:
                stolen += 1
                print(f"ESCAPED: has descriptor {number} of {name}, {stat.filemode(os.fstat(fd).st_mode)}", flush=True)
                os.close(fd)
            if stolen > 2:
                break
        print(name, os.strerror(ctypes.get_errno()))
