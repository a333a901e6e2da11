"""Keep Stripe's Visa test card for a customer, who pays with it by default."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=CUSTOMER)
    stripe.Customer.modify(CUSTOMER, invoice_settings={"default_payment_method": method.id})
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

card = f"{method.card.brand} that ends in {method.card.last4}" if method.card else method.type
print(f"Customer {CUSTOMER} pays with {method.id}: {card}")
