"""Refunds of charges, whole and in parts."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import balance, errors
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    fetch,
    listing,
    metadata,
    retrieve,
    save,
    update,
)


def _create(call: Call) -> Object:
    charge = _charge(call)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left <= 0:
        raise errors.wrong_state(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if charge["disputed"]:
        raise errors.wrong_state(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")
    amount = call.params.get("amount", left)
    if amount < 1:
        raise errors.ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        what = "charge amount" if left == charge["amount_captured"] else "unrefunded amount on charge"
        raise errors.ApiError(
            f"Refund amount ({_money(amount, charge)}) is greater than {what} ({_money(left, charge)})", param="amount"
        )
    refund = create(
        call,
        "refund",
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "currency": charge["currency"],
            "customer": charge["customer"],
            "destination_details": {
                "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
                "type": "card",
            },
            "failure_balance_transaction": None,
            "metadata": metadata(call),
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "pending_reason": None,
            "reason": call.params.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
        },
    )
    refund.pop("livemode")
    refund["balance_transaction"] = balance.enter(call, "refund", refund, -amount)["id"]
    call.store.put("refund", refund["id"], refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    save(call, charge, "refunded")
    return refund


def _charge(call: Call) -> Object:
    given = call.params
    if "payment_intent" in given:
        intent = fetch(call, "payment_intent", given["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise errors.wrong_state(message, "payment_intent_unexpected_state", param="payment_intent")
        return fetch(call, "charge", intent["latest_charge"])
    if "charge" not in given:
        raise errors.ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    charge = fetch(call, "charge", given["charge"], "charge")
    if not charge["captured"]:
        raise errors.wrong_state(f"Charge {charge['id']} was not paid, so it cannot be refunded.", "charge_not_refundable")
    return charge


def _money(amount: int, charge: Object) -> str:
    return f"{amount} {charge['currency']} in its smallest unit"


ROUTES: Routes = {
    "GET /v1/refunds": listing("refund", "charge", "payment_intent"),
    "POST /v1/refunds": _create,
    "GET /v1/refunds/{id}": retrieve("refund"),
    "POST /v1/refunds/{id}": update("refund"),
}
