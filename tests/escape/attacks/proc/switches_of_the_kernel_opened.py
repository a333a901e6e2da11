# attack: files in /proc and /sys are switches of the whole machine: opens the worst of them for writing (and writes nothing)
# expect: validator
# validator: refused
import os

SWITCHES = (
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/yama/ptrace_scope", "/proc/sys/fs/suid_dumpable",
    "/proc/sys/fs/binfmt_misc/register", "/proc/sys/vm/drop_caches", "/proc/sys/net/ipv4/ip_forward",
    "/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/proc/self/coredump_filter", "/proc/self/attr/exec",
    "/proc/self/uid_map", "/proc/self/setgroups", "/proc/self/comm", "/proc/self/clear_refs", "/proc/self/mem",
    "/proc/@OWNER_PID@/oom_score_adj", "/proc/@OWNER_PID@/comm", "/sys/kernel/uevent_helper", "/sys/kernel/mm/ksm/run",
    "/sys/power/state", "/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/release_agent", "/sys/class/net/lo/mtu",
    "/sys/kernel/debug/sched_features", "/sys/module/kernel/parameters/panic", "/sys/firmware/efi/vars",
)  # fmt: skip

for path in SWITCHES:
    try:
        # To be let in is proof enough.
        os.close(os.open(path, os.O_WRONLY))
        print(f"ESCAPED: {path} is open for writing", flush=True)
    except OSError as error:
        print(path, error.strerror)

# The interpreter that runs the next script, by the link that leaves no name to guard (as in runc's CVE-2019-5736).
for link in ("/proc/self/exe", f"/proc/{os.getppid()}/exe", "/proc/@OWNER_PID@/exe"):
    for flags in (os.O_WRONLY | os.O_APPEND, os.O_RDWR):
        try:
            os.close(os.open(link, flags))
            print(f"ESCAPED: {link} is open for writing", flush=True)
        except OSError as error:
            # "Text file busy" means that it was allowed but for the moment's use.
            print(link, error.strerror)
