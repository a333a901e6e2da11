# attack: asks the relay for connections by the hundred, each of which costs the owner a thread and a handshake
# expect: limit
# validator: accepted
import threading
import time

import stripe

# Every client has a pool of its own; no request is ever finished before the next one is asked for.
held = []


def ask():
    try:
        client = stripe.StripeClient("sk_test_x", max_network_retries=0)
        held.append(client)
        for _ in range(20):
            client.v1.customers.list({"limit": 1})
    except stripe.StripeError:
        pass


deadline = time.monotonic() + 2
while time.monotonic() < deadline:
    workers = []
    try:
        for _ in range(40):
            worker = threading.Thread(target=ask)
            worker.start()
            workers.append(worker)
    except (RuntimeError, MemoryError) as error:
        print(error)
    for worker in workers:
        worker.join()
print(len(held), "clients")
