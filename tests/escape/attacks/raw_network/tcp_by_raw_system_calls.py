# attack: socket and connect as numbers, by the native and by the x32 calling convention, pass by every Python patch
# expect: sandbox
# validator: refused
import ctypes
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
X32 = 0x40000000
# socket, connect, sendto
NUMBERS = {"x86_64": (41, 42, 44), "aarch64": (198, 203, 206)}.get(os.uname().machine, (41, 42, 44))
ADDRESS = struct.pack("=H", 2) + struct.pack(">H", @TCP_PORT@) + bytes((127, 0, 0, 1)) + bytes(8)


def call(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def connect(offset, kind):
    made = call(NUMBERS[0] + offset, ctypes.c_long(2), ctypes.c_long(kind), ctypes.c_long(0))
    call(NUMBERS[1] + offset, ctypes.c_long(made), ADDRESS, ctypes.c_long(len(ADDRESS)))
    sent = os.write(made, b"hello")
    if sent == 5:
        print("ESCAPED: connected by system call number", NUMBERS[0] + offset, flush=True)


# 0x80000 and 0x800 (close on exec, non-blocking) in the type: a filter that compares whole values would miss them.
variants = [(0, 1), (0, 1 | 0x80000), (X32, 1)] if os.uname().machine == "x86_64" else [(0, 1), (0, 1 | 0x80000)]
for offset, kind in variants:
    try:
        connect(offset, kind)
    except OSError as error:
        print(hex(offset), hex(kind), error)
