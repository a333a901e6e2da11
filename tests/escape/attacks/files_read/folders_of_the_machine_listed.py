# attack: lists folders to learn what is on the machine: by listdir, scandir, glob, walks, completion and raw getdents
# expect: validator
# validator: refused
import ctypes
import glob
import os
import pathlib

FOLDER = os.path.dirname("@CANARY_FILE@")
WANTED = "planted.txt"
GETDENTS = 217 if os.uname().machine == "x86_64" else 61
libc = ctypes.CDLL(None, use_errno=True)


def raw():
    fd = libc.open(FOLDER.encode(), os.O_RDONLY | os.O_DIRECTORY)
    buffer = ctypes.create_string_buffer(4096)
    count = libc.syscall(ctypes.c_long(GETDENTS), ctypes.c_long(fd), buffer, ctypes.c_long(4096))
    return buffer.raw[: max(0, count)].decode("latin-1")


def by_libc():
    libc.glob.argtypes = (ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    found = ctypes.create_string_buffer(128)
    if libc.glob(f"{FOLDER}/*".encode(), 0, None, ctypes.addressof(found)):
        return ""
    return b" ".join(ctypes.POINTER(ctypes.c_char_p).from_buffer(found, 8)[:1]).decode()


ways = {
    "listdir": lambda: os.listdir(FOLDER),
    "scandir": lambda: [entry.name for entry in os.scandir(FOLDER)],
    "glob": lambda: glob.glob(f"{FOLDER}/*"),
    "pathlib": lambda: list(pathlib.Path(FOLDER).iterdir()),
    "walk": lambda: [names for _, _, names in os.walk(FOLDER, onerror=print)],
    "fwalk": lambda: [names for _, _, names, _ in os.fwalk(FOLDER, onerror=print)],
    "descriptor": lambda: os.listdir(os.open(FOLDER, os.O_RDONLY)),
    "getdents": raw,
    "libc's glob": by_libc,
}
for name, way in ways.items():
    try:
        found = str(way())
        if WANTED in found:
            print(f"ESCAPED: {name} listed {found[:120]}", flush=True)
    except OSError as error:
        print(name, error)

# Places that say who and what else is here. A listing that is not empty is the proof.
for place in ("/", "/home", "/root", "/etc", "/tmp", "/var/run", "/proc", "/sys/class/net", "/dev", "/opt", "/mnt"):
    try:
        names = os.listdir(place)
    except OSError as error:
        print(place, error.strerror)
        continue
    if names:
        print(f"ESCAPED: {place} has {len(names)} entries, such as {sorted(names)[0]}", flush=True)
