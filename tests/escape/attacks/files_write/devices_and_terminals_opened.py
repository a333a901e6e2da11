# attack: device files are doors to kernel and terminals: opens those that a careless root might have (writes nothing)
# expect: validator
# validator: refused
import ctypes
import os
import pty

# Not among them: watchdogs, which restart a machine only by being opened.
DEVICES = (
    "/dev/mem", "/dev/kmsg", "/dev/port", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/kvm", "/dev/fuse", "/dev/net/tun",
    "/dev/ptmx", "/dev/pts/ptmx", "/dev/tty", "/dev/tty1", "/dev/console", "/dev/vsock", "/dev/vhost-vsock",
    "/dev/loop-control", "/dev/mapper/control", "/dev/userfaultfd", "/dev/snapshot", "/dev/uinput", "/dev/dri/card0",
)  # fmt: skip
TIOCSTI = 0x5412

for device in DEVICES:
    for flags in (os.O_RDWR, os.O_WRONLY, os.O_RDONLY):
        try:
            fd = os.open(device, flags | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            print(device, error.strerror)
            continue
        print(f"ESCAPED: {device} is open", flush=True)
        os.close(fd)
        break

try:
    print(f"ESCAPED: has a terminal of its own: {pty.openpty()}", flush=True)
except OSError as error:
    print("openpty", error)

# Pushing a letter into the terminal of whoever started all this. The letter is a null byte, which no shell heeds.
libc = ctypes.CDLL(None, use_errno=True)
for fd in (0, 1, 2):
    letter = ctypes.create_string_buffer(b"\0", 1)
    if libc.ioctl(fd, ctypes.c_ulong(TIOCSTI), letter) == 0:
        print(f"ESCAPED: typed into the terminal at {fd}", flush=True)
    print("TIOCSTI", fd, os.strerror(ctypes.get_errno()))

try:
    os.mknod("@WATCH_DIR@/memory", 0o600 | 0o020000, os.makedev(1, 1))
except OSError as error:
    print("mknod", error)
