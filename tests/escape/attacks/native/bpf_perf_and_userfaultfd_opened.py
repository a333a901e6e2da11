# attack: three doors that most kernel exploits went through: bpf programs, perf events and userfaultfd; are they open at all?
# expect: validator
# validator: refused
import ctypes
import os
import struct

X86 = os.uname().machine == "x86_64"
BPF, PERF, FAULT = (321, 298, 323) if X86 else (280, 241, 282)
OWNER = int("@OWNER_PID@")
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return answer, os.strerror(ctypes.get_errno())


def buffer(data, size):
    return ctypes.create_string_buffer(data, size)


# A map of one entry, which needs the fewest rights of all that bpf does; then a program of two instructions that does nothing.
fd, why = call(BPF, 0, buffer(struct.pack("=5I", 2, 4, 8, 1, 0), 120), 120)
print("bpf map", fd, why)
if fd >= 0:
    print("ESCAPED: a bpf map was made", flush=True)
steps = buffer(struct.pack("=BBhi", 0xB7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0), 16)
licence = buffer(b"GPL\0", 4)
program = struct.pack("=IIQQIIQ", 1, 2, ctypes.addressof(steps), ctypes.addressof(licence), 0, 0, 0)
fd, why = call(BPF, 5, buffer(program, 120), 120)
print("bpf program", fd, why)
if fd >= 0:
    print("ESCAPED: a bpf program was loaded", flush=True)

# Events of software kind: how long the owner runs, on which processor, what it asks the kernel.
for who, name in ((OWNER, "the owner"), (os.getppid(), "the zygote"), (0, "itself")):
    for kind, config in ((1, 0), (1, 3), (0, 0)):
        fd, why = call(PERF, buffer(struct.pack("=IIQ", kind, 112, config), 112), who, -1, -1, 0)
        if fd >= 0 and len(data := os.read(fd, 8)) == 8:
            print(f"ESCAPED: counts events of {name}: {int.from_bytes(data, 'little')}", flush=True)
        elif fd < 0:
            print("perf", name, kind, config, why)

# userfaultfd stops the kernel half-way through reading this process's memory.
for flags in (0, 1):
    fd, why = call(FAULT, flags | os.O_CLOEXEC)
    print("userfaultfd", flags, fd, why)
    if fd >= 0:
        answer = libc.ioctl(fd, ctypes.c_ulong(0xC018AA3F), buffer(struct.pack("=QQQ", 0xAA, 0, 0), 24))
        print(f"ESCAPED: faults are in the script's hands, {answer}", flush=True)
