# attack: ignores and blocks every signal that could end it, and goes on after the soft limit of processor time
# expect: validator
# validator: refused
import ctypes
import signal
import threading
import time

end = time.monotonic() + 20

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError) as error:
        print(number, error)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
# Those that the C library keeps for itself are blocked by its own call only.
everything = ctypes.create_string_buffer(b"\xff" * 8, 8)
ctypes.CDLL(None).syscall(ctypes.c_long(14), 0, everything, None, ctypes.c_long(8))


def go_on():
    while time.monotonic() < end:
        try:
            sum(range(10_000))
        except BaseException:
            continue


threading.Thread(target=go_on).start()
go_on()
