"""Create a payment link for a price that there is."""

import os
import sys

import stripe

PRICE = "price_ABC123"
QUANTITY = 1

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    link = stripe.PaymentLink.create(line_items=[{"price": PRICE, "quantity": QUANTITY}])
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created payment link {link.id}: {link.url}")
