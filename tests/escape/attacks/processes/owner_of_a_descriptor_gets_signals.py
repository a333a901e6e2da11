# attack: a pipe's owner may be another process: the kernel sends it the chosen signal, and nobody calls kill()
# expect: validator
# validator: refused
import fcntl
import os
import signal
import socket
import struct
import time

F_SETSIG, F_SETOWN_EX = 10, 15
FIOSETOWN, SIOCSPGRP, FIOASYNC = 0x8901, 0x8902, 0x5452
ZYGOTE = os.getppid()


def switches(pid):
    """How often a process has been woken: a signal that it handles adds to it (the zygote's handler does nothing)."""
    with open(f"/proc/{pid}/status") as file:
        return next(line for line in file if line.startswith("voluntary"))


def own_by_number(fd):
    fcntl.fcntl(fd, fcntl.F_SETOWN, ZYGOTE)


def own_by_structure(fd):
    fcntl.fcntl(fd, F_SETOWN_EX, struct.pack("=ii", 1, ZYGOTE))


def own_by_ioctl(fd):
    fcntl.ioctl(fd, FIOSETOWN, struct.pack("=i", ZYGOTE))


def own_by_group(fd):
    fcntl.ioctl(fd, SIOCSPGRP, struct.pack("=i", -ZYGOTE))


for way in (own_by_number, own_by_structure, own_by_ioctl, own_by_group):
    ours, other = socket.socketpair()
    try:
        way(ours.fileno())
        # Accepted: the zygote is now the one to be told of data on this socket.
        fcntl.fcntl(ours, F_SETSIG, signal.SIGCHLD)
        fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        owner = struct.unpack("=i", fcntl.ioctl(ours, 0x8903, struct.pack("=i", 0)))[0]
    except OSError as error:
        print(way.__name__, error)
        continue
    if abs(owner) == ZYGOTE:
        print(f"ESCAPED: {way.__name__}: the kernel would send signals to process {owner}", flush=True)
    try:
        before = switches(ZYGOTE)
        for _ in range(20):
            other.send(b"x")
            time.sleep(0.002)
        if switches(ZYGOTE) != before:
            print(f"ESCAPED: {way.__name__}: the zygote was woken by a signal", flush=True)
    except OSError as error:
        print(error)
