# attack: it stops, slows or signals the zygote, the owner and other runs, so that the next run starts late or not at all
# expect: sandbox
# validator: refused
import ctypes
import os
import resource
import signal

libc = ctypes.CDLL(None, use_errno=True)
RELATIVES = {"zygote": os.getppid(), "owner": @OWNER_PID@}
TARGETS = {**RELATIVES, "everybody": -1, "the zygote's group": -os.getppid()}

for name, process in TARGETS.items():
    for number in (0, signal.SIGCONT) if process > 0 else (0,):
        try:
            # Signal 0 and SIGCONT do no harm; where they may be sent, SIGKILL may.
            os.kill(process, number)
            print("ESCAPED: a signal may be sent to", name, number, flush=True)
        except OSError as error:
            print(name, number, error)


def queued(process):
    # rt_sigqueueinfo and tgkill: the same by other calls.
    for number, arguments in ((129, (process, 0, None)), (234, (process, process, 0))):
        if os.uname().machine == "x86_64" and libc.syscall(number, *arguments) == 0:
            print("ESCAPED: system call", number, "reaches", process, flush=True)


def by_descriptor(process):
    handle = os.pidfd_open(process)
    signal.pidfd_send_signal(handle, 0)
    print("ESCAPED: a pidfd reaches", process, flush=True)


def limited(process):
    before = resource.prlimit(process, resource.RLIMIT_NOFILE)
    print("ESCAPED: the limits of", process, "were read:", before, flush=True)


def slowed(process):
    # To the value that it has: nothing changes.
    os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, process))
    print("ESCAPED: the priority of", process, "may be set", flush=True)


def scheduled(process):
    os.sched_setaffinity(process, os.sched_getaffinity(process))
    print("ESCAPED: the processors of", process, "may be set", flush=True)


def ask_for_signals():
    import fcntl

    # A descriptor that signals somebody else when it is ready.
    fcntl.fcntl(0, fcntl.F_SETOWN, RELATIVES["zygote"])
    print("ESCAPED: the zygote was made the owner of signals", flush=True)


for process in RELATIVES.values():
    for attempt in (queued, by_descriptor, limited, slowed, scheduled):
        try:
            attempt(process)
        except Exception as error:
            print(attempt.__name__, process, type(error).__name__, error)
try:
    ask_for_signals()
except Exception as error:
    print(type(error).__name__, error)
