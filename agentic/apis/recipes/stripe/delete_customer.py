"""Delete one customer. This cannot be undone, and ends the customer's subscriptions."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    deleted = stripe.Customer.delete(CUSTOMER)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Deleted customer {deleted.id}")
