"""Pause the payments of a subscription: invoices made meanwhile are void."""

import os
import sys

import stripe

SUBSCRIPTION = "sub_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    subscription = stripe.Subscription.modify(SUBSCRIPTION, pause_collection={"behavior": "void"})
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

paused = "payments are paused" if subscription.pause_collection else "payments go on"
print(f"Subscription {subscription.id}: {subscription.status}, {paused}")
