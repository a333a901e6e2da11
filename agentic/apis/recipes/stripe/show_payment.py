"""Show one payment."""

import os
import sys

import stripe

PAYMENT = "pi_ABC123"  # a payment intent, or a charge (ch_)

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    payment = stripe.Charge.retrieve(PAYMENT) if PAYMENT.startswith("ch_") else stripe.PaymentIntent.retrieve(PAYMENT)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Payment {payment.id}: {money(payment.amount, payment.currency)}, {payment.status}")
print(f"  customer: {payment.customer or '-'}")
print(f"  description: {payment.description or '-'}")
