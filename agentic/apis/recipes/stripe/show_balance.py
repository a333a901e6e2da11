"""Show the account's balance."""

import os
import sys

import stripe

# Digits after the point where they are not two.
DIGITS = dict.fromkeys("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(), 0)
DIGITS |= dict.fromkeys("bhd jod kwd omr tnd".split(), 3)


def money(amount: int, currency: str) -> str:
    digits = DIGITS.get(currency, 2)
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    balance = stripe.Balance.retrieve()
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

for kind, amounts in (("available", balance.available), ("pending", balance.pending)):
    for entry in amounts:
        print(f"{kind}: {money(entry.amount, entry.currency)}")
