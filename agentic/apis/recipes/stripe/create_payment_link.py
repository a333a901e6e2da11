"""Create a payment link for something at a price."""

import os
import sys

import stripe

NAME = "Ebook"
AMOUNT = 900  # in the currency's smallest unit: 900 is 9.00 USD
CURRENCY = "usd"

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    price = stripe.Price.create(unit_amount=AMOUNT, currency=CURRENCY, product_data={"name": NAME})
    link = stripe.PaymentLink.create(line_items=[{"price": price.id, "quantity": 1}])
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created payment link {link.id}: {link.url}")
print(f"It sells {NAME} for {money(AMOUNT, CURRENCY)} (price {price.id})")
