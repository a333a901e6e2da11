"""Checks a request's parameters against the table of what Stripe's API takes, and gives them their types.

The table (`parameters.json`) is made from the SDK's types, one schema per operation ("POST /v1/customers"): a name ends in "!"
where it is required; a value is "str", "int", "bool", "decimal", "map", "any", a list of the texts allowed, `{"[]": schema}`
for a list, or an object of the same form.
"""

import functools
import json
import re
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any, cast

from agentic.apis.fakes.stripe import errors

# docs.stripe.com/changelog/endive/2026-09-30: what requests for older versions of the API may still send, and what the newer
# ones refuse with a code of its own.
_ENDIVE = "2026-09-30"
_TYPES = "payment_method_types"
_INTENTS = (
    *("POST /v1/payment_intents", "POST /v1/payment_intents/{id}", "POST /v1/payment_intents/{id}/confirm"),
    *("POST /v1/setup_intents", "POST /v1/setup_intents/{id}"),
)
_BEFORE_ENDIVE = (*_INTENTS, "POST /v1/checkout/sessions")
_LARGEST = 99_999_999


def check(operation: str, values: dict[str, Any], version: str) -> dict[str, Any]:
    """The typed parameters of a request for a version of the API. Raises `ApiError` as the API would."""
    schema = _table()[operation]
    if operation in _BEFORE_ENDIVE and version < _ENDIVE:
        schema = schema | {_TYPES: {"[]": "str"}}
    elif operation in _INTENTS and _TYPES in values:
        raise errors.ApiError(
            f"The parameter {_TYPES} is not supported in this API version. Use allowed_{_TYPES}, or leave it out.",
            code=f"{_TYPES}_no_longer_supported",
            param=_TYPES,
        )
    return _object(schema, values, "")


@functools.cache
def _table() -> dict[str, Any]:
    return json.loads(resources.files(__package__).joinpath("parameters.json").read_text("utf-8"))


def _object(schema: dict[str, Any], values: dict[str, Any], prefix: str) -> dict[str, Any]:
    kinds = {name.removesuffix("!"): kind for name, kind in schema.items()}
    for name in values:
        if name not in kinds:
            raise errors.unknown_parameter(_path(prefix, name))
    for name in schema:
        if name.endswith("!") and name[:-1] not in values:
            raise errors.missing_parameter(_path(prefix, name[:-1]))
    return {name: _value(kinds[name], value, _path(prefix, name), f"{name}!" in schema) for name, value in values.items()}


def _value(kind: Any, value: Any, path: str, required: bool) -> Any:
    if kind == "any":
        return value
    if value == "":
        # An empty text unsets: a null for what holds a value, an empty collection for what holds many.
        if required or kind in ("int", "bool"):
            raise errors.empty_parameter(path)
        return {} if kind == "map" else [] if isinstance(kind, dict) and "[]" in kind else None
    if isinstance(kind, dict):
        return _nested(cast("dict[str, Any]", kind), value, path)
    if kind == "map":
        return _map(value, path)
    if not isinstance(value, str):
        raise errors.ApiError(f"Invalid string: {json.dumps(value)}", param=path)
    if isinstance(kind, list):
        return _choice(cast("list[str]", kind), value, path)
    return _SCALARS[kind](value, path)


def _nested(kind: dict[str, Any], value: Any, path: str) -> Any:
    if "[]" in kind:
        if not isinstance(value, list):
            raise errors.ApiError("Invalid array", param=path)
        return [_value(kind["[]"], item, f"{path}[{number}]", True) for number, item in enumerate(cast("list[Any]", value))]
    if not isinstance(value, dict):
        raise errors.ApiError("Invalid object", param=path)
    return _object(kind, cast("dict[str, Any]", value), path)


def _map(value: Any, path: str) -> dict[str, str]:
    # A map whose keys are all numbers was read as a list.
    if isinstance(value, list):
        value = {str(number): item for number, item in enumerate(cast("list[Any]", value))}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in cast("dict[str, Any]", value).values()):
        raise errors.ApiError("Invalid object", param=path)
    return cast("dict[str, str]", value)


def _choice(choices: list[str], value: str, path: str) -> str:
    if value not in choices:
        named = f"{', '.join(choices[:-1])}, or {choices[-1]}" if len(choices) > 1 else choices[0]
        raise errors.ApiError(f"Invalid {path}: must be one of {named}", param=path)
    return value


def _text(value: str, path: str) -> str:
    if path.rpartition("[")[2].rstrip("]") == "currency":
        return _currency(value, path)
    if path.rpartition("[")[2].rstrip("]") in ("email", "receipt_email") and not re.fullmatch(
        r"[^@\s]+@[^@\s]+\.[^@\s]+", value
    ):
        raise errors.ApiError(f"Invalid email address: {value}", code="email_invalid", param=path)
    if len(value) > 5000:
        raise errors.ApiError(f"Invalid string: {value[:20]}…; must be at most 5000 characters", param=path)
    return value


def _integer(value: str, path: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", value):
        raise errors.ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    number = int(value)
    if path == "limit" and not 1 <= number <= 100:
        raise errors.ApiError(
            f"This value must be between 1 and 100 (it currently is '{number}').", code="parameter_invalid_integer", param=path
        )
    if path.rpartition("[")[2].rstrip("]") in _AMOUNTS:
        if number < 0:
            raise errors.ApiError("Invalid non-negative integer", code="parameter_invalid_integer", param=path)
        if number > _LARGEST:
            raise errors.ApiError(f"Amount must be no more than {_LARGEST}", code="amount_too_large", param=path)
    return number


# Amounts that cannot be negative; an invoice item's can.
_AMOUNTS = {"unit_amount", "amount_off", "quantity"}


def _boolean(value: str, path: str) -> bool:
    if value not in ("true", "false"):
        raise errors.ApiError(f"Invalid boolean: {value}", param=path)
    return value == "true"


def _decimal(value: str, path: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise errors.ApiError(f"Invalid decimal: {value}", code="parameter_invalid_decimal", param=path)
    return value


def _currency(value: str, path: str) -> str:
    code = value.lower()
    if code not in CURRENCIES:
        raise errors.ApiError(f"Invalid currency: {value}. It must be a three-letter code that Stripe supports.", param=path)
    return code


def _path(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


_SCALARS = {"str": _text, "int": _integer, "bool": _boolean, "decimal": _decimal}

# docs.stripe.com/currencies
_CURRENCIES = (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp"
    " cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr"
    " isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn"
    " nad ngn nio nok npr nzd pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std"
    " szl thb tjs top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd jod kwd omr tnd"
)
CURRENCIES = frozenset(_CURRENCIES.split())
