# attack: the script ends at once, but exit handlers, finalizers and threads that are waited for do not
# expect: validator
# validator: refused
import atexit
import threading
import time

end = time.monotonic() + 20


def for_ever():
    # Not really for ever, only for longer than any limit here.
    while time.monotonic() < end:
        try:
            time.sleep(1)
        except BaseException:
            continue


class Last:
    def __del__(self):
        for_ever()


kept = Last()
atexit.register(for_ever)
atexit.register(lambda: atexit.register(for_ever))
threading.Thread(target=for_ever).start()
print("the script is done")
raise SystemExit(0)
