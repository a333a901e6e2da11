# attack: keys in a kernel keyring belong to the user, not to the process: one run writes, the next one reads
# expect: sandbox
# validator: refused
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, REQUEST_KEY, KEYCTL = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}.get(os.uname().machine, (248, 249, 250))
RINGS = {"thread": -1, "process": -2, "session": -3, "user": -4, "user session": -5}


def call(number, *arguments):
    result = libc.syscall(number, *(ctypes.c_long(item) if isinstance(item, int) else item for item in arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def keep(name, ring):
    key = call(ADD_KEY, b"user", b"agentic_attack", b"from another run", 16, ring)
    try:
        buffer = ctypes.create_string_buffer(64)
        length = call(KEYCTL, 11, key, buffer, 64, 0)
        print("ESCAPED: the", name, "keyring kept", buffer.raw[:length], flush=True)
    finally:
        call(KEYCTL, 9, key, ring, 0, 0)


def listed():
    with open("/proc/keys") as file:
        if lines := file.readlines():
            print("ESCAPED:", len(lines), "keys are listed", flush=True)


for name, ring in RINGS.items():
    try:
        keep(name, ring)
    except OSError as error:
        print(name, error)
for attempt in (listed, lambda: call(REQUEST_KEY, b"user", b"agentic_attack", None, -3), lambda: call(KEYCTL, 1, b"agentic")):
    try:
        print("keys:", attempt())
    except OSError as error:
        print(error)
