"""Subscriptions. The first invoice is made at once; nothing renews by itself."""

from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import discounts, errors, invoice_items, invoices, subscription_items
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    fetch,
    merge_metadata,
    metadata,
    new_id,
    page,
    retrieve,
    save,
    timestamp,
    whole_list,
)
from agentic.apis.fakes.stripe.payment_methods import attach_to, default_of, resolve
from agentic.apis.fakes.stripe.search import searching

_DAY = 86_400
_ENDED = ("canceled", "incomplete_expired")


def _create(call: Call) -> Object:
    given = call.params
    if not given.get("customer"):
        raise errors.missing_parameter("customer")
    customer = fetch(call, "customer", given["customer"], "customer")
    if not given.get("items"):
        raise errors.missing_parameter("items")
    identifier = new_id(call, "subscription")
    trial_end = _trial_end(call)
    items = [
        subscription_items.make(call, identifier, wanted, f"items[{n}]", trial_end) for n, wanted in enumerate(given["items"])
    ]
    currency = items[0]["price"]["currency"]
    if any(item["price"]["currency"] != currency for item in items):
        raise errors.ApiError("All items of a subscription must have the same currency.", param="items")
    method = _method(call, customer)
    sent = given.get("collection_method") == "send_invoice"
    if sent and "days_until_due" not in given:
        raise errors.missing_parameter("days_until_due")
    subscription = create(
        call,
        "subscription",
        {
            "application": None,
            "application_fee_percent": None,
            "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
            "billing_cycle_anchor": trial_end or call.now,
            "billing_cycle_anchor_config": None,
            "billing_mode": {"flexible": None, "type": "flexible", "updated_at": call.now},
            "billing_schedules": [],
            "billing_thresholds": None,
            "cancel_at": None,
            "cancel_at_period_end": given.get("cancel_at_period_end", False),
            "canceled_at": None,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": given.get("collection_method", "charge_automatically"),
            "currency": currency,
            "customer": customer["id"],
            "days_until_due": given.get("days_until_due"),
            "default_payment_method": method["id"] if method and given.get("default_payment_method") else None,
            "default_source": None,
            "default_tax_rates": [],
            "description": given.get("description"),
            "discounts": [],
            "ended_at": None,
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
            "items": whole_list(items, f"/v1/subscription_items?subscription={identifier}"),
            "latest_invoice": None,
            "metadata": metadata(call),
            "next_pending_invoice_item_invoice": None,
            "on_behalf_of": None,
            "pause_collection": None,
            "payment_settings": {
                "payment_method_options": None,
                "payment_method_types": None,
                "save_default_payment_method": "off",
            }
            | (given.get("payment_settings") or {}),
            "pending_invoice_item_interval": None,
            "pending_setup_intent": None,
            "pending_update": None,
            "schedule": None,
            "start_date": call.now,
            "status": "trialing" if trial_end else "active",
            "test_clock": None,
            "transfer_data": None,
            "trial_end": trial_end,
            "trial_settings": given.get("trial_settings") or {"end_behavior": {"missing_payment_method": "create_invoice"}},
            "trial_start": call.now if trial_end else None,
        },
        identifier,
    )
    made = discounts.apply(call, given.get("discounts"), customer["id"], subscription=identifier)
    subscription["discounts"] = [discount["id"] for discount in made]
    if currency != customer["currency"]:
        call.store.put("customer", customer["id"], fetch(call, "customer", customer["id"]) | {"currency": currency})
    _period_flags(call, subscription)
    return _bill(call, subscription, customer, method)


def _trial_end(call: Call) -> int | None:
    given = call.params
    if days := given.get("trial_period_days"):
        return call.now + days * _DAY
    end = given.get("trial_end")
    if end in (None, "now"):
        return None
    moment = timestamp(end, "trial_end")
    if moment <= call.now:
        raise errors.ApiError("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    return moment


def _method(call: Call, customer: Object) -> Object | None:
    name = call.params.get("default_payment_method")
    if name is None:
        return default_of(call, customer)
    method = resolve(call, name, "default_payment_method")
    if method["customer"] != customer["id"]:
        message = (
            "The customer does not have a payment method with this ID. The payment method must be attached to the customer."
        )
        raise errors.ApiError(f"{message} ({name})", code="resource_missing", param="default_payment_method")
    return method


def _bill(call: Call, subscription: Object, customer: Object, method: Object | None) -> Object:
    """Make the first invoice and try to collect it; the subscription's state follows from how that goes."""
    behavior = call.params.get("payment_behavior", "allow_incomplete")
    free = subscription["status"] == "trialing"
    invoice = _first_invoice(call, subscription, customer, free)
    subscription["latest_invoice"] = invoice["id"]
    call.store.put("subscription", subscription["id"], subscription)
    if subscription["collection_method"] == "send_invoice" and not free:
        return subscription
    invoice = invoices.finalize(call, invoice)
    if invoice["status"] == "paid":
        return subscription
    if behavior == "default_incomplete":
        return save(call, subscription | {"status": "incomplete"})
    if method is None:
        raise invoices.no_method()
    try:
        invoices.collect(call, invoice, method)
    except errors.ApiError:
        # The payment failed, not the request: the subscription waits for another card.
        if behavior == "error_if_incomplete":
            raise
        return save(call, subscription | {"status": "incomplete"})
    return subscription


def _first_invoice(call: Call, subscription: Object, customer: Object, free: bool) -> Object:
    days = subscription["days_until_due"]
    sent = subscription["collection_method"] == "send_invoice"
    details = {"metadata": subscription["metadata"], "subscription": subscription["id"]}
    fields = {
        "auto_advance": True,
        "billing_reason": "subscription_create",
        "collection_method": subscription["collection_method"],
        "due_date": call.now + days * _DAY if sent and days is not None else None,
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "discounts": subscription["discounts"],
    }
    invoice = invoices.open_draft(call, customer, subscription["currency"], fields)
    for item in subscription["items"]["data"]:
        told = {"proration": False, "subscription": subscription["id"], "subscription_item": item["id"]}
        parent = {"invoice_item_details": None, "subscription_item_details": told, "type": "subscription_item_details"}
        period = {"start": item["current_period_start"], "end": item["current_period_end"]}
        more: dict[str, Any] = {"subscription": subscription["id"]} | ({"amount": 0, "subtotal": 0} if free else {})
        invoice["_lines"].append(
            invoice_items.line(call, invoice["id"], item["price"], item["quantity"], period, parent, **more)
        )
    return call.store.put("invoice", invoice["id"], invoices.current(call, invoice))


def _period_flags(call: Call, subscription: Object) -> None:
    """What follows from `cancel_at_period_end`."""
    if subscription["cancel_at_period_end"]:
        end = max(item["current_period_end"] for item in subscription["items"]["data"])
        subscription |= {"cancel_at": end, "canceled_at": call.now}
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    elif subscription["status"] not in _ENDED:
        subscription |= {"cancel_at": None, "canceled_at": None}
        subscription["cancellation_details"]["reason"] = None
    call.store.put("subscription", subscription["id"], subscription)


def _update(call: Call) -> Object:
    subscription = _alive(call)
    given = call.params
    for number, wanted in enumerate(given.get("items") or ()):
        subscription_items.change(call, subscription, wanted, f"items[{number}]")
    if given.get("trial_end") == "now" and subscription["status"] == "trialing":
        subscription |= {"status": "active", "trial_end": call.now}
    names = ("cancel_at_period_end", "collection_method", "days_until_due", "description")
    subscription.update({name: given[name] for name in names if name in given})
    if method := given.get("default_payment_method"):
        subscription["default_payment_method"] = attach_to(call, resolve(call, method), subscription["customer"])["id"]
    if "pause_collection" in given:
        # Unset by an empty text; the subscription stays active all the while.
        paused = given["pause_collection"]
        subscription["pause_collection"] = {"resumes_at": None} | paused if paused else None
    made = discounts.apply(call, given.get("discounts"), subscription["customer"], subscription=subscription["id"])
    subscription["discounts"] = [d["id"] for d in made] if "discounts" in given else subscription["discounts"]
    if "cancel_at_period_end" in given:
        _period_flags(call, subscription)
    merge_metadata(call, subscription)
    return save(call, subscription)


def _alive(call: Call) -> Object:
    subscription = fetch(call, "subscription")
    if subscription["status"] in _ENDED:
        raise errors.no_such("subscription", subscription["id"])
    return subscription


def _cancel(call: Call) -> Object:
    return _end(call, _alive(call), call.params.get("cancellation_details") or {})


def _end(call: Call, subscription: Object, details: Object) -> Object:
    subscription["cancellation_details"] |= details | {"reason": "cancellation_requested"}
    subscription |= {"status": "canceled", "canceled_at": call.now, "ended_at": call.now, "cancel_at_period_end": False}
    return save(call, subscription, "deleted")


def cancel_all_of(call: Call, customer: str) -> None:
    """What happens to the subscriptions of a customer who is deleted."""
    for subscription in call.store.all("subscription"):
        if subscription["customer"] == customer and subscription["status"] not in _ENDED:
            _end(call, subscription, {})


def _list(call: Call) -> Object:
    items, wanted = call.store.all("subscription"), call.params.get("status")
    if wanted == "ended":
        items = [item for item in items if item["status"] in _ENDED]
    elif wanted is None:
        items = [item for item in items if item["status"] not in _ENDED]
    elif wanted != "all":
        items = [item for item in items if item["status"] == wanted]
    if price := call.params.get("price"):
        items = [item for item in items if any(line["price"]["id"] == price for line in item["items"]["data"])]
    return page(call, items, "collection_method", "customer")


ROUTES: Routes = {
    "GET /v1/subscriptions": _list,
    "POST /v1/subscriptions": _create,
    "GET /v1/subscriptions/search": searching("subscription", "canceled_at", "created", "status"),
    "GET /v1/subscriptions/{id}": retrieve("subscription"),
    "POST /v1/subscriptions/{id}": _update,
    "DELETE /v1/subscriptions/{id}": _cancel,
    **subscription_items.ROUTES,
}
