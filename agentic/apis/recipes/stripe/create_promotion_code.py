"""Create a coupon that takes a percentage off once, and the promotion code that customers type."""

import os
import sys

import stripe

CODE = "SPRING25"
PERCENT = 25
USES = 0  # how often it can be used; 0: without limit

stripe.api_key = os.environ["STRIPE_API_KEY"]

try:
    coupon = stripe.Coupon.create(percent_off=PERCENT, duration="once", name=CODE)
    promotion = stripe.PromotionCode.create(
        promotion={"type": "coupon", "coupon": coupon.id},
        code=CODE,
        **({"max_redemptions": USES} if USES else {}),
    )
except stripe.StripeError as error:
    print(f"Stripe: {error.user_message or error}", file=sys.stderr)
    sys.exit(1)

uses = f"{promotion.max_redemptions} uses" if promotion.max_redemptions else "any number of uses"
print(f"Created promotion code {promotion.code} ({promotion.id}): {coupon.percent_off}% off, {uses}, coupon {coupon.id}")
