# attack: every process makes two more, a hundred in all, and each works: the run's end has to be the end of all
# expect: validator
# validator: refused
import os
import time

deadline = time.monotonic() + 5


def breed(depth):
    while depth and time.monotonic() < deadline:
        try:
            child = os.fork()
        except OSError as error:
            if depth == 7:
                print("no child:", error, flush=True)
            break
        if child == 0:
            breed(depth - 1)
            while time.monotonic() < deadline:
                sum(range(10_000))
            os._exit(0)
        depth -= 1


breed(7)  # At most 2 to the power of 7 processes in all.
# Those that live on when this one is gone take the next run's time and processes.
time.sleep(0.2)
