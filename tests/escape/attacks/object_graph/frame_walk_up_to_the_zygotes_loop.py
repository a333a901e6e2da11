# attack: climbs from the script through the guest into the zygote's loop and searches all local variables
# expect: validator
# validator: refused
import os
import stat
import sys

CANARY = "CANARY" + "_7f3a"


def locals_of_all_callers():
    frame = sys._getframe()
    while frame is not None:
        yield frame.f_code.co_qualname, dict(frame.f_locals)
        frame = frame.f_back


def sockets_in(value):
    """Numbers in the zygote's objects that are open sockets here: its control line, other runs' status lines."""
    runs = getattr(value, "_runs", {})
    for line in (getattr(value, "_control", None), *runs.values()):
        if line is not None and line.fileno() >= 0 and stat.S_ISSOCK(os.fstat(line.fileno()).st_mode):
            yield line


for name, variables in locals_of_all_callers():
    if name == "<module>" and variables.get("CANARY") == CANARY:
        continue
    if name == "locals_of_all_callers":
        continue
    for key, value in variables.items():
        try:
            if CANARY in repr(value):
                print(f"ESCAPED: {name} holds {key} = {value!r}"[:400], flush=True)
            for line in sockets_in(value):
                print(f"ESCAPED: {name} still holds {line!r}", flush=True)
        except Exception as error:
            print(f"{name}.{key}: {type(error).__name__}")
