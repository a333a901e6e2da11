"""Find the customers with an e-mail address."""

import os
import sys

import stripe

EMAIL = "alice@example.com"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    # Listing by e-mail sees new customers at once; searching would lag behind by up to a minute.
    customers = stripe.Customer.list(email=EMAIL, limit=100).data
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for customer in customers:
    print(f"Found customer {customer.id}: {customer.name or '-'} <{customer.email}>")
if not customers:
    print(f"No customer has the e-mail address {EMAIL}")
