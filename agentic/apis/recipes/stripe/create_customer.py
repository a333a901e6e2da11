"""Create a customer with a name, and an e-mail address where one is known."""

import os
import sys

import stripe

NAME = "Alice"
EMAIL = ""

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    customer = stripe.Customer.create(name=NAME, email=EMAIL) if EMAIL else stripe.Customer.create(name=NAME)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created customer {customer.id}: {customer.name}" + (f" <{customer.email}>" if customer.email else ""))
