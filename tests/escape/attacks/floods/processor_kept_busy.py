# attack: computes far beyond its time, in Python and in threads, and takes every exception that should end it
# expect: limit
# validator: accepted
import threading
import time

end = time.monotonic() + 20


def work():
    number = 1
    while time.monotonic() < end:
        try:
            number = (number * 31 + 7) % 1_000_003
        except BaseException:
            continue


for _ in range(4):
    threading.Thread(target=work).start()
work()
