"""Send an invoice to its customer by e-mail. A draft is finalized by this."""

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
    invoice = stripe.Invoice.send_invoice(INVOICE)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

to = invoice.customer_email or "no e-mail address"
print(f"Sent invoice {invoice.id} ({invoice.number}) to {to}: {money(invoice.amount_due, invoice.currency)}, {invoice.status}")
