#!/usr/bin/env python3
"""Modern syntax all over: match, walrus, generators, comprehensions, positional-only parameters."""
import itertools
import os
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
SINCE = int((datetime.now(timezone.utc) - timedelta(days=30)).timestamp())


def payments(since, /, *, limit=100):
    starting_after = None
    while page := stripe.PaymentIntent.list(limit=limit, created={"gte": since}, **({"starting_after": starting_after} if starting_after else {})).data:
        yield from page
        starting_after = page[-1].id
        if len(page) < limit:
            return


def group(payment):
    match payment.status:
        case "succeeded" | "processing":
            return "good"
        case "requires_payment_method" if payment.last_payment_error:
            return "failed"
        case str(other):
            return other


counts, amounts = Counter(), Counter()
for payment in itertools.islice(payments(SINCE), 500):
    counts[(kind := group(payment))] += 1
    amounts[kind, payment.currency] += payment.amount

for kind, number in counts.most_common():
    sums = ", ".join(f"{Decimal(cents) / 100} {currency.upper()}" for (k, currency), cents in amounts.items() if k == kind)
    print(f"{kind:<12}{number:>4}  {sums}")
print(f"{sum(counts.values())} payments in the last 30 days")
