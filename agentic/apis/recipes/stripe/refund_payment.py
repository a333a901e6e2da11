"""Refund a payment: all of it, or a part."""

import os
import sys

import stripe

PAYMENT = "pi_ABC123"  # a payment intent, or a charge (ch_)
AMOUNT = 0  # in the currency's smallest unit; 0: all that is left
CURRENCY = ""

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    kind = "charge" if PAYMENT.startswith("ch_") else "payment_intent"
    payment = stripe.Charge.retrieve(PAYMENT) if kind == "charge" else stripe.PaymentIntent.retrieve(PAYMENT)
    if CURRENCY and payment.currency != CURRENCY:
        print(f"{PAYMENT} was paid in {payment.currency}, not in {CURRENCY}; nothing was refunded", file=sys.stderr)
        sys.exit(1)
    part = {"amount": AMOUNT} if AMOUNT else {}
    refund = (
        stripe.Refund.create(charge=PAYMENT, **part)
        if kind == "charge"
        else stripe.Refund.create(payment_intent=PAYMENT, **part)
    )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Refund {refund.id}: {money(refund.amount, refund.currency)} of {PAYMENT}, {refund.status}")
