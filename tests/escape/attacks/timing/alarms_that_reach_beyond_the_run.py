# attack: timers that are set now and go off later: for itself after its limit, for others, in a child, as a wake-up
# expect: validator
# validator: refused
import ctypes
import os
import signal
import time

X86 = os.uname().machine == "x86_64"
TIMER_CREATE, TIMERFD = (222, 283) if X86 else (107, 85)
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def handler(number, frame):
    """Begins the wait anew each time: whoever relies on one alarm is outwaited."""
    signal.setitimer(signal.ITIMER_REAL, 0.05)


signal.signal(signal.SIGALRM, handler)
for name, way in {
    "alarm": lambda: signal.alarm(1),
    "interval": lambda: signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01),
    "processor": lambda: signal.setitimer(signal.ITIMER_PROF, 0.01, 0.01),
    "timer": lambda: libc.syscall(ctypes.c_long(TIMER_CREATE), 0, None, ctypes.create_string_buffer(8)),
    "timer of the wake-up kind": lambda: libc.syscall(ctypes.c_long(TIMERFD), ctypes.c_long(9), 0),
}.items():
    try:
        print(name, way(), os.strerror(ctypes.get_errno()), flush=True)
    except OSError as error:
        print(name, error)

end = time.monotonic() + 20
while time.monotonic() < end:
    try:
        time.sleep(1)
    except BaseException:
        continue
