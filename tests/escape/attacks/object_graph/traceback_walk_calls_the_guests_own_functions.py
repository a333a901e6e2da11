# attack: from a traceback into the guest's module, whose own functions then set wider limits
# expect: validator
# validator: refused
import resource

MIB = 1024 * 1024

try:
    raise ValueError("to get a traceback")
except ValueError as error:
    frame = error.__traceback__.tb_frame
    while frame is not None and "lockdown" not in frame.f_globals:
        frame = frame.f_back

if frame is None:
    raise SystemExit("no frame of the guest was found")

lockdown = frame.f_globals["lockdown"]
before = resource.getrlimit(resource.RLIMIT_DATA)
wide = {"cpu_seconds": 3600, "memory_bytes": 8192 * MIB, "open_files": 4096, "tasks": 0}
try:
    lockdown._set_limits(wide)
except (ValueError, OSError) as error:
    print("the limits cannot be set again:", error)

after = resource.getrlimit(resource.RLIMIT_DATA)
if after[1] > before[1]:
    print(f"ESCAPED: the memory limit went from {before} to {after}", flush=True)

# The same for the other restraints, each of which the guest's module could take back if the kernel let it.
for name in ("RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE"):
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (hard + 1, hard + 1))
    except (ValueError, OSError) as error:
        print(name, error)
        continue
    if resource.getrlimit(kind)[1] > hard:
        print(f"ESCAPED: {name} was raised above {hard}", flush=True)
