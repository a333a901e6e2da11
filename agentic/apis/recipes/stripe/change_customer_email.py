"""Change the e-mail address of a customer, and the name where a new one is given."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
EMAIL = "alice@example.com"
NAME = ""

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    if NAME:
        customer = stripe.Customer.modify(CUSTOMER, email=EMAIL, name=NAME)
    else:
        customer = stripe.Customer.modify(CUSTOMER, email=EMAIL)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Updated customer {customer.id}: {customer.name or 'no name'} <{customer.email}>")
