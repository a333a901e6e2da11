# attack: /proc shows environment and command line of every process of the same user: reads owner's and zygote's
# expect: validator
# validator: refused
import os
import re

OWNER, ZYGOTE = "@OWNER_PID@", str(os.getppid())
SECRET = re.compile(rb"CANARY_7f[3]a[\w-]*|PLANTED_[K]EY=[\w-]*")

ENTRIES = "environ cmdline auxv stat status maps comm cgroup mountinfo stack syscall wchan"

for pid in (OWNER, ZYGOTE, "self"):
    for entry in ENTRIES.split():
        path = f"/proc/{pid}/{entry}"
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            print(path, error.strerror)
            continue
        if found := SECRET.search(data):
            print(f"ESCAPED: {path} has {found[0]!r}", flush=True)
        elif pid in (OWNER, ZYGOTE) and data.strip(b"\0\n -0"):
            print(f"ESCAPED: {path} of another process has {len(data)} bytes", flush=True)

# The same by every thread's own entry, which has been forgotten in other sandboxes.
try:
    for task in os.listdir(f"/proc/{OWNER}/task"):
        with open(f"/proc/{OWNER}/task/{task}/environ", "rb") as file:
            if found := SECRET.search(file.read()):
                print(f"ESCAPED: thread {task} has {found[0]!r}", flush=True)
except OSError as error:
    print(error)
