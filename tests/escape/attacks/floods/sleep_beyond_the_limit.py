# attack: does nothing at all, for longer than it may: no processor time, no memory, no output that a limit could count
# expect: limit
# validator: accepted
import threading
import time

for wait in (lambda: threading.Event().wait(10), lambda: time.sleep(10)):
    try:
        wait()
    except BaseException:
        continue
