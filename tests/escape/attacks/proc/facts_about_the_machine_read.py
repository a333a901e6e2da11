# attack: /proc and /sys tell of others' sockets, mounts, locks and of the hardware: enough to know the machine again
# expect: validator
# validator: refused
import os

PLACES = (
    "/proc/net/tcp", "/proc/net/unix", "/proc/net/arp", "/proc/net/route", "/proc/@OWNER_PID@/net/tcp", "/proc/mounts",
    "/proc/locks", "/proc/keys", "/proc/key-users", "/proc/kallsyms", "/proc/kcore", "/proc/iomem", "/proc/modules",
    "/proc/timer_list", "/proc/sched_debug", "/proc/schedstat", "/proc/stat", "/proc/loadavg", "/proc/uptime",
    "/proc/version", "/proc/cmdline", "/proc/config.gz", "/proc/cpuinfo", "/proc/meminfo", "/proc/diskstats",
    "/proc/interrupts", "/proc/sys/kernel/random/boot_id", "/proc/sys/kernel/ns_last_pid",
    "/sys/class/dmi/id/product_name", "/sys/class/net/eth0/address", "/sys/kernel/notes", "/sys/fs/cgroup/memory.stat",
    "/sys/devices/system/cpu/online", "/etc/passwd", "/etc/hostname", "/etc/resolv.conf", "/etc/hosts",
    "/etc/machine-id", "/etc/os-release", "/var/lib/dbus/machine-id", "/run/systemd/seats", "/var/log/dpkg.log",
)  # fmt: skip

for path in PLACES:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        data = os.read(fd, 4096)
        os.close(fd)
    except OSError as error:
        print(path, error.strerror)
        continue
    if data.strip():
        print(f"ESCAPED: {path} says {data[:40]!r}", flush=True)

# Python's own ways to the same.
for name, way in {
    "load": os.getloadavg,
    "user": lambda: __import__("pwd").getpwuid(0).pw_dir,
    "users": lambda: len(__import__("pwd").getpwall()),
    "groups": lambda: __import__("grp").getgrgid(0).gr_name,
    "login": os.getlogin,
    "interfaces": lambda: [name for _, name in __import__("socket").if_nameindex() if name != "lo"],
    "distribution": lambda: __import__("platform").freedesktop_os_release()["ID"],
}.items():
    try:
        if answer := way():
            print(f"ESCAPED: {name}: {answer}", flush=True)
    except (OSError, KeyError) as error:
        print(name, type(error).__name__, error)
