# attack: leaves a mark in its memory, and looks in all of it for the mark of an earlier run: freed pages, zygote's heap
# expect: validator
# validator: refused
import ctypes
import gc
import os

# In two parts, so that the text of the attack is no hit; each part is too common to mean anything.
MARK = b"mark of one run " + b"for a later one"
libc = ctypes.CDLL(None, use_errno=True)
libc.write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
reader, writer = os.pipe()
gc.unfreeze()
own = id(MARK)


def mapped(address):
    """write() answers EFAULT for memory that is not there."""
    if libc.write(writer, address, 1) != 1:
        return False
    os.read(reader, 1)
    return True


def pages():
    around = {id(gc) >> 24, id(pages) >> 24, own >> 24, ctypes.cast(libc.free, ctypes.c_void_p).value >> 24}
    for block in around:
        for address in range(block << 24, (block + 1) << 24, 4096):
            if mapped(address):
                yield address


# Fresh memory from the kernel has to be empty as well.
fresh = [ctypes.create_string_buffer(1 << 20) for _ in range(16)]
for place in fresh:
    if place.raw.strip(b"\0"):
        print("ESCAPED: fresh memory is not empty", flush=True)

found = 0
for address in pages():
    data = ctypes.string_at(address, 4096)
    at = data.find(MARK)
    if at >= 0 and not own <= address + at < own + 200:
        found += 1
# This run's own copies: the constant in its code and what find() was given; many more would be somebody else's.
print("copies", found)
if found > 8:
    print(f"ESCAPED: {found} copies of an earlier run's mark", flush=True)
kept = [MARK + str(number).encode() for number in range(1000)]
