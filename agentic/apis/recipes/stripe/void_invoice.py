"""Make an open invoice void: nobody has to pay it any more. This cannot be undone."""

import os
import sys

import stripe

INVOICE = "in_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    invoice = stripe.Invoice.void_invoice(INVOICE)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Invoice {invoice.id} ({invoice.number}): {invoice.status}")
