# attack: sets the clock that owner and other runs go by (to what it says anyway, by every call there is)
# expect: validator
# validator: refused
import ctypes
import os
import struct
import time

X86 = os.uname().machine == "x86_64"
SETTIME, SETTIMEOFDAY, ADJTIMEX, ADJTIME = (227, 164, 159, 305) if X86 else (112, 170, 171, 266)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ADJ_TICK = 0x4000


def call(number, *arguments):
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def now():
    whole, part = divmod(time.time_ns(), 10**9)
    return whole, part


def adjust(number, *before):
    """Reads the kernel's settings and sets the same length of a tick again."""
    state = ctypes.create_string_buffer(256)
    call(number, *before, state)
    state[0:4] = struct.pack("=I", ADJ_TICK)
    call(number, *before, state)


for name, way in {
    "clock_settime": lambda: time.clock_settime_ns(time.CLOCK_REALTIME, time.time_ns()),
    "by number": lambda: call(SETTIME, 0, struct.pack("=qq", *now())),
    "settimeofday": lambda: call(SETTIMEOFDAY, struct.pack("=qq", now()[0], now()[1] // 1000), None),
    "adjtimex": lambda: adjust(ADJTIMEX),
    "clock_adjtime": lambda: adjust(ADJTIME, 0),
    "the hardware's clock": lambda: os.close(os.open("/dev/rtc0", os.O_RDONLY)),
}.items():
    try:
        way()
        print(f"ESCAPED: {name} sets the machine's clock", flush=True)
    except OSError as error:
        print(name, error)
