# Several requests at once with a pool of threads.
import os
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import stripe

stripe.api_key = os.getenv("STRIPE_API_KEY")

lock = threading.Lock()
total = 0


def make_product(number):
    global total
    product = stripe.Product.create(name="Poster %d" % number)
    price = stripe.Price.create(product=product.id, unit_amount=1000 + number, currency="eur")
    with lock:
        total += price.unit_amount
    return product.name


with ThreadPoolExecutor(max_workers=4) as pool:
    futures = {pool.submit(make_product, n): n for n in range(5)}
    names = sorted(f.result() for f in as_completed(futures))

print("Products:", ", ".join(names))
print("Sum of prices: {:.2f} EUR".format(total / 100))
assert total == 5010, total
