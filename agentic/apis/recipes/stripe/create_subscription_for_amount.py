"""Subscribe a customer to an amount every day, week, month or year."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
AMOUNT = 1500  # in the currency's smallest unit: 1500 is 15.00 EUR
CURRENCY = "eur"
INTERVAL = "month"
NAME = "Subscription"
TRIAL_DAYS = 0

# Currencies without a smaller unit, and those whose unit has a thousand parts.
WHOLE = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
THOUSANDTHS = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    return f"{amount / 10**digits:,.{digits}f} {currency.upper()}"


stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    trial = {"trial_period_days": TRIAL_DAYS} if TRIAL_DAYS else {}
    # Asked first, so that no price is made for a customer who is not there.
    methods = stripe.Customer.list_payment_methods(CUSTOMER, limit=1).data
    price = stripe.Price.create(
        unit_amount=AMOUNT, currency=CURRENCY, recurring={"interval": INTERVAL}, product_data={"name": NAME}
    )
    # Without a card on file the customer gets invoices to pay; with one, it is charged.
    if methods:
        subscription = stripe.Subscription.create(
            customer=CUSTOMER,
            items=[{"price": price.id}],
            default_payment_method=methods[0].id,
            **trial,
        )
    else:
        subscription = stripe.Subscription.create(
            customer=CUSTOMER,
            items=[{"price": price.id}],
            collection_method="send_invoice",
            days_until_due=30,
            **trial,
        )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Created subscription {subscription.id} for {CUSTOMER}: {subscription.status}")
print(f"  {money(AMOUNT, CURRENCY)} per {INTERVAL} (price {price.id}), collected by {subscription.collection_method}")
