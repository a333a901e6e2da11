"""The fake against the installed SDK: its parameters are the SDK's, and its objects have the fields that the SDK promises."""

import json
from typing import Any

import pytest
import stripe
from fake_world import World
from stripe_parameters import TABLE, table

from agentic.apis.fakes.stripe import ROUTES
from agentic.apis.fakes.stripe.call import API_VERSION
from agentic.apis.fakes.stripe.files import FILE_ROUTES

_NO_REDIRECTS: Any = {"enabled": True, "allow_redirects": "never"}


def test_the_table_of_parameters_is_what_the_sdk_says_for_every_operation():
    kept = json.loads(TABLE.read_text("utf-8"))
    assert set(kept) == set(ROUTES) | set(FILE_ROUTES)
    assert kept == table()


def test_the_fake_speaks_the_sdks_version_of_the_api():
    assert stripe.api_version == API_VERSION


def _objects() -> list[Any]:
    customer = stripe.Customer.create(email="a@b.co")
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    product = stripe.Product.create(name="A")
    price = stripe.Price.create(product=product.id, unit_amount=500, currency="usd", recurring={"interval": "year"})
    once = stripe.Price.create(product=product.id, unit_amount=500, currency="usd")
    intent = stripe.PaymentIntent.create(
        amount=900, currency="usd", payment_method="pm_card_visa", confirm=True, automatic_payment_methods=_NO_REDIRECTS
    )
    coupon = stripe.Coupon.create(percent_off=10)
    subscription = stripe.Subscription.create(
        customer=customer.id, items=[{"price": price.id}], default_payment_method=method.id, discounts=[{"coupon": coupon.id}]
    )
    invoice = stripe.Invoice.create(customer=customer.id)
    item = stripe.InvoiceItem.create(customer=customer.id, invoice=invoice.id, amount=5, currency="usd")
    invoice = stripe.Invoice.retrieve(invoice.id, expand=["discounts"])
    link = stripe.PaymentLink.create(line_items=[{"price": once.id, "quantity": 1}])
    stripe.PaymentIntent.create(
        amount=900,
        currency="usd",
        payment_method="pm_card_createDispute",
        confirm=True,
        automatic_payment_methods=_NO_REDIRECTS,
    )
    return [
        customer,
        method,
        product,
        price,
        intent,
        stripe.Charge.retrieve(str(intent.latest_charge)),
        stripe.Refund.create(payment_intent=intent.id),
        coupon,
        stripe.PromotionCode.create(promotion={"type": "coupon", "coupon": coupon.id}),
        subscription,
        subscription["items"].data[0],
        stripe.Subscription.retrieve(subscription.id, expand=["discounts"]).discounts[0],
        invoice,
        item,
        invoice.lines.data[0],
        stripe.Balance.retrieve(),
        stripe.BalanceTransaction.list().data[0],
        link,
        stripe.PaymentLink.list_line_items(link.id).data[0],
        stripe.checkout.Session.create(
            mode="payment", success_url="https://a.b", line_items=[{"price": once.id, "quantity": 1}]
        ),
        stripe.Dispute.list().data[0],
        stripe.SetupIntent.create(payment_method="pm_card_visa", confirm=True, automatic_payment_methods=_NO_REDIRECTS),
        stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}),
        stripe.Event.list().data[0],
    ]


def test_every_object_has_each_field_that_the_sdk_says_is_always_there(world: World):
    lacking: dict[str, list[str]] = {}
    for made in _objects():
        kind: type[object] = made.__class__
        assert kind is not stripe.StripeObject, made
        annotations: dict[str, Any] = kind.__annotations__
        promised = [
            name
            for name, hint in annotations.items()
            if not (name.startswith("_") or name == "OBJECT_NAME" or "Optional" in str(hint))
        ]
        missing = [name for name in promised if name not in made]
        if missing:
            lacking[kind.__name__] = missing
    assert lacking == {}


def test_errors_arrive_as_the_sdks_exceptions(world: World):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        stripe.Customer.retrieve("cus_none")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.CardError) as declined:
        stripe.PaymentIntent.create(
            amount=900,
            currency="usd",
            payment_method="pm_card_chargeDeclined",
            confirm=True,
            automatic_payment_methods=_NO_REDIRECTS,
        )
    assert declined.value.user_message == "Your card was declined."
    with pytest.raises(stripe.AuthenticationError):
        stripe.Customer.list(api_key="sk_test_other")
    stripe.Customer.create(name="A", idempotency_key="k")
    with pytest.raises(stripe.IdempotencyError):
        stripe.Customer.create(name="B", idempotency_key="k")
