"""Show one invoice with its lines."""

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
    invoice = stripe.Invoice.retrieve(INVOICE)
    lines = list(stripe.Invoice.list_lines(INVOICE, limit=100).auto_paging_iter())
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Invoice {invoice.id} ({invoice.number or 'no number yet'}): {invoice.status}, customer {invoice.customer}")
for line in lines:
    print(f"  {money(line.amount, line.currency)}  {line.description or '-'}")
print(f"  total {money(invoice.total, invoice.currency)}, still due {money(invoice.amount_remaining, invoice.currency)}")
