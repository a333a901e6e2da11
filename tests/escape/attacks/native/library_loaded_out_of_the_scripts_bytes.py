# attack: dlopen runs whatever code a file holds: gives it a library of the script's own, from memory or a folder
# expect: validator
# validator: refused
import ctypes
import os

import _struct

# Any compiled module will do: what matters is that the bytes come from the script.
with open(_struct.__file__, "rb") as file:
    LIBRARY = file.read()


def in_memory(flags):
    memory = os.memfd_create("library", flags)
    os.write(memory, LIBRARY)
    return f"/proc/self/fd/{memory}"


def in_folder(folder):
    path = f"{folder}/library_{os.getpid()}.so"
    try:
        with open(path, "wb") as file:
            file.write(LIBRARY)
        ctypes.CDLL(path)
        print(f"ESCAPED: a library from {folder} was loaded", flush=True)
    finally:
        if not path.startswith("@WATCH_DIR@") and os.path.exists(path):
            os.unlink(path)
    return path


ways = {
    "memory": lambda: in_memory(0),
    "sealed memory": lambda: in_memory(2),
    "the watched folder": lambda: in_folder("@WATCH_DIR@"),
    "/tmp": lambda: in_folder("/tmp"),
    "/dev/shm": lambda: in_folder("/dev/shm"),
}
for name, way in ways.items():
    try:
        ctypes.CDLL(way(), mode=ctypes.RTLD_GLOBAL)
        print(f"ESCAPED: a library from {name} was loaded", flush=True)
    except OSError as error:
        print(name, error)
