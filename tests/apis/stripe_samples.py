"""A plausible value for each parameter in the fake's table, as a form writes it."""

from collections.abc import Iterator
from typing import Any, cast

_PLAIN: dict[str, Any] = {"str": "x", "int": "1", "bool": "true", "decimal": "1.5", "map": {"a": "b"}}
# Where any text will do for the table, and not for Stripe.
_BY_NAME = {"type": "card", "locale": "en", "purpose": "dispute_evidence", "allowed_countries": ["US"]}
_KINDS_OF_PAYMENT = "payment_method_types"


def sample(name: str, kind: Any) -> Any:
    """A value of this kind; None where the table does not say what it is. Of an object what is required, else one field."""
    if name.endswith(_KINDS_OF_PAYMENT):
        return ["card"]
    if name in _BY_NAME and kind in ("str", {"[]": "str"}):
        return _BY_NAME[name]
    if name == "card" and "token" in kind:
        return {"token": "tok_visa"}
    if isinstance(kind, str):
        return _PLAIN.get(kind)
    if isinstance(kind, list):
        return next((choice for choice in cast("list[str]", kind) if choice), "")
    if "[]" in kind:
        inner = sample("", kind["[]"])
        return None if inner is None else [inner]
    fields = {key: sample(key.removesuffix("!"), inner) for key, inner in cast("dict[str, Any]", kind).items()}
    required = {key[:-1]: value for key, value in fields.items() if key.endswith("!")}
    if required:
        return None if None in required.values() else required
    return next(({key: value} for key, value in fields.items() if value is not None), None)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a form for nested values: items[0][price]."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from flat(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from flat(inner, f"{name}[{number}]")
    else:
        yield name, str(value)
