"""List the newest refunds."""

import os
import sys
from itertools import islice

import stripe

LIMIT = 20
ALL = ""  # "all": as many as there are

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    found = stripe.Refund.list(limit=100 if ALL else min(LIMIT, 100))
    refunds = list(islice(found.auto_paging_iter(), None if ALL else LIMIT))
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for refund in refunds:
    print(f"{refund.id}  {money(refund.amount, refund.currency)}  {refund.status}  of {refund.payment_intent or refund.charge}")
print(f"{len(refunds)} refunds")
