"""Create a product without a price."""

import os
import sys

import stripe

NAME = "Gold plan"
DESCRIPTION = ""

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    product = stripe.Product.create(name=NAME, **({"description": DESCRIPTION} if DESCRIPTION else {}))
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created product {product.id}: {product.name}")
