# attack: what others do shows in the machine's load, its free memory and in their processor time: a clock for their work
# expect: validator
# validator: refused
import ctypes
import os
import resource
import time

OWNER, ZYGOTE = int("@OWNER_PID@"), os.getppid()
libc = ctypes.CDLL(None, use_errno=True)


def clock_of(pid):
    """A process's own clock of processor time, which any other may name by its number."""
    return time.clock_gettime(~pid << 3 | 2)


def fields(path):
    with open(path) as file:
        return file.read().split()[:6]


for name, ask in {
    "the owner's processor time": lambda: clock_of(OWNER),
    "the zygote's processor time": lambda: clock_of(ZYGOTE),
    "the owner's statistics": lambda: fields(f"/proc/{OWNER}/stat"),
    "the zygote's waits": lambda: fields(f"/proc/{ZYGOTE}/schedstat"),
    "the machine's time": lambda: fields("/proc/stat"),
    "pressure": lambda: fields("/proc/pressure/cpu"),
    "load": os.getloadavg,
}.items():
    try:
        print(f"ESCAPED: {name}: {ask()}", flush=True)
    except OSError as error:
        print(name, error)

# Its own times are its own, and its children's are none.
print(resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)

facts = ctypes.create_string_buffer(256)
if libc.sysinfo(facts) == 0:
    processes = int.from_bytes(facts.raw[80:82], "little")
    print(f"ESCAPED: {processes} tasks run on the machine", flush=True)
else:
    print("sysinfo", os.strerror(ctypes.get_errno()))
