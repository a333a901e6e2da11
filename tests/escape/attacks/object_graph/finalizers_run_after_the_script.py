# attack: finalizers, exit handlers and thread hooks run after the script's end, when the guest might have let go of a wall
# expect: validator
# validator: refused
import atexit
import sys
import threading
import weakref

CANARY = "CANARY" + "_7f3a"


def look(when):
    try:
        with open("@CANARY_FILE@") as file:
            text = file.read()
        if CANARY in text:
            print(f"ESCAPED: {when}: read {text!r}", flush=True)
    except OSError as error:
        print(when, type(error).__name__, error)
    try:
        with open("@WATCH_DIR@/left_at_the_end", "w") as file:
            file.write("")
        print(f"ESCAPED: {when}: made a file", flush=True)
    except OSError as error:
        print(when, type(error).__name__, error)


class Last:
    def __del__(self):
        look("in __del__")


class Stream:
    """In the place of sys.stdout: the guest flushes it last of all."""

    def __init__(self, inner):
        self.inner = inner
        self.closed = False

    def write(self, text):
        return self.inner.write(text)

    def flush(self):
        self.inner.flush()
        if not self.closed:
            self.closed = True
            look("in flush")


kept = Last()
finalizer = weakref.finalize(kept, look, "in a finalizer")
atexit.register(look, "in an exit handler")
threading._register_atexit(look, "in a thread's exit handler")
sys.stdout = Stream(sys.stdout)
sys.excepthook = lambda *_: look("in the exception hook")
raise RuntimeError("into the exception hook")
