"""Reads a request's JSON body and query into the dataclasses that the routes declare; all faults at once, in words."""

import json
import math
import re
import types
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, cast, get_args, get_origin

from agentic.serving.declared import fields_of, is_required
from agentic.serving.problems import Problem

_SHOWN_FAULTS = 5


def read_body(kind: type, content: bytes) -> Any:
    """A `kind` from JSON. Raises `Problem`: 400 for what is no JSON object, 422 for one with faults."""
    try:
        value = json.loads(content)
        # Halves of characters: no service stores them.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise Problem(400, "malformed", "the body is no JSON text in UTF-8") from None
    if not isinstance(value, dict):
        raise Problem(400, "malformed", "the body must be a JSON object")
    given = cast("dict[str, Any]", value)
    known = fields_of(kind)
    faults = [f"{name!r} is no field of this request"[:120] for name in given if name not in known]
    values: dict[str, Any] = {}
    for name, (wanted, item) in known.items():
        if name in given:
            values[name] = _read(given[name], wanted, item.metadata, name, faults)
        elif is_required(item):
            faults.append(f"{name} is missing")
    _check(faults)
    return kind(**values)


def read_query(kind: type, given: Sequence[tuple[str, str]]) -> Any:
    """A `kind` from the query's pairs; what it does not declare is passed over. Raises `Problem` 422."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    for name, (wanted, item) in fields_of(kind).items():
        texts = [text for key, text in given if key == name]
        if len(texts) > 1:
            faults.append(f"{name} is given {len(texts)} times")
        elif texts:
            values[name] = _read(_of_text(texts[0], wanted), wanted, item.metadata, name, faults)
        elif is_required(item):
            faults.append(f"{name} is missing")
    _check(faults)
    return kind(**values)


def _check(faults: list[str]) -> None:
    if faults:
        more = f" (and {len(faults) - _SHOWN_FAULTS} more)" if len(faults) > _SHOWN_FAULTS else ""
        raise Problem(422, "invalid", "; ".join(faults[:_SHOWN_FAULTS]) + more, hint="GET /openapi.json says what is taken")


def _of_text(text: str, wanted: Any) -> Any:
    """A query's text as the JSON value that it stands for; what it cannot stand for stays a text, and is a fault then."""
    if wanted in (int, float) and re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", text, re.ASCII):
        return float(text) if "." in text else int(text)
    if wanted is bool and text in ("true", "false"):
        return text == "true"
    return text


def _read(value: Any, wanted: Any, bounds: Mapping[str, Any], name: str, faults: list[str]) -> Any:
    if isinstance(wanted, types.UnionType):
        kinds = [kind for kind in get_args(wanted) if kind is not types.NoneType]
        return None if value is None else _read(value, kinds[0], bounds, name, faults)
    if get_origin(wanted) is Mapping:
        return _mapping(value, bounds, name, faults)
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        if value in list(wanted):
            return wanted(value)
        faults.append(f"{name} must be one of {', '.join(wanted)}")
        return None
    if not _is(value, wanted):
        faults.append(f"{name} must be {_WORDS[wanted]}")
        return None
    found = _beyond(value, bounds)
    if found:
        faults.append(f"{name} {found}")
    return value


_WORDS: Mapping[Any, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _is(value: Any, wanted: Any) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if wanted is int and isinstance(value, float):
        # JSON knows no whole numbers: 5.0 is one.
        return value.is_integer()
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))


def _beyond(value: Any, bounds: Mapping[str, Any]) -> str:
    if isinstance(value, str):
        least, most = bounds.get("minLength", 0), bounds.get("maxLength", math.inf)
        if not least <= len(value) <= most:
            return f"must have {least} to {most} characters, not {len(value)}"
        if "pattern" in bounds and not re.search(bounds["pattern"], value):
            return str(bounds.get("words", f"must match {bounds['pattern']}"))
        if "enum" in bounds and value not in bounds["enum"]:
            return f"must be one of {', '.join(filter(None, bounds['enum']))}"
    elif not isinstance(value, bool) and not bounds.get("minimum", -math.inf) <= value <= bounds.get("maximum", math.inf):
        return f"must be from {bounds.get('minimum')} to {bounds.get('maximum')}"
    return ""


def _mapping(value: Any, bounds: Mapping[str, Any], name: str, faults: list[str]) -> dict[str, float]:
    if not isinstance(value, dict):
        faults.append(f"{name} must be an object of numbers by name")
        return {}
    given = cast("dict[str, Any]", value)
    unknown = [key for key in given if key not in bounds["keys"]]
    if unknown:
        faults.append(f"{name} has no {unknown[0]!r}"[:120] + f"; there are {', '.join(bounds['keys'])}")
    numbers = {key: number for key, number in given.items() if _is(number, float)}
    if len(numbers) < len(given):
        faults.append(f"{name} must have numbers as values")
    return {key: float(number) for key, number in numbers.items()}
