"""Cancel a subscription now."""

import os
import sys

import stripe

SUBSCRIPTION = "sub_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    subscription = stripe.Subscription.cancel(SUBSCRIPTION)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Subscription {subscription.id}: {subscription.status}")
