"""List the newest customers."""

import os
import sys
from itertools import islice

import stripe

LIMIT = 20
ALL = ""  # "all": as many as there are

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    found = stripe.Customer.list(limit=100 if ALL else min(LIMIT, 100))
    customers = list(islice(found.auto_paging_iter(), None if ALL else LIMIT))
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for customer in customers:
    print(f"{customer.id}  {customer.name or '-'}  {customer.email or '-'}")
print(f"{len(customers)} customers")
