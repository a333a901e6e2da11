"""`expand`: ids in an answer replaced by the objects they name, along dotted paths ("data.latest_charge.customer")."""

from typing import Any, cast

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe.call import Call, kind_of
from agentic.apis.fakes.stripe.errors import ApiError

_DEEPEST = 4
# Fields that are there only when asked for; the fake keeps them under an underscore.
_INCLUDABLE = {
    "line_items",
    "total_count",
    "sources",
    "subscriptions",
    "tax_ids",
    "tax",
    "cash_balance",
    "refunds",
    "tiers",
    "payments",
}
# Fields that hold ids which no prefix tells.
_KINDS = {"coupon": "coupon"}


def expand(call: Call, body: Object) -> Object:
    """The answer with everything expanded that the request asks for."""
    paths: list[str] = list(call.params.get("expand") or ())
    for path in paths:
        parts = path.split(".")
        if len(parts) - (parts[0] == "data") > _DEEPEST:
            raise ApiError(f"You cannot expand more than {_DEEPEST} levels of a property ({path}).", param="expand")
        _expand(call, body, parts, path)
    return body


def _expand(call: Call, place: Any, parts: list[str], path: str) -> None:
    if isinstance(place, list):
        for item in cast("list[Any]", place):
            _expand(call, item, parts, path)
        return
    if not isinstance(place, dict):
        return
    fields, name = cast("Object", place), parts[0]
    if name not in fields:
        if name not in _INCLUDABLE:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
        fields[name] = fields.get(f"_{name}")
    value = fields[name]
    if isinstance(value, str):
        kind = _KINDS.get(name) or kind_of(value)
        found = call.store.get(kind, value) if kind else None
        if found is None:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
        fields[name] = value = found
    elif value and all(isinstance(item, str) for item in cast("list[Any]", value)) and isinstance(value, list):
        ids = cast("list[str]", value)
        fields[name] = value = [call.store.get(kind_of(item) or "", item) or item for item in ids]
    if len(parts) > 1:
        _expand(call, value, parts[1:], path)
