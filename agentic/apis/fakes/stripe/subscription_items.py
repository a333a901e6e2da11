"""The items of subscriptions: what is paid for, how often and how many of it. A subscription keeps its items."""

import calendar
import datetime
from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    fetch,
    list_object,
    merge_metadata,
    new_id,
    retrieve,
    save,
    whole_list,
)
from agentic.apis.fakes.stripe.catalog import price_of

_DAY = 86_400


def _period_end(start: int, recurring: Object) -> int:
    """When a period that begins at `start` ends; a month that is shorter ends it on its last day."""
    count, interval = recurring["interval_count"], recurring["interval"]
    if interval in ("day", "week"):
        return start + count * _DAY * (7 if interval == "week" else 1)
    begin = datetime.datetime.fromtimestamp(start, datetime.UTC)
    months = begin.month - 1 + count * (12 if interval == "year" else 1)
    year, month = begin.year + months // 12, months % 12 + 1
    day = min(begin.day, calendar.monthrange(year, month)[1])
    return int(begin.replace(year=year, month=month, day=day).timestamp())


def make(call: Call, subscription: str, wanted: Any, path: str, trial_end: int | None = None) -> Object:
    """A new item of the subscription with this id, for the price that `wanted` names."""
    identifier = new_id(call, "subscription_item")
    item: Object = {
        "id": identifier,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": call.now,
        "discounts": [],
        "metadata": wanted.get("metadata") or {},
        "quantity": wanted.get("quantity", 1),
        "subscription": subscription,
        "tax_rates": [],
    }
    return call.store.put("subscription_item", identifier, item | _priced(call, wanted, path, trial_end))


def _priced(call: Call, wanted: Any, path: str, trial_end: int | None) -> Object:
    """What follows from an item's price."""
    price = price_of(call, wanted, path)
    if price["recurring"] is None:
        message = "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`."
        raise errors.ApiError(message, param=f"{path}[price]" if path else "price")
    plan = {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "currency": price["currency"],
        "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"],
        "product": price["product"],
    }
    end = trial_end or _period_end(call.now, price["recurring"])
    return {"current_period_end": end, "current_period_start": call.now, "plan": plan, "price": price}


def change(call: Call, subscription: Object, wanted: Any, path: str) -> Object:
    """Add, change or remove one item of a subscription that the caller keeps; the item as it is then, or was."""
    items: list[Object] = subscription["items"]["data"]
    if "id" not in wanted:
        item = make(call, subscription["id"], wanted, path)
        items.append(item)
    else:
        place = next((number for number, item in enumerate(items) if item["id"] == wanted["id"]), None)
        if place is None:
            raise errors.no_such("subscription_item", wanted["id"], f"{path}[id]")
        item = items.pop(place)
        if wanted.get("deleted"):
            call.store.remove("subscription_item", item["id"])
        else:
            if "price" in wanted or "price_data" in wanted:
                item |= _priced(call, wanted, path, None)
            item["quantity"] = wanted.get("quantity", item["quantity"])
            items.insert(place, call.store.put("subscription_item", item["id"], item))
    if not items:
        raise errors.ApiError("A subscription must have at least one active plan.", param=path)
    if any(other["price"]["currency"] != subscription["currency"] for other in items):
        raise errors.ApiError("All items of a subscription must have the same currency.", param=path)
    subscription["items"] = whole_list(items, f"/v1/subscription_items?subscription={subscription['id']}")
    return item


def _of(call: Call, item: Object) -> Object:
    subscription = fetch(call, "subscription", item["subscription"])
    if subscription["status"] == "canceled":
        raise errors.no_such("subscription_item", item["id"])
    return subscription


def _list(call: Call) -> Object:
    subscription = fetch(call, "subscription", call.params["subscription"], "subscription")
    return list_object(call, subscription["items"]["data"])


def _create(call: Call) -> Object:
    subscription = fetch(call, "subscription", call.params["subscription"], "subscription")
    if not {"price", "price_data"} & set(call.params):
        raise errors.missing_parameter("price")
    item = change(call, subscription, {name: value for name, value in call.params.items() if name != "subscription"}, "")
    save(call, subscription)
    return item


def _update(call: Call) -> Object:
    item = fetch(call, "subscription_item")
    subscription = _of(call, item)
    changed = change(call, subscription, {**call.params, "id": item["id"]}, "")
    merge_metadata(call, changed)
    call.store.put("subscription_item", changed["id"], changed)
    save(call, subscription)
    return changed


def _delete(call: Call) -> Object:
    item = fetch(call, "subscription_item")
    subscription = _of(call, item)
    change(call, subscription, {"id": item["id"], "deleted": True}, "")
    save(call, subscription)
    return {"id": item["id"], "object": "subscription_item", "deleted": True}


ROUTES: Routes = {
    "GET /v1/subscription_items": _list,
    "POST /v1/subscription_items": _create,
    "GET /v1/subscription_items/{id}": retrieve("subscription_item"),
    "POST /v1/subscription_items/{id}": _update,
    "DELETE /v1/subscription_items/{id}": _delete,
}
