"""Customers."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors, subscriptions
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    fetch,
    listing,
    merge_metadata,
    metadata,
    page,
    save,
)
from agentic.apis.fakes.stripe.payment_methods import attach_to, resolve
from agentic.apis.fakes.stripe.search import searching

_TEXTS = ("address", "business_name", "description", "email", "individual_name", "name", "phone", "shipping")


def _create(call: Call) -> Object:
    given = call.params
    settings = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}
    customer = create(
        call,
        "customer",
        {name: given.get(name) for name in _TEXTS}
        | {
            "balance": given.get("balance", 0),
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": given.get("invoice_prefix") or call.token(8).upper(),
            "invoice_settings": settings,
            "metadata": metadata(call),
            "next_invoice_sequence": given.get("next_invoice_sequence", 1),
            "preferred_locales": given.get("preferred_locales") or [],
            "tax_exempt": given.get("tax_exempt") or "none",
            "test_clock": given.get("test_clock"),
        },
    )
    if method := given.get("payment_method"):
        attach_to(call, resolve(call, method), customer["id"])
    return _settle(call, customer)


def _settle(call: Call, customer: Object) -> Object:
    """Take over the invoice settings that the request gives."""
    wanted: Object = dict(call.params.get("invoice_settings") or {})
    if method := wanted.get("default_payment_method"):
        wanted["default_payment_method"] = attach_to(call, resolve(call, method), customer["id"])["id"]
    customer["invoice_settings"] |= wanted
    call.store.put("customer", customer["id"], customer)
    return customer


def _retrieve(call: Call) -> Object:
    # A deleted customer is still answered for, as deleted.
    gone = call.store.get("customer", call.ids[0])
    return gone if gone and gone.get("deleted") else fetch(call, "customer")


def _update(call: Call) -> Object:
    customer = fetch(call, "customer")
    names = (*_TEXTS, "balance", "invoice_prefix", "next_invoice_sequence", "preferred_locales", "tax_exempt")
    customer.update({name: call.params[name] for name in names if name in call.params})
    merge_metadata(call, customer)
    return save(call, _settle(call, customer))


def _delete(call: Call) -> Object:
    customer = fetch(call, "customer")
    subscriptions.cancel_all_of(call, customer["id"])
    for method in call.store.all("payment_method"):
        if method["customer"] == customer["id"]:
            call.store.put("payment_method", method["id"], method | {"customer": None})
    gone = {"id": customer["id"], "object": "customer", "deleted": True}
    save(call, gone, "deleted")
    return gone


def _payment_methods(call: Call) -> Object:
    customer = fetch(call, "customer")
    return page(call, [m for m in call.store.all("payment_method") if m["customer"] == customer["id"]], "type")


def _credit(call: Call) -> Object:
    """Change what a customer owes on the next invoice: an amount below zero is a credit."""
    customer = fetch(call, "customer")
    currency = str(call.params["currency"]).lower()
    if customer["currency"] not in (None, currency):
        raise errors.ApiError(f"The customer's currency is {customer['currency']}, not {currency}.", param="currency")
    ending = customer["balance"] + call.params["amount"]
    save(call, customer | {"balance": ending, "currency": currency})
    return create(
        call,
        "customer_balance_transaction",
        {
            "amount": call.params["amount"],
            "checkout_session": None,
            "credit_note": None,
            "currency": currency,
            "customer": customer["id"],
            "description": call.params.get("description"),
            "ending_balance": ending,
            "invoice": None,
            "metadata": metadata(call),
            "type": "adjustment",
        },
    )


def _credits(call: Call) -> Object:
    customer = fetch(call, "customer")
    return page(
        call, [entry for entry in call.store.all("customer_balance_transaction") if entry["customer"] == customer["id"]]
    )


ROUTES: Routes = {
    "GET /v1/customers": listing("customer", "email"),
    "POST /v1/customers": _create,
    "GET /v1/customers/search": searching("customer", "created", "email", "name", "phone"),
    "GET /v1/customers/{id}": _retrieve,
    "POST /v1/customers/{id}": _update,
    "DELETE /v1/customers/{id}": _delete,
    "GET /v1/customers/{id}/balance_transactions": _credits,
    "POST /v1/customers/{id}/balance_transactions": _credit,
    "GET /v1/customers/{id}/payment_methods": _payment_methods,
}
