"""Give a customer a credit: it is taken off the next invoices."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
AMOUNT = 1000  # in the currency's smallest unit: 1000 is 10.00 EUR
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
    # Below zero is a credit, above it a debt.
    entry = stripe.Customer.create_balance_transaction(
        CUSTOMER, amount=-AMOUNT, currency=CURRENCY, **({"description": DESCRIPTION} if DESCRIPTION else {})
    )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Credit {entry.id}: {money(-entry.amount, entry.currency)} for {CUSTOMER}")
balance = money(abs(entry.ending_balance), entry.currency)
print(f"  in all: {balance} {'credit' if entry.ending_balance <= 0 else 'owed'}")
