# attack: type() of the raw stream below standard output is the class FileIO, which opens any file when it is called
# expect: validator
# validator: refused
import sys

CANARY = "CANARY" + "_7f3a"

opener = type(sys.stdout.buffer.raw)
for mode in ("r", "r+", "a"):
    try:
        file = opener("@CANARY_FILE@", mode)
    except OSError as error:
        print(mode, error)
        continue
    if mode == "a":
        # To be let in is enough; nothing is written.
        print("ESCAPED: the planted file is open for writing", flush=True)
    else:
        text = file.read().decode()
        if CANARY in text:
            print(f"ESCAPED: read {text!r}", flush=True)

for number in range(3, 64):
    try:
        inherited = opener(number, "r", closefd=False)
        data = inherited.read(4096) if inherited.seekable() else b""
    except OSError:
        continue
    if CANARY in data.decode(errors="replace"):
        print(f"ESCAPED: descriptor {number} held {data[:80]!r}", flush=True)

try:
    opener("@WATCH_DIR@/made_by_a_type", "x")
    print("ESCAPED: made a file", flush=True)
except OSError as error:
    print(error)
