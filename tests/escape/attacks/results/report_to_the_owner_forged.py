# attack: the child tells its layers and why it ended over a descriptor that the script can write to as well
# expect: harmless
# validator: refused
# Gains nothing: the layers were told before the script began, and the one reason that is believed only names a failure.
import json
import os

LINES = (
    {"layers": ["forged-layer"]},
    {"layers": []},
    {"reason": "memory"},
    {"reason": "", "success": True, "exit": 0},
    {"refused": ["nothing"]},
    {"ended": 0},
    {"pid": 1},
    ["layers"],
    "layers",
)
for number in range(3, 256):
    try:
        os.fstat(number)
    except OSError:
        continue
    for line in LINES:
        try:
            os.write(number, json.dumps(line).encode() + b"\n")
        except OSError as error:
            print(number, error)
            break
    try:
        os.write(number, b"{" * 1000 + b"\n" + b"[" * 1000 + b"\n\xff\xfe\n" + b'{"reason": ' + b"9" * 5000 + b"}\n")
    except OSError as error:
        print(number, error)
# From inside: the guest's own functions, which the script shares a process with.
try:
    from agentic.sandbox import guest

    guest._report = lambda *arguments: None
    guest._status_of = lambda action, report: 0
    guest._flush = lambda: True
except Exception as error:
    print(type(error).__name__, error)
# The outcome has to say 3, whatever was written.
raise SystemExit(3)
