# attack: /proc/PID/fd opens what another process has open, with rights of one's own choice: pipes, memory files, logs
# expect: validator
# validator: refused
import os

SELF = os.getpid()


def try_all(pid, own):
    folder = f"/proc/{pid}/fd"
    try:
        numbers = os.listdir(folder)
    except OSError as error:
        print(folder, error.strerror)
        numbers = [str(number) for number in range(40)]
    for number in numbers:
        for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
            try:
                fd = os.open(f"{folder}/{number}", flags | os.O_NONBLOCK | os.O_NOCTTY)
            except OSError:
                continue
            kind = os.readlink(f"{folder}/{number}")
            os.close(fd)
            if not own:
                print(f"ESCAPED: {kind} of process {pid} is open", flush=True)
            elif kind.startswith(("/memfd", "/")) and "/null" not in kind:
                print(f"ESCAPED: own {kind} was opened again, flags {flags}", flush=True)


try_all("@OWNER_PID@", own=False)
try_all(os.getppid(), own=False)
try_all(SELF, own=True)
# Own descriptors by their other names.
for name in ("/dev/fd/0", "/dev/stdin", "/dev/stdout", "/proc/thread-self/fd/0"):
    try:
        os.close(os.open(name, os.O_RDWR | os.O_NONBLOCK))
        print("reopened", name)
    except OSError as error:
        print(name, error.strerror)
# Facts about others' descriptors: where they stand in a file, what a socket is bound to.
for number in range(3, 12):
    try:
        with open(f"/proc/@OWNER_PID@/fdinfo/{number}") as file:
            print(f"ESCAPED: the owner's descriptor {number}: {file.readline()!r}", flush=True)
    except OSError as error:
        print(number, error.strerror)
