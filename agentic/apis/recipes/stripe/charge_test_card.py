"""Charge Stripe's Visa test card once."""

import os
import sys

import stripe

AMOUNT = 2000  # in the currency's smallest unit: 2000 is 20.00 EUR
CURRENCY = "eur"
DESCRIPTION = ""

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    intent = stripe.PaymentIntent.create(
        amount=AMOUNT,
        currency=CURRENCY,
        payment_method="pm_card_visa",
        confirm=True,
        # No page is there to come back to, so only methods that need none.
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        **({"description": DESCRIPTION} if DESCRIPTION else {}),
    )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Payment {intent.id}: {money(intent.amount, intent.currency)}, {intent.status}")
print(f"Charge {intent.latest_charge}")
