"""Invoice items, and the lines that an invoice makes of them and of subscriptions."""

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
    new_id,
    page,
    retrieve,
    save,
)
from agentic.apis.fakes.stripe.catalog import make_price


def line(call: Call, invoice: str, price: Object, quantity: int, period: Object, parent: Object, **more: Any) -> Object:
    """A line over a price."""
    product = call.store.get("product", price["product"]) or {"name": None}
    pricing = {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    amount = (price["unit_amount"] or 0) * quantity
    known = {"amount": amount, "currency": price["currency"], "description": f"{quantity} × {product['name']}"}
    return _line(call, invoice, known | {"period": period, "pricing": pricing, "quantity": quantity, "parent": parent} | more)


def line_of_item(call: Call, invoice: str, item: Object) -> Object:
    """The line of an invoice item."""
    details = {
        "invoice_item": item["id"],
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    names = ("amount", "currency", "description", "discountable", "metadata", "period", "pricing", "quantity")
    parent = {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"}
    return _line(call, invoice, {name: item[name] for name in names} | {"parent": parent})


def _line(call: Call, invoice: str, fields: Object) -> Object:
    blank: Object = {
        "id": new_id(call, "line_item"),
        "object": "line_item",
        "amount": 0,
        "currency": "usd",
        "description": None,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "period": {"start": call.now, "end": call.now},
        "pretax_credit_amounts": [],
        "quantity": 1,
        "subscription": None,
        "subtotal": fields["amount"],
        "taxes": [],
    }
    return blank | fields


def _create(call: Call) -> Object:
    given = call.params
    invoice = fetch(call, "invoice", given["invoice"], "invoice") if "invoice" in given else None
    if invoice and invoice["status"] != "draft":
        raise errors.wrong_state(
            "You can only add items to an invoice that is a draft.", "invoice_not_editable", param="invoice"
        )
    customer = given.get("customer") or (invoice["customer"] if invoice else None)
    if customer is None:
        raise errors.missing_parameter("customer")
    fetch(call, "customer", customer, "customer")
    quantity = given.get("quantity", 1)
    price = _price(call)
    if price:
        amount, currency = (price["unit_amount"] or 0) * quantity, price["currency"]
    elif "amount" in given:
        amount, currency = given["amount"], given.get("currency") or (invoice["currency"] if invoice else "usd")
    else:
        raise errors.missing_parameter("amount")
    return create(
        call,
        "invoiceitem",
        {
            "amount": amount,
            "currency": currency,
            "customer": customer,
            "date": call.now,
            "description": given.get("description") or _name(call, price),
            "discountable": given.get("discountable", True),
            "discounts": [],
            "invoice": invoice["id"] if invoice else None,
            "metadata": metadata(call),
            "net_amount": amount,
            "parent": None,
            "period": given.get("period") or {"start": call.now, "end": call.now},
            "pricing": _pricing(price),
            "proration": False,
            "quantity": quantity,
            "quantity_decimal": str(quantity),
            "tax_rates": [],
            "test_clock": None,
        },
    )


def _price(call: Call) -> Object | None:
    given = call.params
    if "price_data" in given:
        return make_price(call, given["price_data"])
    pricing: Object = given.get("pricing") or {}
    identifier = pricing.get("price")
    return fetch(call, "price", identifier, "pricing[price]") if identifier else None


def _name(call: Call, price: Object | None) -> str | None:
    product = call.store.get("product", price["product"]) if price else None
    return product["name"] if product else None


def _pricing(price: Object | None) -> Object | None:
    if price is None:
        return None
    details = {"price": price["id"], "product": price["product"]}
    return {"price_details": details, "type": "price_details", "unit_amount_decimal": price["unit_amount_decimal"]}


def _editable(call: Call) -> Object:
    item = fetch(call, "invoiceitem")
    invoice = call.store.get("invoice", item["invoice"]) if item["invoice"] else None
    if invoice and invoice["status"] != "draft":
        raise errors.wrong_state("This invoice item is on an invoice that is no longer a draft.", "invoice_not_editable")
    return item


def _update(call: Call) -> Object:
    item = _editable(call)
    item.update({name: call.params[name] for name in ("amount", "description", "discountable") if name in call.params})
    merge_metadata(call, item)
    return save(call, item)


def _list(call: Call) -> Object:
    items = call.store.all("invoiceitem")
    if "pending" in call.params:
        items = [item for item in items if (item["invoice"] is None) is call.params["pending"]]
    return page(call, items, "customer", "invoice")


ROUTES: Routes = {
    "GET /v1/invoiceitems": _list,
    "POST /v1/invoiceitems": _create,
    "GET /v1/invoiceitems/{id}": retrieve("invoiceitem"),
    "POST /v1/invoiceitems/{id}": _update,
    "DELETE /v1/invoiceitems/{id}": lambda call: delete(call, _editable(call)),
}
