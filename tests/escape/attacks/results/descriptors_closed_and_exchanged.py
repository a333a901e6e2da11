# attack: it closes its outputs, its report and its line to the relay, or puts one in the other's place, and waits who stumbles
# expect: contained
# validator: refused
import os
import sys

numbers = []
for number in range(256):
    try:
        os.fstat(number)
        numbers.append(number)
    except OSError:
        continue
print(numbers, flush=True)
spare = [number for number in numbers if number > 2]
# Round in a circle: each in the next one's place.
try:
    copies = [os.dup(number) for number in spare]
    for copy, number in zip(copies[1:] + copies[:1], spare, strict=True):
        os.dup2(copy, number)
except OSError as error:
    print(error, flush=True)
# The SDK's way to the relay leads to the report now, or nowhere.
try:
    import requests

    print(requests.get("https://api.stripe.com/v1/customers/cus_1", timeout=0.5).status_code, flush=True)
except Exception as error:
    print(type(error).__name__, flush=True)
os.closerange(3, 256)
sys.stdout.close()
os.close(1)
os.close(2)
os.close(0)
# With everything closed: a new file would be number 0, 1 or 2 and get what is meant for them.
try:
    os.open("@WATCH_DIR@/output", os.O_WRONLY | os.O_CREAT, 0o666)
except OSError:
    pass
os._exit(5)
