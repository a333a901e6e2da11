"""Payment links and checkout sessions: pages where a buyer pays. Nobody visits the fake's, so they stay unpaid."""

from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import (
    Call,
    Handler,
    Routes,
    create,
    fetch,
    list_object,
    listing,
    merge_metadata,
    metadata,
    new_id,
    retrieve,
    save,
    whole_list,
)
from agentic.apis.fakes.stripe.catalog import price_of


def _lines(call: Call, wanted: Any) -> list[Object]:
    if not wanted:
        raise errors.missing_parameter("line_items")
    return [_line(call, item, f"line_items[{number}]") for number, item in enumerate(wanted)]


def _line(call: Call, item: Any, path: str) -> Object:
    price = price_of(call, item, path)
    if not price["active"]:
        raise errors.ApiError(f"The price specified ({price['id']}) is inactive.", param=f"{path}[price]")
    quantity = item.get("quantity", 1)
    amount = (price["unit_amount"] or 0) * quantity
    product = call.store.get("product", price["product"])
    return {
        "id": new_id(call, "item"),
        "object": "item",
        "adjustable_quantity": item.get("adjustable_quantity"),
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"] if product else None,
        "discounts": [],
        "price": price,
        "quantity": quantity,
    }


def _create_link(call: Call) -> Object:
    given = call.params
    lines = _lines(call, given["line_items"])
    recurring = any(line["price"]["recurring"] for line in lines)
    after = given.get("after_completion") or {"type": "hosted_confirmation"}
    if after["type"] == "hosted_confirmation":
        after = {"hosted_confirmation": {"custom_message": None}} | after
    link = create(
        call,
        "payment_link",
        {
            "active": True,
            "after_completion": after,
            "allow_promotion_codes": given.get("allow_promotion_codes", False),
            "application": None,
            "application_fee_amount": None,
            "application_fee_percent": None,
            "automatic_tax": {"enabled": False, "liability": None},
            "billing_address_collection": given.get("billing_address_collection", "auto"),
            "consent_collection": given.get("consent_collection"),
            "currency": lines[0]["currency"],
            "custom_fields": given.get("custom_fields") or [],
            "custom_text": {
                "after_submit": None,
                "shipping_address": None,
                "submit": None,
                "terms_of_service_acceptance": None,
            },
            "customer_creation": given.get("customer_creation", "if_required"),
            "inactive_message": given.get("inactive_message"),
            "invoice_creation": None,
            "metadata": metadata(call),
            "on_behalf_of": None,
            "payment_intent_data": given.get("payment_intent_data"),
            "payment_method_collection": given.get("payment_method_collection", "always"),
            "payment_method_types": given.get("payment_method_types"),
            "phone_number_collection": given.get("phone_number_collection") or {"enabled": False},
            "restrictions": given.get("restrictions"),
            "shipping_address_collection": given.get("shipping_address_collection"),
            "shipping_options": [],
            "submit_type": given.get("submit_type", "auto"),
            "subscription_data": (given.get("subscription_data") or {"trial_period_days": None}) if recurring else None,
            "tax_id_collection": given.get("tax_id_collection") or {"enabled": False, "required": "never"},
            "transfer_data": None,
            "url": f"https://buy.stripe.com/test_{call.token(20)}",
        },
    )
    # A payment link has no time of creation.
    link.pop("created")
    return _with_lines(call, link, lines, f"/v1/payment_links/{link['id']}/line_items")


def _with_lines(call: Call, value: Object, lines: list[Object], url: str) -> Object:
    value["_line_items"] = whole_list(lines, url)
    return call.store.put(value["object"], value["id"], value)


def _update_link(call: Call) -> Object:
    link = fetch(call, "payment_link")
    names = ("active", "after_completion", "allow_promotion_codes", "inactive_message", "restrictions", "submit_type")
    link.update({name: call.params[name] for name in names if name in call.params})
    merge_metadata(call, link)
    return save(call, link)


def _create_session(call: Call) -> Object:
    given = call.params
    mode = given.get("mode")
    if mode is None:
        raise errors.missing_parameter("mode")
    page = given.get("ui_mode", "hosted_page")
    if page in ("hosted", "hosted_page") and not given.get("success_url"):
        raise errors.missing_parameter("success_url")
    if customer := given.get("customer"):
        fetch(call, "customer", customer, "customer")
    lines = _lines(call, given.get("line_items")) if mode != "setup" else []
    recurring = any(line["price"]["recurring"] for line in lines)
    if recurring is not (mode == "subscription"):
        message = f"You {'specified `payment` mode but passed a' if recurring else 'need at least one'} recurring price."
        raise errors.ApiError(f"{message} Use mode=subscription with recurring prices.", param="mode")
    total = sum(line["amount_total"] for line in lines)
    identifier = new_id(call, "checkout.session")
    hosted = page in ("hosted", "hosted_page")
    session = create(
        call,
        "checkout.session",
        {
            "adaptive_pricing": {"enabled": False},
            "after_expiration": given.get("after_expiration"),
            "allow_promotion_codes": given.get("allow_promotion_codes"),
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "billing_address_collection": given.get("billing_address_collection"),
            "cancel_url": given.get("cancel_url"),
            "client_reference_id": given.get("client_reference_id"),
            "client_secret": None if hosted else f"{identifier}_secret_{call.token(40)}",
            "collected_information": None,
            "consent": None,
            "consent_collection": None,
            "currency": lines[0]["currency"] if lines else given.get("currency"),
            "currency_conversion": None,
            "custom_fields": given.get("custom_fields") or [],
            "custom_text": {
                "after_submit": None,
                "shipping_address": None,
                "submit": None,
                "terms_of_service_acceptance": None,
            },
            "customer": given.get("customer"),
            "customer_creation": given.get("customer_creation", "if_required") if mode == "payment" else None,
            "customer_details": None,
            "customer_email": given.get("customer_email"),
            "discounts": [],
            "expires_at": given.get("expires_at", call.now + 86_400),
            "invoice": None,
            "invoice_creation": None,
            "locale": given.get("locale"),
            "metadata": metadata(call),
            "mode": mode,
            "origin_context": given.get("origin_context"),
            "payment_intent": None,
            "payment_link": None,
            "payment_method_collection": given.get("payment_method_collection", "if_required"),
            "payment_method_configuration_details": None,
            "payment_method_options": {},
            "payment_method_types": given.get("allowed_payment_method_types") or given.get("payment_method_types") or ["card"],
            "payment_status": "unpaid" if total else "no_payment_required",
            "permissions": None,
            "phone_number_collection": given.get("phone_number_collection") or {"enabled": False},
            "recovered_from": None,
            "redirect_on_completion": given.get("redirect_on_completion"),
            "return_url": given.get("return_url"),
            "saved_payment_method_options": None,
            "setup_intent": None,
            "shipping_address_collection": given.get("shipping_address_collection"),
            "shipping_cost": None,
            "shipping_options": [],
            "status": "open",
            "submit_type": given.get("submit_type"),
            "subscription": None,
            "success_url": given.get("success_url"),
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": page,
            "url": f"https://checkout.stripe.com/c/pay/{identifier}" if hosted else None,
            "wallet_options": None,
        },
        identifier,
    )
    return _with_lines(call, session, lines, f"/v1/checkout/sessions/{identifier}/line_items")


def _expire(call: Call) -> Object:
    session = fetch(call, "checkout.session")
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
        raise errors.ApiError(message)
    return save(call, session | {"status": "expired", "url": None}, "expired")


def _line_items(kind: str) -> Handler:
    return lambda call: list_object(call, fetch(call, kind)["_line_items"]["data"])


ROUTES: Routes = {
    "GET /v1/payment_links": listing("payment_link", "active"),
    "POST /v1/payment_links": _create_link,
    "GET /v1/payment_links/{id}": retrieve("payment_link"),
    "POST /v1/payment_links/{id}": _update_link,
    "GET /v1/payment_links/{id}/line_items": _line_items("payment_link"),
    "GET /v1/checkout/sessions": listing(
        "checkout.session", "customer", "payment_intent", "payment_link", "status", "subscription"
    ),
    "POST /v1/checkout/sessions": _create_session,
    "GET /v1/checkout/sessions/{id}": retrieve("checkout.session"),
    "POST /v1/checkout/sessions/{id}/expire": _expire,
    "GET /v1/checkout/sessions/{id}/line_items": _line_items("checkout.session"),
}
