"""Archive a product: it can no longer be sold. Its prices and past sales stay."""

import os
import sys

import stripe

PRODUCT = "prod_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    product = stripe.Product.modify(PRODUCT, active=False)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Product {product.id} ({product.name}): {'active' if product.active else 'archived'}")
