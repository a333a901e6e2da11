"""One request as the families of resources see it, and what they all do with objects: make, find, list, update."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.apis.fakes.store import Object, ObjectStore, UnknownCursorError, page_by_cursor
from agentic.apis.fakes.stripe import errors

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request: its typed parameters, the ids in its path, and the world that it changes.

    `token(n)` gives n random letters and digits; `now` is in seconds.
    """

    store: ObjectStore
    params: Mapping[str, Any]
    ids: tuple[str, ...]
    path: str
    now: int
    request_id: str
    token: Callable[[int], str]


Handler = Callable[[Call], Object]
Routes = Mapping[str, Handler]

# Kind to the prefix and length of its ids. Where Stripe puts the account's part first, ours is random as well.
_IDS = {
    "balance_transaction": ("txn_", 24),
    "charge": ("ch_", 24),
    "checkout.session": ("cs_test_", 58),
    "coupon": ("", 8),
    "customer": ("cus_", 14),
    "customer_balance_transaction": ("cbtxn_", 24),
    "discount": ("di_", 24),
    "dispute": ("du_", 24),
    "event": ("evt_", 24),
    "file": ("file_", 24),
    "invoice": ("in_", 24),
    "invoiceitem": ("ii_", 24),
    "item": ("li_", 24),
    "line_item": ("il_", 24),
    "payment_intent": ("pi_", 24),
    "payment_link": ("plink_", 24),
    "payment_method": ("pm_", 24),
    "price": ("price_", 24),
    "product": ("prod_", 14),
    "promotion_code": ("promo_", 24),
    "refund": ("re_", 24),
    "setup_intent": ("seti_", 24),
    "subscription": ("sub_", 24),
    "subscription_item": ("si_", 14),
}


def new_id(call: Call, kind: str) -> str:
    prefix, length = _IDS[kind]
    return prefix + call.token(length)


def kind_of(identifier: str) -> str | None:
    """The kind whose ids have this form; None for one that is not told by its prefix."""
    prefix = f"{identifier.rpartition('_')[0]}_"
    return next((kind for kind, (known, _) in _IDS.items() if known == prefix), None)


def create(call: Call, kind: str, fields: Object, identifier: str | None = None) -> Object:
    """A new object of a kind with its id, `object`, `created`, `livemode`, and the event that it was made."""
    identifier = identifier or new_id(call, kind)
    known: Object = {"id": identifier, "object": kind, "created": call.now, "livemode": False}
    value = call.store.put(kind, identifier, known | fields)
    emit(call, f"{kind}.created", value)
    return value


def emit(call: Call, name: str, value: Object) -> None:
    """Record an event about an object as it is now."""
    identifier = new_id(call, "event")
    call.store.put(
        "event",
        identifier,
        {
            "id": identifier,
            "object": "event",
            "api_version": API_VERSION,
            "created": call.now,
            "data": {"object": value},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": call.request_id, "idempotency_key": None},
            "type": name,
        },
    )


def save(call: Call, value: Object, event: str = "updated") -> Object:
    """Keep a changed object and record the event."""
    call.store.put(value["object"], value["id"], value)
    emit(call, f"{value['object']}.{event}", value)
    return value


def fetch(call: Call, kind: str, identifier: str | None = None, param: str = "") -> Object:
    """An object, by default the one that the path names. Raises `ApiError` where it is not there or was deleted."""
    identifier = call.ids[0] if identifier is None else identifier
    value = call.store.get(kind, identifier)
    if value is None or value.get("deleted"):
        raise errors.no_such(kind, identifier, param)
    return value


def delete(call: Call, value: Object) -> Object:
    """Forget an object; the answer is the API's note that it is gone."""
    call.store.remove(value["object"], value["id"])
    gone = {"id": value["id"], "object": value["object"], "deleted": True}
    emit(call, f"{value['object']}.deleted", value)
    return gone


def retrieve(kind: str) -> Handler:
    """The handler that answers with the object the path names."""
    return lambda call: fetch(call, kind)


def update(kind: str, *names: str) -> Handler:
    """The handler that sets the named fields, merging metadata."""

    def handle(call: Call) -> Object:
        value = fetch(call, kind)
        value.update({name: call.params[name] for name in names if name in call.params})
        merge_metadata(call, value)
        return save(call, value)

    return handle


def merge_metadata(call: Call, value: Object) -> None:
    """Metadata is merged key by key: an empty value unsets its key, an empty text unsets all."""
    given = call.params.get("metadata")
    if given is None:
        return
    merged: dict[str, str] = {} if not given else value["metadata"] | given
    value["metadata"] = {key: text for key, text in merged.items() if text != ""}


def metadata(call: Call) -> dict[str, str]:
    """The metadata of an object that is being made."""
    given: dict[str, str] = call.params.get("metadata") or {}
    return {key: text for key, text in given.items() if text != ""}


def listing(kind: str, *filters: str) -> Handler:
    """The handler that lists a kind, newest first, by the named fields, `created`, `limit` and the cursors."""

    def handle(call: Call) -> Object:
        return page(call, call.store.all(kind), *filters)

    return handle


def page(call: Call, items: list[Object], *filters: str) -> Object:
    """One page of the items that fit the request's filters. A filter's field may be an object with an id."""
    for name in filters:
        if name in call.params:
            items = [item for item in items if _plain(item.get(name)) == call.params[name]]
    for name in ("created", "due_date", "current_period_end"):
        if name in call.params:
            items = [item for item in items if in_range(item.get(name), call.params[name], name)]
    return list_object(call, [item for item in items if not item.get("deleted")])


def list_object(call: Call, items: list[Object]) -> Object:
    """A list in Stripe's form: the page that the cursors and the limit ask for."""
    cursors = {name: call.params.get(name) for name in ("starting_after", "ending_before")}
    try:
        part = page_by_cursor(items, call.params.get("limit", 10), **cursors)
    except UnknownCursorError as unknown:
        name = next(name for name, cursor in cursors.items() if cursor == str(unknown))
        raise errors.no_such((kind_of(str(unknown)) or "object"), str(unknown), name) from None
    return {"object": "list", "data": list(part.items), "has_more": part.has_more, "url": call.path}


def whole_list(items: list[Object], url: str) -> Object:
    """A list inside an object, complete."""
    return {"object": "list", "data": items, "has_more": False, "url": url, "total_count": len(items)}


_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "gt": int.__gt__,
    "gte": int.__ge__,
    "lt": int.__lt__,
    "lte": int.__le__,
}


def in_range(actual: int | None, wanted: Any, name: str) -> bool:
    """Whether a time is the one wanted, or within the range wanted ({"gte": "1700000000"})."""
    ranges = cast("dict[str, Any]", wanted) if isinstance(wanted, dict) else {"": wanted}
    for comparison, text in ranges.items():
        path = f"{name}[{comparison}]" if comparison else name
        if comparison and comparison not in _COMPARISONS:
            raise errors.unknown_parameter(path)
        bound = timestamp(text, path)
        if actual is None or not (_COMPARISONS[comparison](actual, bound) if comparison else actual == bound):
            return False
    return True


def timestamp(text: Any, path: str) -> int:
    """A time given in seconds."""
    try:
        return int(text)
    except (TypeError, ValueError):
        raise errors.ApiError(f"Invalid integer: {text}", code="parameter_invalid_integer", param=path) from None


def _plain(value: Any) -> Any:
    return cast("Object", value).get("id", value) if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType]
