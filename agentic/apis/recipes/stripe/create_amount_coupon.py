"""Create a coupon that takes an amount off, once."""

import os
import sys

import stripe

AMOUNT = 500  # in the currency's smallest unit: 500 is 5.00 EUR
CURRENCY = "eur"
NAME = ""

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    named = {"name": NAME} if NAME else {}
    coupon = stripe.Coupon.create(amount_off=AMOUNT, currency=CURRENCY, duration="once", **named)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created coupon {coupon.id}: {money(AMOUNT, CURRENCY)} off, {coupon.duration}")
