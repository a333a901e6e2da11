"""Change the name of a customer."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
NAME = "Alice Smith"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    customer = stripe.Customer.modify(CUSTOMER, name=NAME)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Updated customer {customer.id}: {customer.name}")
