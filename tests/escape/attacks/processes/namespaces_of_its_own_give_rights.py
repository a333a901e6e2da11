# attack: in a user namespace of its own anybody is root: with its rights over mounts, networks and host names come kernel doors
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
UNSHARE, CAPGET = (272, 125) if X86 else (97, 90)
KINDS = {
    "user": 0x10000000, "mount": 0x20000, "network": 0x40000000, "ipc": 0x08000000, "host name": 0x04000000,
    "process": 0x20000000, "control group": 0x02000000, "time": 0x80,
}  # fmt: skip
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.syscall(ctypes.c_long(CAPGET), header, data):
        return 0
    return data[0] | data[3] << 32


before = capabilities()
made = set()
print("capabilities", hex(before))
for name, kind in KINDS.items():
    for way, unshare in {
        "by number": lambda: libc.syscall(ctypes.c_long(UNSHARE), ctypes.c_long(kind)),
        "with a user namespace": lambda: libc.unshare(ctypes.c_int(kind | KINDS["user"])),
    }.items():
        ctypes.set_errno(0)
        if unshare() == 0:
            print(f"ESCAPED: a {name} namespace of its own, {way}", flush=True)
            made.add(name)
        else:
            print(name, way, os.strerror(ctypes.get_errno()))
if capabilities() & ~before:
    print(f"ESCAPED: has capabilities now: {capabilities():#x}", flush=True)

# What only such rights allow: the name that the machine has already, so that nothing changes where the wall is missing.
host = os.uname().nodename.encode()
if libc.sethostname(host, len(host)) == 0:
    print("ESCAPED: may rename its machine", flush=True)
# Where a mount namespace was had, everything in it is made private first, so that nothing gets out of it.
if "mount" in made and libc.mount(b"none", b"/", None, ctypes.c_ulong(0x4000 | 0x40000), None) == 0:
    if libc.mount(b"none", b"@WATCH_DIR@", b"tmpfs", ctypes.c_ulong(0), None) == 0:
        print("ESCAPED: mounted a file system", flush=True)
        libc.umount2(b"@WATCH_DIR@", 2)
print("mount", os.strerror(ctypes.get_errno()))
