# attack: keyrings outlive processes: leaves a key in those of user and session, where a later run could read it
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
ADD, REQUEST, CONTROL = (248, 249, 250) if X86 else (217, 218, 219)
RINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user's session": -5, "group": -6, "persistent": -7}
UNLINK, SEARCH, READ = 9, 10, 11
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])


def read(key):
    data = ctypes.create_string_buffer(100)
    count = call(CONTROL, READ, key, data, 100, 0)
    return data.raw[:count] if count > 0 else b""


for name, ring in RINGS.items():
    found = call(CONTROL, SEARCH, ring, b"user", b"left_by_a_script", 0)
    if found > 0 and read(found) == b"message":
        print(f"ESCAPED: the {name} ring still has an earlier run's message", flush=True)
    key = call(ADD, b"user", b"left_by_a_script", b"message", 7, ring)
    why = os.strerror(ctypes.get_errno())
    if key < 0:
        print(name, why)
        continue
    if read(key) == b"message" and name not in {"thread", "process"}:
        print(f"ESCAPED: the {name} ring holds a message for later", flush=True)
    # It must not stay if the wall is missing.
    call(CONTROL, UNLINK, key, ring, 0, 0)
