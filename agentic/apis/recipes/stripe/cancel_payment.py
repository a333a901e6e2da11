"""Cancel a payment intent that has not succeeded. What was paid already needs a refund instead."""

import os
import sys

import stripe

PAYMENT = "pi_ABC123"

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    intent = stripe.PaymentIntent.cancel(PAYMENT)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Payment {intent.id}: {money(intent.amount, intent.currency)}, {intent.status}")
