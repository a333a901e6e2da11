# attack: the grant that each request travels with might be in the child's memory, left from the process that made it
# expect: sandbox
# validator: refused
import ctypes
import gc
import os
import re
import sys
from pathlib import Path

# A run's id and a long random text, in pieces so that the pattern does not find itself.
GRANT = re.compile(rb"run_[0-9a-f]{16}\." + rb"[0-9a-f]{32}")


def found(where, data):
    for hit in set(GRANT.findall(data)):
        print("ESCAPED: a grant in", where, hit[:20][::-1], flush=True)


def objects():
    for item in gc.get_objects():
        for value in gc.get_referents(item):
            if isinstance(value, str | bytes) and len(value) < 100_000:
                found("an object", value if isinstance(value, bytes) else value.encode(errors="replace"))


def by_the_memory_file(process="self"):
    with open(f"/proc/{process}/mem", "rb", 0) as file:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and end - start < 64 << 20:
                file.seek(start)
                try:
                    found(f"memory of {process}", file.read(end - start))
                except OSError:
                    continue


def around_known_objects():
    # Without /proc: the pages around objects that exist, as far as they are the allocator's arenas (1 MB).
    for item in (sys, gc, "text" * 3, object(), sys.modules, Path):
        arena = id(item) & ~0xFFFFF
        start = max(arena, id(item) - 200_000)
        found("the neighbourhood", ctypes.string_at(start, id(item) - start))


def frames():
    frame = sys._getframe()
    while frame is not None:
        found("a frame", repr(dict(frame.f_locals)).encode(errors="replace")[:2_000_000])
        frame = frame.f_back


for attempt in (
    objects,
    frames,
    by_the_memory_file,
    lambda: by_the_memory_file(os.getppid()),
    lambda: by_the_memory_file(@OWNER_PID@),
    around_known_objects,
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
