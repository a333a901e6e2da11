"""Create a coupon that takes a percentage off: once, for some months, or for ever."""

import os
import sys

import stripe

PERCENT = 25
NAME = ""
MONTHS = 0  # how long it holds for a subscription; 0: see DURATION
DURATION = "once"  # or "forever"

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    named = {"name": NAME} if NAME else {}
    if MONTHS:
        coupon = stripe.Coupon.create(percent_off=PERCENT, duration="repeating", duration_in_months=MONTHS, **named)
    else:
        coupon = stripe.Coupon.create(percent_off=PERCENT, duration=DURATION, **named)
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

how_long = f"for {coupon.duration_in_months} months" if coupon.duration_in_months else coupon.duration
print(f"Created coupon {coupon.id}: {coupon.percent_off}% off, {how_long}")
