"""A request's fields for a person: what stands in its query and body, each on a line of its own that shows all of it."""

import json
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from agentic.broker.question import shown


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written: a name that stands in it twice is shown twice."""


class _Literal(str):
    """A number of a JSON text, in its own spelling."""

    __slots__ = ()


def fields_of(url: str, body: str) -> tuple[tuple[str, str], ...]:
    """Name and value of each field, in order; none for a body that has no fields (it is shown as it is)."""
    query = [(name, _text(value)) for name, value in _form(urlsplit(url).query)]
    return tuple((_text(name), value) for name, value in (*query, *_body(body)))


def _body(body: str) -> Iterator[tuple[str, str]]:
    if body.lstrip()[:1] in {"{", "["}:
        try:
            content = json.loads(body, object_pairs_hook=_Pairs, parse_int=_Literal, parse_float=_Literal)
        except (ValueError, RecursionError):
            return
        yield from _leaves("", content)
    elif "=" in body and not any(character in body for character in "\r\n\t <"):
        yield from ((name, _text(value)) for name, value in _form(body))


def _form(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="backslashreplace")


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Pairs) and value:
        for key, inner in value:
            yield from _leaves(f"{name}.{key}" if name else key, inner)
    elif type(value) is list and value:
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _leaves(f"{name}[{number}]", inner)
    elif isinstance(value, _Literal):
        yield name, str(value)
    else:
        yield name, "{}" if isinstance(value, _Pairs) else shown(json.dumps(value, ensure_ascii=False))


def _text(value: str) -> str:
    """On one line and without a doubt: what is not plain text stands as in JSON."""
    plain = value.isprintable() and "\\" not in value and '"' not in value and value == " ".join(value.split())
    return value if plain else shown(json.dumps(value, ensure_ascii=False))
