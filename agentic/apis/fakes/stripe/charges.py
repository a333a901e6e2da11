"""Charges: what a payment intent makes when money moves, or fails to."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import balance
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    listing,
    retrieve,
    save,
    update,
)
from agentic.apis.fakes.stripe.disputes import dispute
from agentic.apis.fakes.stripe.payment_methods import Decline, decline_of
from agentic.apis.fakes.stripe.search import searching


def charge(call: Call, intent: Object, method: Object, *, captured: bool) -> Object:
    """Try to charge a payment intent's amount to a method; the charge says how it went."""
    decline = decline_of(method)
    customer = call.store.get("customer", intent["customer"]) if intent["customer"] else None
    made = create(
        call,
        "charge",
        {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if captured and not decline else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "AGENTIC FAKE",
            "captured": captured and not decline,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": decline.code if decline else None,
            "failure_message": decline.message if decline else None,
            "fraud_details": {},
            "metadata": intent["metadata"],
            "on_behalf_of": None,
            "outcome": _outcome(decline),
            "paid": not decline,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"card": _card(method, intent), "type": "card"},
            "radar_options": {},
            "receipt_email": intent["receipt_email"] or (customer["email"] if customer else None),
            "receipt_number": None,
            "receipt_url": None if decline else f"https://pay.stripe.com/receipts/payment/{call.token(40)}",
            "refunded": False,
            "review": None,
            "shipping": intent["shipping"],
            "source": None,
            "source_transfer": None,
            "statement_descriptor": intent["statement_descriptor"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": "failed" if decline else "succeeded",
            "transfer": None,
            "transfer_data": None,
            "transfer_group": intent["transfer_group"],
        },
    )
    return _settle(call, made, method["_card"]) if made["captured"] else made


def capture(call: Call, made: Object, amount: int) -> Object:
    """Take an authorised charge's money; what is not taken goes back."""
    made |= {"captured": True, "amount_captured": amount, "amount_refunded": made["amount"] - amount}
    return _settle(call, made, "")


def _settle(call: Call, made: Object, card: str) -> Object:
    entry = balance.enter(call, "charge", made, made["amount_captured"], available_now=card == "bypassPending")
    made["balance_transaction"] = entry["id"]
    if card == "createDispute":
        dispute(call, made)
    return save(call, made, "captured")


def _outcome(decline: Decline | None) -> Object:
    if decline is None:
        told = {"network_status": "approved_by_network", "reason": None, "seller_message": "Payment complete."}
        return told | {"risk_level": "normal", "risk_score": 12, "type": "authorized"}
    message = "The bank did not return any further details with this decline."
    told = {"network_status": "declined_by_network", "reason": decline.decline_code or decline.code, "seller_message": message}
    return told | {"risk_level": "normal", "risk_score": 12, "type": "issuer_declined"}


def _card(method: Object, intent: Object) -> Object:
    card = method["card"]
    names = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "regulated_status",
        "wallet",
    )
    more = {"amount_authorized": intent["amount"], "installments": None, "mandate": None, "network": card["brand"]}
    return {name: card[name] for name in names} | more | {"three_d_secure": None}


ROUTES: Routes = {
    "GET /v1/charges": listing("charge", "customer", "payment_intent", "transfer_group"),
    "GET /v1/charges/search": searching(
        "charge",
        "amount",
        "created",
        "currency",
        "customer",
        "disputed",
        "refunded",
        "status",
        "payment_method_details.card.last4",
    ),
    "GET /v1/charges/{id}": retrieve("charge"),
    "POST /v1/charges/{id}": update("charge", "description", "receipt_email", "shipping", "transfer_group"),
}
