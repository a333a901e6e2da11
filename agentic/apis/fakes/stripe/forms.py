"""Stripe's request bodies: forms with brackets (`items[0][price]`, `metadata[a]`, `expand[]`) to nested values."""

import re
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import parse_qsl

_FIRST = re.compile(r"[^\[\]]+")
_REST = re.compile(r"\[([^\[\]]*)\]")


class MalformedFormError(ValueError):
    """A name in the form cannot be read."""


def decode(*texts: str) -> dict[str, Any]:
    """The nested values of url-encoded texts (query string, body). Every leaf is a text. Raises `MalformedFormError`."""
    root: dict[str, Any] = {}
    for text in texts:
        for name, value in parse_qsl(text, keep_blank_values=True):
            _place(root, list(_parts(name)), value, name)
    return _with_lists(root)


def _parts(name: str) -> Iterable[str]:
    first = _FIRST.match(name)
    if not first or not re.fullmatch(rf"(?:{_REST.pattern})*", name[first.end() :]):
        raise MalformedFormError(name)
    return [first[0], *_REST.findall(name[first.end() :])]


def _place(root: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    place = root
    for part in parts[:-1]:
        # "[]" appends: it stands for the next number.
        inner: Any = place.setdefault(part or str(len(place)), {})
        if not isinstance(inner, dict):
            raise MalformedFormError(name)
        place = cast("dict[str, Any]", inner)
    place[parts[-1] or str(len(place))] = value


def _with_lists(value: Any) -> Any:
    """Dictionaries whose keys are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    fields = {key: _with_lists(item) for key, item in cast("dict[str, Any]", value).items()}
    if fields and all(key.isdecimal() for key in fields):
        return [fields[key] for key in sorted(fields, key=int)]
    return fields
