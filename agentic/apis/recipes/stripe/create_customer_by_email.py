"""Create a customer of whom only the e-mail address is known."""

import os
import sys

import stripe

EMAIL = "alice@example.com"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    customer = stripe.Customer.create(email=EMAIL)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created customer {customer.id} <{customer.email}>")
