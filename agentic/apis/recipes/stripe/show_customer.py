"""Show one customer."""

import os
import sys

import stripe

CUSTOMER = "cus_ABC123"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    customer = stripe.Customer.retrieve(CUSTOMER)
    # A deleted customer is still found, with nothing but its id.
    if getattr(customer, "deleted", False):
        print(f"Customer {customer.id} was deleted")
        sys.exit(1)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

print(f"Customer {customer.id}: {customer.name or 'no name'} <{customer.email or 'no e-mail'}>")
print(f"  description: {customer.description or '-'}")
print(f"  balance: {customer.balance} in the smallest unit of {customer.currency or 'no currency yet'}")
