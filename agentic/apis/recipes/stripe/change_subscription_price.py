"""Move a subscription to another price. The rest of the period is settled with the next invoice."""

import os
import sys

import stripe

SUBSCRIPTION = "sub_ABC123"
PRICE = "price_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    items = stripe.Subscription.retrieve(SUBSCRIPTION)["items"].data
    if len(items) != 1:
        print(f"Subscription {SUBSCRIPTION} has {len(items)} items; nothing was changed", file=sys.stderr)
        sys.exit(1)
    subscription = stripe.Subscription.modify(SUBSCRIPTION, items=[{"id": items[0].id, "price": PRICE}])
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

price = subscription["items"].data[0].price
print(f"Subscription {subscription.id}: {subscription.status}, now at price {price.id}")
