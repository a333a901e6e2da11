# attack: calls that default-allow filters forget: kernel log, file watches, segment tables, old asynchronous reads
# expect: validator
# validator: refused
import ctypes
import os
import struct

X86 = os.uname().machine == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
SYSLOG, INOTIFY, WATCH, FANOTIFY, LDT, AIO, FSOPEN, PIDFD, HOSTNAME = (
    (103, 294, 254, 300, 154, 206, 430, 434, 170) if X86 else (116, 26, 27, 262, None, 0, 430, 434, 161)
)


def call(number, *arguments):
    ctypes.set_errno(0)
    if number is None:
        return -1
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])


def told(name, worked, what):
    print(f"ESCAPED: {name}: {what}" if worked else f"{name}: {os.strerror(ctypes.get_errno())}", flush=True)


log = ctypes.create_string_buffer(4096)
told("syslog", call(SYSLOG, 3, log, 4096) > 0, "the kernel's log was read")

notify = call(INOTIFY, os.O_NONBLOCK)
folder = ctypes.create_string_buffer(os.path.dirname("@CANARY_FILE@").encode())
told("inotify", notify >= 0 and call(WATCH, notify, folder, 0xFFF) > 0, "sees what others do in a foreign folder")
told("fanotify", call(FANOTIFY, 0, 0) >= 0, "watches whole file systems")

entry = struct.pack("=IIII", 0, 0x1000, 0xFFFFF, 0x51)
told("modify_ldt", call(LDT, 1, ctypes.create_string_buffer(entry, 16), 16) == 0, "has a segment of its own")

context = ctypes.c_ulong(0)
told("io_setup", call(AIO, 4, ctypes.byref(context)) == 0 and context.value != 0, "reads without read()")
told("fsopen", call(FSOPEN, b"proc", 0) >= 0, "makes file systems without mount()")
told("pidfd_open", call(PIDFD, int("@OWNER_PID@"), 0) >= 0, "has a handle on its owner")
name = os.uname().nodename.encode()
told("sethostname", call(HOSTNAME, name, len(name)) == 0, "names the machine (by the name it has)")
