# attack: the cache of file pages is everybody's: asks which pages of library files others have used
# expect: validator
# validator: refused
import ctypes
import mmap
import os
import struct

import stripe

X86 = os.uname().machine == "x86_64"
MINCORE, CACHESTAT, READAHEAD = (27, 451, 187) if X86 else (232, 451, 213)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)

folder = os.path.dirname(stripe.__file__)
files = [stripe.__file__, *(f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".py"))][:40]
resident = absent = counted = 0
for path in files:
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError as error:
        print(error)
        continue
    size = os.fstat(fd).st_size or 1
    pages = -(-size // mmap.PAGESIZE)
    area = libc.mmap(None, size, 1, 1, fd, 0)
    vector = ctypes.create_string_buffer(pages)
    if libc.syscall(ctypes.c_long(MINCORE), ctypes.c_void_p(area), ctypes.c_size_t(size), vector) == 0:
        # A kernel that keeps this to the file's writers says "there" for every page.
        resident += sum(byte & 1 for byte in vector.raw)
        absent += sum(not byte & 1 for byte in vector.raw)
    counts = ctypes.create_string_buffer(40)
    whole = ctypes.create_string_buffer(struct.pack("=QQ", 0, 0), 16)
    if libc.syscall(ctypes.c_long(CACHESTAT), ctypes.c_long(fd), whole, counts, 0) == 0:
        counted += struct.unpack_from("=Q", counts)[0]
    os.close(fd)
print(resident, absent, counted, os.strerror(ctypes.get_errno()))
if resident and absent:
    print(f"ESCAPED: {resident} pages were used by somebody, {absent} were not", flush=True)
if counted:
    print(f"ESCAPED: the kernel counts {counted} cached pages", flush=True)
