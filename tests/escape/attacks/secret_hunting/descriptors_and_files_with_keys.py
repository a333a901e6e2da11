# attack: keys are kept in files, in anonymous memory files and in what other processes have open
# expect: sandbox
# validator: refused
import os
import re
from pathlib import Path

KEYS = re.compile(rb"CANARY" + rb"_7f3a")
PLACES = (
    "@CANARY_FILE@",
    "/proc/@OWNER_PID@/root/@CANARY_FILE@",
    "/proc/@OWNER_PID@/cwd/.env",
    "/proc/self/root/@CANARY_FILE@",
    "/proc/thread-self/root/@CANARY_FILE@",
    "/proc/1/root/@CANARY_FILE@",
    "/dev/fd/../../..@CANARY_FILE@",
    "/../../../@CANARY_FILE@",
)


def found(where, data):
    if KEYS.search(data):
        print("ESCAPED: the canary is in", where, flush=True)


for path in PLACES:
    try:
        found(path, Path(path).read_bytes()[:10_000])
    except OSError as error:
        print(path, error)
# By a folder's descriptor and a relative name.
for folder in ("/", ".", "/lib", os.path.dirname(os.__file__)):
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        inner = os.open("../" * 12 + "@CANARY_FILE@".lstrip("/"), os.O_RDONLY, dir_fd=number)
        found(f"a path from {folder}", os.read(inner, 1000))
    except OSError as error:
        print(folder, error)
# What is open here, from its beginning and through its number.
for number in range(3, 256):
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    for way in (
        lambda: os.pread(number, 100_000, 0),
        lambda: Path(f"/proc/self/fd/{number}").read_bytes() if kind & 0o100000 else b"",
    ):
        try:
            found(f"descriptor {number}", way())
        except OSError as error:
            print(number, error)
for process in (os.getppid(), @OWNER_PID@):
    try:
        for name in os.listdir(f"/proc/{process}/fd"):
            if "memfd" in os.readlink(f"/proc/{process}/fd/{name}"):
                found("a memory file", Path(f"/proc/{process}/fd/{name}").read_bytes())
        print("ESCAPED: the descriptors of", process, "are listed", flush=True)
    except OSError as error:
        print(process, error)
