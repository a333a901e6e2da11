"""Disputes: made by a test card, answered with evidence. Nobody decides them, so they stay under review."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import Call, Routes, create, fetch, listing, merge_metadata, retrieve, save

# Of the evidence, what is told by the id of a file.
_FILES = (
    *("cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation", "receipt"),
    *("refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file"),
)


def dispute(call: Call, charge: Object) -> None:
    """A buyer's bank takes a charge back."""
    charge["disputed"] = True
    create(
        call,
        "dispute",
        {
            "amount": charge["amount"],
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": call.now + 7 * 86_400,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "metadata": {},
            "network_reason_code": "10",
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback"}, "type": "card"},
            "reason": "fraudulent",
            "status": "needs_response",
        },
    )


def _update(call: Call) -> Object:
    """Evidence is gathered until it is submitted, which is what an update does unless it says otherwise."""
    found, given = fetch(call, "dispute"), call.params
    evidence: Object = given.get("evidence") or {}
    if evidence and found["status"] != "needs_response":
        raise errors.wrong_state("This dispute is already closed or its evidence was already submitted.", "dispute_not_open")
    for name in _FILES:
        if identifier := evidence.get(name):
            file = fetch(call, "file", identifier, f"evidence[{name}]")
            if file["purpose"] != "dispute_evidence":
                raise errors.ApiError("A file for this needs the purpose dispute_evidence.", param=f"evidence[{name}]")
    found["evidence"] |= evidence
    details = found["evidence_details"]
    details["has_evidence"] = bool(found["evidence"])
    if evidence and given.get("submit", True):
        details["submission_count"] += 1
        found["status"] = "under_review"
    merge_metadata(call, found)
    return save(call, found)


ROUTES: Routes = {
    "GET /v1/disputes": listing("dispute", "charge", "payment_intent"),
    "GET /v1/disputes/{id}": retrieve("dispute"),
    "POST /v1/disputes/{id}": _update,
}
