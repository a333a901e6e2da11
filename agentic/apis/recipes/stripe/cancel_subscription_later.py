"""Cancel a subscription at the end of the period that is paid for."""

import os
import sys
from datetime import UTC, datetime

import stripe

SUBSCRIPTION = "sub_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    subscription = stripe.Subscription.modify(SUBSCRIPTION, cancel_at_period_end=True)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

if subscription.cancel_at:
    end = datetime.fromtimestamp(subscription.cancel_at, tz=UTC)
    print(f"Subscription {subscription.id}: {subscription.status}, ends on {end:%Y-%m-%d}")
