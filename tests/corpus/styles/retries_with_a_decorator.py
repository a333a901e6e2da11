import functools
import os
import random
import sys
import time
import uuid

import stripe

stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
stripe.max_network_retries = 1


def retry(times=3, wait=0.05, on=(stripe.APIConnectionError, stripe.RateLimitError)):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return function(*args, **kwargs)
                except on as e:
                    if attempt == times:
                        raise
                    print(f"{type(e).__name__}, again in a moment", file=sys.stderr)
                    time.sleep(wait * 2**attempt + random.uniform(0, wait))
        return wrapper
    return decorate


@retry()
def charge(customer_id, amount, currency="usd", *, key):
    return stripe.PaymentIntent.create(
        customer=customer_id,
        amount=amount,
        currency=currency,
        payment_method="pm_card_visa",
        confirm=True,
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        idempotency_key=key,
    )


try:
    someone = stripe.Customer.create(name="Retry Example", email="retry@example.com")
    key = str(uuid.uuid4())
    first, second = charge(someone.id, 2500, key=key), charge(someone.id, 2500, key=key)
except stripe.CardError as e:
    print("Declined:", e.user_message)
    sys.exit(2)
except stripe.StripeError as e:
    sys.exit(f"Stripe said: {e}")
else:
    print(f"{first.id} {first.status}; asked twice, charged once: {first.id == second.id}")
finally:
    sys.stdout.flush()
