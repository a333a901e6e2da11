# attack: small data that unpacks to far more than there is: streams of zeros, repeated in place, in zlib, bzip2 and lzma
# expect: validator
# validator: refused
import bz2
import lzma
import zlib

PIECE, TIMES = 16 * 1024 * 1024, 256


def deflated():
    """One block of zeros, packed once and written again and again: a few kilobytes each."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * TIMES + packer.flush()


largest = 0
for name, bomb, unpack in (
    ("zlib", deflated, lambda data: zlib.decompress(data, -15)),
    ("lzma", lambda: lzma.compress(bytes(PIECE), preset=0) * TIMES, lzma.decompress),
    ("bzip2", lambda: bz2.compress(bytes(PIECE), 1) * TIMES, bz2.decompress),
):
    try:
        data = bomb()
        print(name, len(data), "bytes", flush=True)
        largest = max(largest, len(unpack(data)))
    except (MemoryError, zlib.error, lzma.LZMAError, OSError, ValueError) as error:
        print(name, type(error).__name__, error, flush=True)
if largest > 1024 * 1024 * 1024:
    print(f"ESCAPED: unpacked to {largest:,} bytes", flush=True)
