"""Finalize a draft invoice: its amount is fixed, and the customer can pay it."""

import os
import sys

import stripe

INVOICE = "in_ABC123"

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    invoice = stripe.Invoice.finalize_invoice(INVOICE)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Invoice {invoice.id} ({invoice.number}): {money(invoice.amount_due, invoice.currency)}, {invoice.status}")
if invoice.hosted_invoice_url:
    print(f"To pay at {invoice.hosted_invoice_url}")
