# attack: writes on and on, to fill whatever keeps the output: the owner's memory, a log, a disk
# expect: limit
# validator: accepted
import sys
import time

line = "x" * 65536
end = time.monotonic() + 20
while time.monotonic() < end:
    print(line)
    print(line, file=sys.stderr)
