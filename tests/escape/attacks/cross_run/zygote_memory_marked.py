# attack: every run is a fork of the zygote: who writes one byte into the zygote's memory is in all later runs
# expect: sandbox
# validator: refused
import ctypes
import os
import struct
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
ZYGOTE = os.getppid()
# process_vm_readv, process_vm_writev, ptrace
READ, WRITE, TRACE = {"x86_64": (310, 311, 101), "aarch64": (270, 271, 117)}.get(os.uname().machine, (310, 311, 101))


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def by_process_vm():
    buffer = ctypes.create_string_buffer(8)
    mine, theirs = Vector(ctypes.addressof(buffer), 8), Vector(id(None), 8)  # The fork has it at the same place.
    # What is read first is written back: nothing changes, and that it could be written is shown.
    if libc.syscall(READ, ZYGOTE, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) != 8:
        raise OSError(ctypes.get_errno(), "process_vm_readv")
    print("ESCAPED: the zygote's memory was read:", struct.unpack("=Q", buffer.raw), flush=True)
    if libc.syscall(WRITE, ZYGOTE, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) == 8:
        print("ESCAPED: the zygote's memory was written", flush=True)


def by_the_memory_file():
    with open(f"/proc/{ZYGOTE}/mem", "r+b", 0) as file:
        file.seek(id(None))
        data = file.read(8)
        file.seek(id(None))
        if file.write(data) == 8:
            print("ESCAPED: the zygote's memory file was written", flush=True)


def by_tracing():
    if libc.syscall(TRACE, 0x4206, ZYGOTE, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    # Seized without being stopped; the end of this process lets it go.
    print("ESCAPED: the zygote is traced", flush=True)


def by_its_other_files():
    for name in ("environ", "maps", "auxv", "syscall", "stack", "clear_refs", "oom_score_adj", "timerslack_ns"):
        try:
            if Path(f"/proc/{ZYGOTE}/{name}").read_bytes() and name in {"environ", "maps", "auxv"}:
                print("ESCAPED: the zygote's", name, "was read", flush=True)
        except OSError as error:
            print(name, error)


for attempt in (by_process_vm, by_the_memory_file, by_its_other_files, by_tracing):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
