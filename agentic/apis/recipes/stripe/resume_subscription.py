"""Let a subscription go on that was paused, or that was to end with its period."""

import os
import sys

import stripe

SUBSCRIPTION = "sub_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    subscription = stripe.Subscription.modify(SUBSCRIPTION, pause_collection="", cancel_at_period_end=False)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Subscription {subscription.id} goes on: {subscription.status}")
