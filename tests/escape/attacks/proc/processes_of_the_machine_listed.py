# attack: the numbers in /proc say which processes there are; without a listing, every number can be asked for one by one
# expect: validator
# validator: refused
import os

OWNER, ZYGOTE, SELF = int("@OWNER_PID@"), os.getppid(), os.getpid()


def listed():
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def guessed():
    """stat() of a folder needs no right to read it."""
    return {pid for pid in range(1, 40_000) if os.path.exists(f"/proc/{pid}")}


def by_children():
    with open(f"/proc/self/task/{SELF}/children") as own, open(f"/proc/{ZYGOTE}/task/{ZYGOTE}/children") as file:
        return {int(pid) for pid in (own.read() + file.read()).split()}


def by_groups():
    with open("/proc/self/cgroup") as file:
        group = file.readline().strip().rpartition(":")[2]
    with open(f"/sys/fs/cgroup{group}/cgroup.procs") as file:
        return {int(pid) for pid in file.read().split()}


for way in (listed, guessed, by_children, by_groups):
    try:
        found = way() - {SELF, 0}
    except OSError as error:
        print(way.__name__, error)
        continue
    if found & {OWNER, ZYGOTE}:
        print(f"ESCAPED: {way.__name__} sees {len(found)} other processes, the owner's or zygote's among them", flush=True)
