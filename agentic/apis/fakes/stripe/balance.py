"""The account's balance, and the transactions that make it."""

from collections import defaultdict

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe.call import Call, Routes, fetch, listing, new_id

_DAY = 86_400
# What Stripe takes of a card payment in the US: 2.9 % and 30 of the smallest unit.
_PERCENT, _FIXED = 0.029, 30
_PAYOUT_DELAY = 2 * _DAY


def enter(call: Call, kind: str, source: Object, amount: int, *, available_now: bool = False) -> Object:
    """Enter a movement of the balance: a charge with its fee, or a refund (negative, without)."""
    fee = round(amount * _PERCENT) + _FIXED if kind == "charge" else 0
    fee = min(fee, max(amount, 0))
    available_on = call.now if available_now or amount < 0 else (call.now + _PAYOUT_DELAY) // _DAY * _DAY
    details = {"amount": fee, "application": None, "currency": source["currency"], "description": "Stripe processing fees"}
    identifier = new_id(call, "balance_transaction")
    return call.store.put(
        "balance_transaction",
        identifier,
        {
            "id": identifier,
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": call.now,
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [details | {"type": "stripe_fee"}] if fee else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source["id"],
            "status": "available" if available_on <= call.now else "pending",
            "type": kind,
        },
    )


def _current(call: Call, entry: Object) -> Object:
    return entry | {"status": "available" if entry["available_on"] <= call.now else "pending"}


def _balance(call: Call) -> Object:
    sums: dict[str, dict[str, int]] = {"available": defaultdict(int), "pending": defaultdict(int)}
    for entry in call.store.all("balance_transaction"):
        for name, total in sums.items():
            total[entry["currency"]] += entry["net"] if _current(call, entry)["status"] == name else 0

    def amounts(name: str) -> list[Object]:
        total = sums[name] or {"usd": 0}
        return [{"amount": total[code], "currency": code, "source_types": {"card": total[code]}} for code in sorted(total)]

    return {
        "object": "balance",
        "available": amounts("available"),
        "livemode": False,
        "pending": amounts("pending"),
    }


def _list(call: Call) -> Object:
    answer = listing("balance_transaction", "currency", "source", "type")(call)
    return answer | {"data": [_current(call, entry) for entry in answer["data"]]}


ROUTES: Routes = {
    "GET /v1/balance": _balance,
    "GET /v1/balance_transactions": _list,
    "GET /v1/balance_transactions/{id}": lambda call: _current(call, fetch(call, "balance_transaction")),
}
