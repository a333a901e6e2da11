# attack: fork's relatives, which a filter may not know: clone3 hides its flags in a structure, clone has its own number
# expect: validator
# validator: refused
import ctypes
import os
import signal
import struct

X86 = os.uname().machine == "x86_64"
CLONE3 = 435
CLONE = 56 if X86 else 220
FORK = 57 if X86 else None
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
PARENT, THREAD_FLAGS = 0x8000, 0x3D0F00


def clone3():
    arguments = struct.pack("=11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
    return libc.syscall(ctypes.c_long(CLONE3), ctypes.create_string_buffer(arguments), ctypes.c_long(88))


def clone_with(flags):
    return libc.syscall(ctypes.c_long(CLONE), ctypes.c_long(flags), None, None, None, None)


ways = {
    "clone3": clone3,
    "clone": lambda: clone_with(signal.SIGCHLD),
    "clone, upper half of the flags set": lambda: clone_with(signal.SIGCHLD | 1 << 40),
    "clone, as a sibling": lambda: clone_with(PARENT | signal.SIGCHLD),
    "fork": lambda: libc.syscall(ctypes.c_long(FORK)) if FORK else -1,
    "libc's fork": lambda: libc.fork(),
}
for name, way in ways.items():
    ctypes.set_errno(0)
    reader, writer = os.pipe()
    child = way()
    if child == 0:
        # The new process shows itself, by its own number, and ends.
        os.write(writer, str(os.getpid()).encode())
        os._exit(0)
    os.close(writer)
    if child < 0:
        print(name, os.strerror(ctypes.get_errno()))
        continue
    said = os.read(reader, 20).decode()
    if said and int(said) != os.getpid():
        print(f"ESCAPED: {name} made the process {said}", flush=True)
    try:
        os.waitpid(child, 0)
    except OSError:
        pass
