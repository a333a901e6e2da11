"""List the newest products with their prices."""

import os
import sys
from itertools import islice

import stripe

LIMIT = 20
ALL = ""  # "all": as many as there are

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    found = stripe.Product.list(active=True, limit=100 if ALL else min(LIMIT, 100))
    products = list(islice(found.auto_paging_iter(), None if ALL else LIMIT))
    prices = {product.id: stripe.Price.list(product=product.id, active=True, limit=100).data for product in products}
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for product in products:
    print(f"{product.id}  {product.name}")
    for price in prices[product.id]:
        every = f" per {price.recurring.interval}" if price.recurring else ""
        print(f"  {price.id}  {money(price.unit_amount or 0, price.currency)}{every}")
print(f"{len(products)} products")
