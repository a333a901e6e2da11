"""List the newest invoices."""

import os
import sys
from itertools import islice

import stripe

LIMIT = 20
ALL = ""  # "all": as many as there are

# Digits after the point where they are not two.
DIGITS = dict.fromkeys("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(), 0)
DIGITS |= dict.fromkeys("bhd jod kwd omr tnd".split(), 3)


def money(amount: int, currency: str) -> str:
    digits = DIGITS.get(currency, 2)
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    found = stripe.Invoice.list(limit=100 if ALL else min(LIMIT, 100))
    invoices = list(islice(found.auto_paging_iter(), None if ALL else LIMIT))
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for invoice in invoices:
    print(
        f"{invoice.id}  {invoice.status}  {money(invoice.amount_due, invoice.currency)}  {invoice.customer_email or invoice.customer}"
    )
print(f"{len(invoices)} invoices")
