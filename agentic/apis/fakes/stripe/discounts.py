"""Coupons, promotion codes, and what they take off an amount."""

from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    delete,
    fetch,
    listing,
    metadata,
    new_id,
    page,
    retrieve,
    update,
)


def _create_coupon(call: Call) -> Object:
    given = call.params
    percent = float(given["percent_off"]) if given.get("percent_off") is not None else None
    if (percent is None) is ("amount_off" not in given):
        raise errors.ApiError(
            "Received both or neither of percent_off and amount_off; exactly one is needed.", param="percent_off"
        )
    if percent is not None and not 0 < percent <= 100:
        raise errors.ApiError("Invalid percent_off: must be greater than 0 and at most 100", param="percent_off")
    if "amount_off" in given and "currency" not in given:
        raise errors.missing_parameter("currency")
    duration = given.get("duration", "once")
    if duration == "repeating" and "duration_in_months" not in given:
        raise errors.missing_parameter("duration_in_months")
    identifier = given.get("id") or call.token(8)
    if call.store.get("coupon", identifier):
        raise errors.ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    return create(
        call,
        "coupon",
        {
            "amount_off": given.get("amount_off"),
            "currency": given.get("currency"),
            "duration": duration,
            "duration_in_months": given.get("duration_in_months"),
            "max_redemptions": given.get("max_redemptions"),
            "metadata": metadata(call),
            "name": given.get("name"),
            "percent_off": percent,
            "redeem_by": given.get("redeem_by"),
            "times_redeemed": 0,
            "valid": True,
        },
        identifier,
    )


def _create_code(call: Call) -> Object:
    given = call.params
    promotion = given["promotion"]
    if "coupon" not in promotion:
        raise errors.missing_parameter("promotion[coupon]")
    coupon = fetch(call, "coupon", promotion["coupon"], "promotion[coupon]")
    code = given.get("code") or call.token(8).upper()
    for other in call.store.all("promotion_code"):
        if other["active"] and other["code"].casefold() == code.casefold():
            message = f"An active promotion code with `code: {code}` already exists."
            raise errors.ApiError(message, code="resource_already_exists", param="code")
    if customer := given.get("customer"):
        fetch(call, "customer", customer, "customer")
    nothing = {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None}
    return create(
        call,
        "promotion_code",
        {
            "active": given.get("active", True),
            "code": code,
            "customer": given.get("customer"),
            "expires_at": given.get("expires_at"),
            "max_redemptions": given.get("max_redemptions"),
            "metadata": metadata(call),
            "promotion": {"coupon": coupon["id"], "type": "coupon"},
            "restrictions": nothing | (given.get("restrictions") or {}),
            "times_redeemed": 0,
        },
    )


def _list_codes(call: Call) -> Object:
    items = call.store.all("promotion_code")
    if coupon := call.params.get("coupon"):
        items = [item for item in items if item["promotion"]["coupon"] == coupon]
    if code := call.params.get("code"):
        items = [item for item in items if item["code"].casefold() == code.casefold()]
    return page(call, items, "active", "customer")


def apply(call: Call, wanted: Any, customer: str, **place: str) -> list[Object]:
    """Discounts made from a request's `discounts`, each counted as a redemption. `place` names what they belong to."""
    return [_discount(call, item, f"discounts[{number}]", customer, place) for number, item in enumerate(wanted or ())]


def _discount(call: Call, item: Any, path: str, customer: str, place: dict[str, str]) -> Object:
    code = (
        fetch(call, "promotion_code", item["promotion_code"], f"{path}[promotion_code]") if "promotion_code" in item else None
    )
    if code is None and "coupon" not in item:
        raise errors.missing_parameter(f"{path}[coupon]")
    coupon = fetch(call, "coupon", code["promotion"]["coupon"] if code else item["coupon"], f"{path}[coupon]")
    for source, name in ((code, "promotion code"), (coupon, "coupon")):
        used_up = source and source["max_redemptions"] is not None and source["times_redeemed"] >= source["max_redemptions"]
        if used_up or (source and not source.get("active", True)):
            raise errors.ApiError(f"This {name} cannot be redeemed any more.", code="coupon_expired", param=path)
        if source:
            source["times_redeemed"] += 1
            call.store.put(source["object"], source["id"], source)
    identifier = new_id(call, "discount")
    months = coupon["duration_in_months"]
    known = {"checkout_session": None, "invoice": None, "invoice_item": None, "subscription": None, "subscription_item": None}
    return call.store.put(
        "discount",
        identifier,
        {
            "id": identifier,
            "object": "discount",
            "customer": customer,
            "end": call.now + months * 30 * 86_400 if months else None,
            "promotion_code": code["id"] if code else None,
            "source": {"coupon": coupon["id"], "type": "coupon"},
            "start": call.now,
        }
        | known
        | place,
    )


def taken_off(call: Call, discounts: list[Object], amount: int) -> list[Object]:
    """What each discount takes off an amount, in order; never more than is left."""
    taken: list[Object] = []
    for discount in discounts:
        coupon = call.store.get("coupon", discount["source"]["coupon"])
        left = amount - sum(item["amount"] for item in taken)
        if coupon:
            off = coupon["amount_off"] if coupon["percent_off"] is None else round(left * coupon["percent_off"] / 100)
            taken.append({"amount": min(off, left), "discount": discount["id"]})
    return taken


ROUTES: Routes = {
    "GET /v1/coupons": listing("coupon"),
    "POST /v1/coupons": _create_coupon,
    "GET /v1/coupons/{id}": retrieve("coupon"),
    "POST /v1/coupons/{id}": update("coupon", "name"),
    "DELETE /v1/coupons/{id}": lambda call: delete(call, fetch(call, "coupon")),
    "GET /v1/promotion_codes": _list_codes,
    "POST /v1/promotion_codes": _create_code,
    "GET /v1/promotion_codes/{id}": retrieve("promotion_code"),
    "POST /v1/promotion_codes/{id}": update("promotion_code", "active", "restrictions"),
}
