"""Charge the card that a customer has on file."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
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
    methods = stripe.Customer.list_payment_methods(CUSTOMER, limit=1).data
    if not methods:
        print(f"Customer {CUSTOMER} has no payment method on file; nothing was charged", file=sys.stderr)
        sys.exit(1)
    intent = stripe.PaymentIntent.create(
        customer=CUSTOMER,
        amount=AMOUNT,
        currency=CURRENCY,
        payment_method=methods[0].id,
        confirm=True,
        off_session=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        **({"description": DESCRIPTION} if DESCRIPTION else {}),
    )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Payment {intent.id}: {money(intent.amount, intent.currency)} from {CUSTOMER}, {intent.status}")
