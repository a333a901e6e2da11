# attack: memory, queues and semaphores of System V and POSIX outlive the process that made them: a way from one run to the next
# expect: validator
# validator: refused
import ctypes
import os
from multiprocessing import shared_memory

KEY = 0x41474E54
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
REMOVE = 0


def told(name, number):
    if number >= 0:
        print(f"ESCAPED: {name} can be made and would stay", flush=True)
        return True
    print(name, os.strerror(ctypes.get_errno()))
    return False


def earlier(name, number):
    if number >= 0:
        print(f"ESCAPED: {name} of an earlier run is there", flush=True)


earlier("memory", libc.shmget(KEY, 0, 0))
earlier("a queue", libc.msgget(KEY, 0))
earlier("a semaphore", libc.semget(KEY, 0, 0))

memory = libc.shmget(KEY, 4096, 0o1000 | 0o600)
if told("System V memory", memory):
    libc.shmctl(memory, REMOVE, None)
queue = libc.msgget(KEY, 0o1000 | 0o600)
if told("a System V queue", queue):
    libc.msgctl(queue, REMOVE, None)
semaphore = libc.semget(KEY, 1, 0o1000 | 0o600)
if told("a System V semaphore", semaphore):
    libc.semctl(semaphore, 0, REMOVE, 0)

if told("POSIX memory", libc.shm_open(b"/left_by_a_script", os.O_CREAT | os.O_RDWR, 0o600)):
    libc.shm_unlink(b"/left_by_a_script")
try:
    posix_queue = libc.mq_open(b"/left_by_a_script", os.O_CREAT | os.O_RDWR, 0o600, None)
    if told("a POSIX queue", posix_queue):
        libc.mq_unlink(b"/left_by_a_script")
except AttributeError:
    print("no queues in this C library")
try:
    block = shared_memory.SharedMemory("left_by_a_script", create=True, size=16)
    print("ESCAPED: Python's shared memory can be made", flush=True)
    block.close()
    block.unlink()
except OSError as error:
    print("SharedMemory", error)

# An abstract socket's name is a message as well, as long as somebody holds it.
import socket

try:
    line = socket.socket(socket.AF_UNIX)
    line.bind("\0left_by_a_script")
    print("ESCAPED: an abstract socket is bound", flush=True)
except OSError as error:
    print("abstract socket", error)
