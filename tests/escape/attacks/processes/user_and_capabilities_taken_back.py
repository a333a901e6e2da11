# attack: a dropped user id can sometimes be had again: saved and file system ids, groups, capabilities
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
CAPGET, CAPSET, SETUID, SETFSUID = (125, 126, 105, 122) if X86 else (90, 91, 146, 151)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def capabilities():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    return -1 if libc.syscall(ctypes.c_long(CAPGET), header, data) else data[0] | data[3] << 32


start = os.getresuid()
print("users", start, "groups", os.getgroups(), "capabilities", hex(capabilities()))
if 0 in start:
    print("ESCAPED: one of its user ids is root", flush=True)
if capabilities() > 0:
    print(f"ESCAPED: has capabilities: {capabilities():#x}", flush=True)

for name, way in {
    "setuid": lambda: os.setuid(0),
    "setreuid": lambda: os.setreuid(0, 0),
    "setresuid": lambda: os.setresuid(0, 0, 0),
    "seteuid": lambda: os.seteuid(0),
    "setgid": lambda: os.setgid(0),
    "setgroups": lambda: os.setgroups([0]),
    "setuid by number": lambda: libc.syscall(ctypes.c_long(SETUID), ctypes.c_long(0)),
    "setfsuid": lambda: libc.syscall(ctypes.c_long(SETFSUID), ctypes.c_long(0)),
}.items():
    try:
        way()
    except OSError as error:
        print(name, error)
if os.getresuid() != start:
    print(f"ESCAPED: the users are {os.getresuid()} now", flush=True)
if start[0] != 0 and 0 in (*os.getresgid(), *os.getgroups()):
    print("ESCAPED: is in root's group", flush=True)

before = capabilities()
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
wanted = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
print("capset", libc.syscall(ctypes.c_long(CAPSET), header, wanted), os.strerror(ctypes.get_errno()))
if capabilities() & ~before and before >= 0:
    print(f"ESCAPED: has more capabilities: {capabilities():#x}", flush=True)
