"""The few calls of the C library that Python has no function for."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def prctl(option: int, *arguments: int) -> int:
    """The call's answer, -1 when the kernel refuses it."""
    return libc.prctl(option, *(ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]))


def syscall(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
    """A raw system call. Raises `OSError`."""
    ctypes.set_errno(0)
    given = (ctypes.c_long(item) if isinstance(item, int) else item for item in arguments)
    answer: int = libc.syscall(ctypes.c_long(number), *given)
    if answer == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
