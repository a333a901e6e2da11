# attack: tracing and audit hooks outlive the script's frame: they see, and may change, what the guest does after it
# expect: validator
# validator: refused
import atexit
import sys
import threading

CANARY = "CANARY" + "_7f3a"
seen = []


def spy(frame, event, argument):
    """Takes note of every value in every frame that is entered once the script has ended."""
    for key, value in frame.f_locals.items():
        try:
            if CANARY in repr(value) and frame.f_globals.get("spy") is not spy:
                seen.append(f"{frame.f_code.co_qualname}: {key}")
        except Exception:
            continue
    return spy


def audit(event, arguments):
    if event in {"open", "socket.connect", "os.putenv"} and CANARY in repr(arguments):
        seen.append(event)


def tell():
    sys.settrace(None)
    for line in seen:
        print(f"ESCAPED: a hook saw the canary in {line}", flush=True)


sys.addaudithook(audit)
atexit.register(tell)

# The frames below this one as well: they are the guest's, and run on when the script is done.
frame = sys._getframe()
while frame is not None:
    frame.f_trace = spy
    frame.f_trace_opcodes = True
    frame = frame.f_back
threading.settrace_all_threads(spy)
sys.settrace(spy)
sys.setprofile(spy)
