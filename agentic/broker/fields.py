"""The fields of a request, from its query and its form, JSON or multipart body, as (name, value) pairs.

Names are as a form writes them: `card[number]`, `items[0][price]`; JSON is read into the same form.
"""

import email.message
import email.parser
import email.policy
import json
import re
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import parse_qsl

from agentic.core.wire import Headers

FIELD_LIMIT = 5000
_DEPTH_LIMIT = 60
_NAME_PARTS = re.compile(r"[^\[\].]+")


class FieldError(Exception):
    """A body that cannot be read without doubt; the text says why."""


def query_fields(query: str) -> list[tuple[str, Any]]:
    return _pairs(query)


def body_fields(headers: Headers, body: bytes, *, strict: bool) -> list[tuple[str, Any]]:
    """The body's fields. `strict`: raises `FieldError` for a body that is no form, JSON or multipart; else it has none."""
    if not body:
        return []
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            return _pairs(_text(body))
        if kind == "application/json" or kind.endswith("+json"):
            return list(_flatten("", json.loads(_text(body), object_pairs_hook=_Pairs), 0))[:FIELD_LIMIT]
        if kind == "multipart/form-data":
            return _multipart(content_type, body)
    except (ValueError, RecursionError) as error:
        if strict:
            raise FieldError(f"the body is not {kind}: {type(error).__name__}") from error
        return []
    if strict:
        raise FieldError(f"a body of type {kind or 'unknown'}")
    return []


def field_path(name: str) -> tuple[str, ...]:
    """`items[0][price]` as ("items", "price"): positions in lists are no names."""
    return tuple(part for part in _NAME_PARTS.findall(name) if not part.isdigit())


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every pair it was sent with, so that a name given twice is seen twice."""


def _text(body: bytes) -> str:
    text = body.decode("utf-8")
    if "\x00" in text:
        raise ValueError("null characters")
    return text


def _pairs(text: str) -> list[tuple[str, Any]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT, errors="strict")
    except ValueError as error:
        raise FieldError(f"not a form: {type(error).__name__}") from error


def _flatten(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEPTH_LIMIT:
        raise FieldError("JSON that is nested too deeply")
    if isinstance(value, _Pairs):
        for key, item in value:
            yield from _flatten(f"{name}[{key}]" if name else key, item, depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(cast("list[Any]", value)):
            yield from _flatten(f"{name}[{number}]", item, depth + 1)
    else:
        yield name, value


def _multipart(content_type: str, body: bytes) -> list[tuple[str, Any]]:
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
    if not message.is_multipart() or message.defects:
        raise ValueError("broken multipart")
    fields: list[tuple[str, Any]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or part.defects:
            raise ValueError("a part without a name")
        fields.append((name, _part_value(part)))
    return fields


def _part_value(part: email.message.MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_filename() is not None:
        return f"[file of {len(data):,} bytes]"
    return data.decode("utf-8", "replace")
