# attack: a child keeps standard output and error open and sleeps, so that whoever reads them to the end waits for it
# expect: validator
# validator: refused
import os
import signal
import time

try:
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(20)
            os._exit(0)
    print("children hold the pipes", flush=True)
except OSError as error:
    print("no child:", error)
