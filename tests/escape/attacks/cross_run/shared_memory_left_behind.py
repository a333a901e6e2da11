# attack: System V and POSIX shared memory outlive the process that made them: a mailbox from one run to the next
# expect: sandbox
# validator: refused
import ctypes
import mmap
import os
from multiprocessing import shared_memory

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmdt.argtypes = [ctypes.c_void_p]
KEY = 0x41474E54


def system_v():
    made = libc.shmget(KEY, 4096, 0o1666)
    if made < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    try:
        place = libc.shmat(made, None, 0)
        if place in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "shmat")
        ctypes.memmove(place, b"from another run", 16)
        libc.shmdt(place)
        again = libc.shmat(libc.shmget(KEY, 0, 0), None, 0)
        print("ESCAPED: a segment keeps", ctypes.string_at(again, 16), flush=True)
    finally:
        libc.shmctl(made, 0, None)


def posix():
    made = shared_memory.SharedMemory("agentic_attack", create=True, size=4096)
    try:
        made.buf[:4] = b"left"
        print("ESCAPED: shared memory by name", bytes(shared_memory.SharedMemory("agentic_attack").buf[:4]), flush=True)
    finally:
        made.close()
        made.unlink()


def as_a_file():
    path = "/dev/shm/agentic_attack"
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    print("ESCAPED: a file in /dev/shm", os.fstat(file).st_ino, flush=True)
    os.unlink(path)


def mapped_from_the_zygote():
    # A shared mapping that was made before the fork would be the same memory in every run.
    with open("/proc/self/maps") as file:
        for line in file:
            if line.split()[1] == "rw-s":
                print("ESCAPED: a shared mapping:", line.strip(), flush=True)


def own_shared_mapping():
    # Harmless by itself: nobody can be given it without a descriptor or a child.
    made = mmap.mmap(-1, 4096)
    made[:4] = b"mine"
    print(made[:4])


# The look at what was there before comes first.
for attempt in (mapped_from_the_zygote, system_v, posix, as_a_file, own_shared_mapping):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
