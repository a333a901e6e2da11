# attack: exit handlers, threads, destructors and buffers write after the script's end, when its result is made
# expect: contained
# validator: refused
import atexit
import os
import sys
import threading
import time


class Late:
    def __del__(self):
        os.write(1, b"from a destructor\n")


def late(text):
    time.sleep(0.1)
    os.write(1, text)
    open("@WATCH_DIR@/after_the_end", "w").close()


keep = Late()
atexit.register(os.write, 1, b"from an exit handler\n")
# Not waited for: the process ends first.
threading.Thread(target=late, args=(b"from a thread\n",), daemon=True).start()
# An exit handler that registers another, and one that never comes back: the time limit's business.
atexit.register(lambda: atexit.register(os.write, 1, b"from the handler of a handler\n"))


class Stubborn:
    """A stream that lies about everything."""

    closed = False
    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        raise RuntimeError("never flushed")


sys.stdout = Stubborn()
sys.exit(0)
