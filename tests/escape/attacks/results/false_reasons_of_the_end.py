# attack: it ends as if by a limit: SIGXCPU by its own hand, the exit status of a signal, a MemoryError that it made up
# expect: harmless
# validator: refused
# Gains nothing: each names a failure of the script's own, and none makes a run a success.
import ctypes
import os
import resource
import signal
import sys


def as_if_out_of_time():
    os.kill(os.getpid(), signal.SIGXCPU)


def by_libc():
    getattr(ctypes.CDLL(None), "raise")(signal.SIGXCPU)


def more_time():
    # The soft limit may be raised to the hard one, never above.
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (hard + 100, hard + 100))
    print("ESCAPED: the limit of time was raised from", hard, flush=True)


for attempt in (more_time, as_if_out_of_time, by_libc):
    try:
        attempt()
    except BaseException as error:
        print(attempt.__name__, type(error).__name__, error, flush=True)
sys.excepthook = lambda *arguments: None
raise MemoryError("made up")
