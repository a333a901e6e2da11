"""Invoices: draft, finalised, paid, void. An invoice's lines follow its items while it is a draft."""

from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import discounts, errors, invoice_items, payments
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    delete,
    fetch,
    list_object,
    merge_metadata,
    metadata,
    page,
    save,
    whole_list,
)
from agentic.apis.fakes.stripe.payment_methods import default_of, resolve
from agentic.apis.fakes.stripe.search import searching

_DAY = 86_400


def _create(call: Call) -> Object:
    given = call.params
    if not given.get("customer"):
        raise errors.missing_parameter("customer")
    customer = fetch(call, "customer", given["customer"], "customer")
    if "due_date" in given or "days_until_due" in given:
        _only_sent(given)
    items = [i for i in call.store.all("invoiceitem") if i["customer"] == customer["id"] and i["invoice"] is None]
    included = items if given.get("pending_invoice_items_behavior") == "include" else []
    currency = given.get("currency") or (included[0]["currency"] if included else customer["currency"] or "usd")
    days = given.get("days_until_due")
    invoice = open_draft(
        call,
        customer,
        currency,
        {
            "auto_advance": given.get("auto_advance", False),
            "collection_method": given.get("collection_method", "charge_automatically"),
            "custom_fields": given.get("custom_fields"),
            "description": given.get("description"),
            "due_date": given.get("due_date") or (call.now + days * _DAY if days is not None else None),
            "footer": given.get("footer"),
            "metadata": metadata(call),
        },
    )
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] is None:
        raise errors.missing_parameter("days_until_due")
    invoice["discounts"] = [
        d["id"] for d in discounts.apply(call, given.get("discounts"), customer["id"], invoice=invoice["id"])
    ]
    for item in reversed(included):
        call.store.put("invoiceitem", item["id"], item | {"invoice": invoice["id"]})
    return call.store.put("invoice", invoice["id"], current(call, invoice))


def _only_sent(given: Any) -> None:
    if given.get("collection_method", "charge_automatically") != "send_invoice":
        message = "You can only specify `due_date` or `days_until_due` if `collection_method` is `send_invoice`."
        raise errors.ApiError(message, param="days_until_due" if "days_until_due" in given else "due_date")


def open_draft(call: Call, customer: Object, currency: str, fields: Object) -> Object:
    """A draft for a customer, with everything that does not come from a request at its default."""
    blank: Object = {
        "account_country": "US",
        "account_name": "Fake account",
        "account_tax_ids": None,
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": whole_list([], ""),
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": call.now,
        "period_start": call.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None},
        "subtotal": 0,
        "subtotal_excluding_tax": 0,
        "test_clock": None,
        "total": 0,
        "total_discount_amounts": [],
        "total_excluding_tax": 0,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
        "_lines": [],
    }
    return create(call, "invoice", blank | fields)


def current(call: Call, invoice: Object) -> Object:
    """The invoice with its lines and sums as they are now. A draft follows its items; afterwards it is fixed."""
    if invoice["status"] != "draft":
        return invoice
    items = [item for item in call.store.all("invoiceitem") if item["invoice"] == invoice["id"]]
    known = {
        line["parent"]["invoice_item_details"]["invoice_item"]: line for line in invoice["lines"]["data"] if _is_item(line)
    }
    lines = [invoice_items.line_of_item(call, invoice["id"], item) for item in items]
    for line in lines:
        if before := known.get(line["parent"]["invoice_item_details"]["invoice_item"]):
            line["id"] = before["id"]
    invoice["lines"] = whole_list([*invoice["_lines"], *lines], f"/v1/invoices/{invoice['id']}/lines")
    subtotal = sum(line["amount"] for line in invoice["lines"]["data"])
    given = [found for name in invoice["discounts"] if (found := call.store.get("discount", name))]
    taken = discounts.taken_off(call, given, max(subtotal, 0))
    total = subtotal - sum(item["amount"] for item in taken)
    due = max(total, 0)
    invoice |= {"subtotal": subtotal, "subtotal_excluding_tax": subtotal, "total": total, "total_excluding_tax": total}
    invoice |= {"total_discount_amounts": taken, "amount_due": due, "amount_remaining": due}
    return invoice


def _is_item(line: Object) -> bool:
    return line["parent"]["type"] == "invoice_item_details"


def finalize(call: Call, invoice: Object) -> Object:
    """Fix a draft: it gets its number and is open, or paid where nothing is due."""
    invoice = current(call, invoice)
    customer = fetch(call, "customer", invoice["customer"])
    number = customer["next_invoice_sequence"]
    call.store.put("customer", customer["id"], customer | {"next_invoice_sequence": number + 1})
    token = call.token(40)
    invoice["status_transitions"]["finalized_at"] = call.now
    invoice |= {
        "status": "open",
        "number": f"{customer['invoice_prefix']}-{number:04}",
        "effective_at": call.now,
        "ending_balance": 0,
        "hosted_invoice_url": f"https://invoice.stripe.com/i/acct_fake/test_{token}",
        "invoice_pdf": f"https://pay.stripe.com/invoice/acct_fake/test_{token}/pdf",
    }
    save(call, invoice, "finalized")
    return mark_paid(call, invoice, 0) if invoice["amount_due"] == 0 else invoice


def mark_paid(call: Call, invoice: Object, amount: int) -> Object:
    invoice["status_transitions"]["paid_at"] = call.now
    invoice |= {"status": "paid", "amount_paid": amount, "amount_remaining": 0, "attempted": True}
    return save(call, invoice, "paid")


def collect(call: Call, invoice: Object, method: Object) -> Object:
    """Charge an open invoice to a payment method. Raises a kept `ApiError` when the card is declined."""
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    call.store.put("invoice", invoice["id"], invoice)
    fields = {"customer": invoice["customer"], "description": invoice["description"], "payment_method": method["id"]}
    payments.pay(call, payments.open_intent(call, invoice["amount_due"], invoice["currency"], fields), method)
    return mark_paid(call, invoice, invoice["amount_due"])


def _in_state(call: Call, *states: str) -> Object:
    invoice = fetch(call, "invoice")
    if invoice["status"] not in states:
        message = f"This invoice is {invoice['status']}; this is possible only while it is {' or '.join(states)}."
        raise errors.wrong_state(message, "invoice_not_editable" if states == ("draft",) else "invoice_status_invalid")
    return invoice


def _update(call: Call) -> Object:
    invoice = _in_state(call, "draft", "open")
    names = ("auto_advance", "collection_method", "custom_fields", "description", "due_date", "footer")
    invoice.update({name: call.params[name] for name in names if name in call.params})
    if "days_until_due" in call.params:
        invoice["due_date"] = call.now + call.params["days_until_due"] * _DAY
    merge_metadata(call, invoice)
    return save(call, current(call, invoice))


def _pay(call: Call) -> Object:
    invoice = _in_state(call, "draft", "open", "uncollectible")
    if invoice["status"] == "draft":
        invoice = finalize(call, invoice)
        if invoice["status"] == "paid":
            return invoice
    if call.params.get("paid_out_of_band"):
        return mark_paid(call, invoice, invoice["amount_due"])
    name = call.params.get("payment_method")
    method = resolve(call, name) if name else default_of(call, fetch(call, "customer", invoice["customer"]))
    if method is None:
        raise no_method()
    return collect(call, invoice, method)


def no_method() -> errors.ApiError:
    """The customer has nothing to pay with."""
    return errors.ApiError(
        "This customer has no attached payment source or default payment method. "
        "Please consider adding a default payment method.",
        code="resource_missing",
    )


def _end(state: str, moment: str, event: str, *states: str):
    def handle(call: Call) -> Object:
        invoice = _in_state(call, *states)
        invoice["status_transitions"][moment] = call.now
        invoice |= {"status": state, "auto_advance": False}
        if state == "void":
            invoice["amount_remaining"] = 0
        return save(call, invoice, event)

    return handle


def _send(call: Call) -> Object:
    invoice = _in_state(call, "draft", "open")
    return save(call, finalize(call, invoice) if invoice["status"] == "draft" else invoice, "sent")


def _delete(call: Call) -> Object:
    invoice = _in_state(call, "draft")
    for item in call.store.all("invoiceitem"):
        if item["invoice"] == invoice["id"]:
            call.store.remove("invoiceitem", item["id"])
    return delete(call, invoice)


def _list(call: Call) -> Object:
    items = [current(call, item) for item in call.store.all("invoice")]
    if wanted := call.params.get("subscription"):
        items = [i for i in items if i["parent"] and i["parent"]["subscription_details"]["subscription"] == wanted]
    return page(call, items, "collection_method", "customer", "status")


ROUTES: Routes = {
    "GET /v1/invoices": _list,
    "POST /v1/invoices": _create,
    "GET /v1/invoices/search": searching("invoice", "created", "currency", "customer", "number", "status", "total"),
    "GET /v1/invoices/{id}": lambda call: current(call, fetch(call, "invoice")),
    "POST /v1/invoices/{id}": _update,
    "DELETE /v1/invoices/{id}": _delete,
    "GET /v1/invoices/{id}/lines": lambda call: list_object(call, current(call, fetch(call, "invoice"))["lines"]["data"]),
    "POST /v1/invoices/{id}/finalize": lambda call: finalize(call, _in_state(call, "draft")),
    "POST /v1/invoices/{id}/pay": _pay,
    "POST /v1/invoices/{id}/send": _send,
    "POST /v1/invoices/{id}/void": _end("void", "voided_at", "voided", "open", "uncollectible"),
    "POST /v1/invoices/{id}/mark_uncollectible": _end(
        "uncollectible", "marked_uncollectible_at", "marked_uncollectible", "open"
    ),
    **invoice_items.ROUTES,
}
