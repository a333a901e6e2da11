"""Write an invoice for one amount and finalise it. It is not sent by e-mail."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
AMOUNT = 5000  # in the currency's smallest unit: 5000 is 50.00 EUR
CURRENCY = "eur"
DESCRIPTION = "Services"
DAYS = 30  # until it is due

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    invoice = stripe.Invoice.create(
        customer=CUSTOMER,
        currency=CURRENCY,
        collection_method="send_invoice",
        days_until_due=DAYS,
        auto_advance=False,
    )
    # The item names its invoice: by default a new invoice does not gather what is pending.
    stripe.InvoiceItem.create(customer=CUSTOMER, invoice=invoice.id, amount=AMOUNT, currency=CURRENCY, description=DESCRIPTION)
    invoice = stripe.Invoice.finalize_invoice(invoice.id)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Invoice {invoice.id} ({invoice.number}): {money(invoice.amount_due, invoice.currency)}, {invoice.status}")
print(f"To pay at {invoice.hosted_invoice_url}")
