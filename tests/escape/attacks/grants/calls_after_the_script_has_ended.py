# attack: a process that outlives the script goes on calling the API with the run's connection, when the grant should be closed
# expect: sandbox
# validator: refused
import os
import pathlib
import threading
import time

import requests


def wait_and_call():
    os.setsid()
    time.sleep(0.3)
    # After the end: the folder is watched, so that a sign of life is seen.
    pathlib.Path("@WATCH_DIR@/alive_after_the_end").touch()
    requests.post("https://api.stripe.com/v1/customers", data={"name": "too late"}, timeout=1)


session = requests.Session()
print(session.get("https://api.stripe.com/v1/customers/cus_1", timeout=1).status_code)
try:
    if os.fork() == 0:
        # Once more, so that its parent is not the script.
        if os.fork() == 0:
            try:
                wait_and_call()
            finally:
                os._exit(0)
        os._exit(0)
except OSError as error:
    print("fork:", error)

# A thread that Python does not wait for ends with its process; one that it waits for keeps the run going, within its time.

threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()
