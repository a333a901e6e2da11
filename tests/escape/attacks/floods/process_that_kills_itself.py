# attack: ends in every violent way, which zygote and owner might take for something else: abort, crash, signals
# expect: validator
# validator: refused
import ctypes
import faulthandler
import os
import signal

print("still here", flush=True)
for way in (
    lambda: os.kill(os.getpid(), signal.SIGKILL),
    lambda: signal.raise_signal(signal.SIGXCPU),
    lambda: os.abort(),
    lambda: faulthandler._sigsegv(),
    lambda: ctypes.string_at(0),
    lambda: ctypes.CDLL(None).syscall(ctypes.c_long(231), ctypes.c_long(0)),
):
    try:
        way()
    except (OSError, AttributeError) as error:
        print(error, flush=True)
os._exit(0)
