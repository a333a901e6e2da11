"""List the newest subscriptions that have not ended."""

import os
import sys
from itertools import islice

import stripe

LIMIT = 20
ALL = ""  # "all": as many as there are

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    found = stripe.Subscription.list(limit=100 if ALL else min(LIMIT, 100))
    subscriptions = list(islice(found.auto_paging_iter(), None if ALL else LIMIT))
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for subscription in subscriptions:
    prices = ", ".join(item.price.id for item in subscription["items"].data)
    print(f"{subscription.id}  {subscription.status}  {subscription.customer}  {prices}")
print(f"{len(subscriptions)} subscriptions")
