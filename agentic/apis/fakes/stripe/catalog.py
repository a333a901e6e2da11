"""Products and prices."""

from decimal import Decimal
from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    delete,
    fetch,
    merge_metadata,
    metadata,
    page,
    retrieve,
    save,
    update,
)
from agentic.apis.fakes.stripe.search import searching


def _create_product(call: Call) -> Object:
    given = call.params
    product = make_product(call, given, metadata(call), given.get("id"))
    if price := given.get("default_price_data"):
        product["default_price"] = make_price(call, price | {"product": product["id"]})["id"]
        call.store.put("product", product["id"], product)
    return product


def make_product(call: Call, given: Any, notes: dict[str, str], identifier: str | None = None) -> Object:
    """A product from the request's parameters, or from a price's `product_data`."""
    if identifier and call.store.get("product", identifier):
        raise errors.ApiError("Product already exists.", code="resource_already_exists")
    return create(
        call,
        "product",
        {
            "active": given.get("active", True),
            "default_price": None,
            "description": given.get("description"),
            "images": given.get("images") or [],
            "marketing_features": given.get("marketing_features") or [],
            "metadata": notes,
            "name": given["name"],
            "package_dimensions": given.get("package_dimensions"),
            "shippable": given.get("shippable"),
            "statement_descriptor": given.get("statement_descriptor"),
            "tax_code": given.get("tax_code"),
            "type": given.get("type", "service"),
            "unit_label": given.get("unit_label"),
            "updated": call.now,
            "url": given.get("url"),
        },
        identifier,
    )


def _update_product(call: Call) -> Object:
    product = fetch(call, "product")
    if price := call.params.get("default_price"):
        fetch(call, "price", price, "default_price")
    names = (
        "active",
        "default_price",
        "description",
        "images",
        "marketing_features",
        "name",
        "shippable",
        "tax_code",
        "unit_label",
        "url",
    )
    product.update({name: call.params[name] for name in names if name in call.params})
    merge_metadata(call, product)
    product["updated"] = call.now
    return save(call, product)


def _delete_product(call: Call) -> Object:
    product = fetch(call, "product")
    if any(price["product"] == product["id"] for price in call.store.all("price")):
        raise errors.ApiError("This product cannot be deleted because it has one or more user-created prices.")
    return delete(call, product)


def _list_products(call: Call) -> Object:
    ids: list[str] | None = call.params.get("ids")
    items = [item for item in call.store.all("product") if ids is None or item["id"] in ids]
    return page(call, items, "active", "shippable", "url")


def make_price(call: Call, given: Any) -> Object:
    """A price from parameters: for a product that there is, or with a product of its own (`product_data`)."""
    if ("product" in given) is ("product_data" in given):
        if "product" in given:
            raise errors.ApiError("You may only specify one of these parameters: product, product_data.")
        raise errors.missing_parameter("product")
    tiered = given.get("billing_scheme") == "tiered"
    if not tiered and not {"unit_amount", "unit_amount_decimal", "custom_unit_amount"} & set(given):
        raise errors.missing_parameter("unit_amount")
    data = given.get("product_data")
    product = (
        make_product(call, data, data.get("metadata") or {}) if data else fetch(call, "product", given["product"], "product")
    )
    recurring = _recurring(given.get("recurring"))
    decimal = given.get("unit_amount_decimal")
    amount = given.get("unit_amount", int(Decimal(decimal)) if decimal is not None and Decimal(decimal) % 1 == 0 else None)
    return create(
        call,
        "price",
        {
            "active": given.get("active", True),
            "billing_scheme": given.get("billing_scheme", "per_unit"),
            "currency": given["currency"],
            "custom_unit_amount": given.get("custom_unit_amount"),
            "lookup_key": given.get("lookup_key"),
            "metadata": given.get("metadata") or {},
            "nickname": given.get("nickname"),
            "product": product["id"],
            "recurring": recurring,
            "tax_behavior": given.get("tax_behavior", "unspecified"),
            "tiers_mode": given.get("tiers_mode"),
            "transform_quantity": given.get("transform_quantity"),
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": decimal if decimal is not None else None if amount is None else str(amount),
            "_tiers": given.get("tiers"),
        },
    )


def _recurring(given: Any) -> Object | None:
    if not given:
        return None
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count", 1),
        "meter": given.get("meter"),
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": given.get("usage_type", "licensed"),
    }


def price_of(call: Call, item: Any, path: str) -> Object:
    """The price of a line: named by id, or made from `price_data`. `path` is where the line stands in the request."""
    param = f"{path}[price]" if path else "price"
    if "price" in item:
        return fetch(call, "price", item["price"], param)
    if "price_data" in item:
        return make_price(call, item["price_data"])
    raise errors.missing_parameter(param)


def _list_prices(call: Call) -> Object:
    items = call.store.all("price")
    if keys := call.params.get("lookup_keys"):
        items = [item for item in items if item["lookup_key"] in keys]
    recurring: Object = call.params.get("recurring") or {}
    for name, wanted in recurring.items():
        items = [item for item in items if item["recurring"] and item["recurring"].get(name) == wanted]
    return page(call, items, "active", "currency", "product", "type")


ROUTES: Routes = {
    "GET /v1/products": _list_products,
    "POST /v1/products": _create_product,
    "GET /v1/products/search": searching("product", "active", "description", "name", "shippable", "url"),
    "GET /v1/products/{id}": retrieve("product"),
    "POST /v1/products/{id}": _update_product,
    "DELETE /v1/products/{id}": _delete_product,
    "GET /v1/prices": _list_prices,
    "POST /v1/prices": lambda call: make_price(call, call.params),
    "GET /v1/prices/search": searching("price", "active", "currency", "lookup_key", "product", "type"),
    "GET /v1/prices/{id}": retrieve("price"),
    "POST /v1/prices/{id}": update("price", "active", "lookup_key", "nickname", "tax_behavior"),
}
