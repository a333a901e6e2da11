"""Subscribe a customer to a price."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"
PRICE = "price_ABC123"
TRIAL_DAYS = 0

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    trial = {"trial_period_days": TRIAL_DAYS} if TRIAL_DAYS else {}
    # Without a card on file the customer gets invoices to pay; with one, it is charged.
    methods = stripe.Customer.list_payment_methods(CUSTOMER, limit=1).data
    if methods:
        subscription = stripe.Subscription.create(
            customer=CUSTOMER,
            items=[{"price": PRICE}],
            default_payment_method=methods[0].id,
            **trial,
        )
    else:
        subscription = stripe.Subscription.create(
            customer=CUSTOMER,
            items=[{"price": PRICE}],
            collection_method="send_invoice",
            days_until_due=30,
            **trial,
        )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

item = subscription["items"].data[0]
print(f"Created subscription {subscription.id} for {CUSTOMER}: {subscription.status}")
print(f"  price {item.price.id}, collected by {subscription.collection_method}")
