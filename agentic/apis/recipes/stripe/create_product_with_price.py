"""Create a product and its price: once, or every day, week, month or year."""

import os
import sys

import stripe

NAME = "Gold plan"
AMOUNT = 1500  # in the currency's smallest unit: 1500 is 15.00 EUR
CURRENCY = "eur"
INTERVAL = ""  # "day", "week", "month" or "year"; empty: paid once

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    product = stripe.Product.create(name=NAME)
    if INTERVAL:
        price = stripe.Price.create(product=product.id, unit_amount=AMOUNT, currency=CURRENCY, recurring={"interval": INTERVAL})
    else:
        price = stripe.Price.create(product=product.id, unit_amount=AMOUNT, currency=CURRENCY)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

every = f" per {price.recurring.interval}" if price.recurring else ""
print(f"Created product {product.id}: {product.name}")
print(f"Created price {price.id}: {money(price.unit_amount or 0, price.currency)}{every}")
