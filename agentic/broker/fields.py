"""The fields of a request, from its query and its form, JSON or multipart body, as (name, value) pairs.

Names are as a form writes them: `card[number]`, `items[0][price]`; JSON is read into the same form. A body that servers
could read in two ways is an error, never repaired: what is judged here is, byte for byte, what the API gets.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote_plus

from agentic.broker.multipart import multipart_fields
from agentic.core.wire import Headers

FIELD_LIMIT = 100_000
_DEPTH_LIMIT = 60
_NAME_PARTS = re.compile(r"[^\[\].]+")
_FOLDED = re.compile(r"[\W_]+")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Encoded as browsers and SDKs do it. A raw semicolon separates fields for some servers, and blanks are skipped by some.
_FORM = re.compile(rb"[!-:<-~]*")
_FORM_TYPE = "application/x-www-form-urlencoded"
_UTF8 = re.compile(r'\s*;\s*charset\s*=\s*"?utf-8"?\s*', re.IGNORECASE)
_FORM_NAMES = re.compile(rb"(?:^|[&;\s])([^&;=\s]{1,100})")
_OVERRIDE_PART = re.compile(rb"""name\s*=\s*["']?_method\b""", re.IGNORECASE)
_METHOD_OVERRIDES = frozenset({"_method", "x_http_method_override", "x_http_method", "x_method_override", "_http_method"})


class FieldError(Exception):
    """Fields that cannot be read without doubt; the text says why."""


def query_fields(query: str) -> list[tuple[str, Any]]:
    """The query's fields. Raises `FieldError`. A semicolon is part of a value, because it is sent as %3B."""
    return _pairs(query)


def body_fields(headers: Headers, body: bytes) -> list[tuple[str, Any]] | None:
    """The body's fields; None for a body of a type that has none that we know. Raises `FieldError`."""
    if not body:
        return []
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "").strip()
    # Some servers end the type at a comma.
    kind = re.split(r"[;,\s]", content_type, maxsplit=1)[0].lower()
    if not kind and body.lstrip()[:1] in (b"{", b"["):
        # Some servers take JSON alone and read it as such; to others, what has no type is a form.
        return _checked([*_json(body), *_names_of_a_form(body.decode("utf-8"))])
    json_kind = kind == "application/json" or kind.endswith("+json")
    if kind != "multipart/form-data" and (kind == _FORM_TYPE or json_kind):
        parameters = content_type[len(kind) :]
        if parameters and not _UTF8.fullmatch(parameters):
            raise FieldError(f"a Content-Type with more than charset=utf-8: {content_type[:80]!r}")
        return _checked(_json(body) if json_kind else _form(body))
    if kind == "multipart/form-data":
        try:
            return _checked(multipart_fields(content_type, body))
        except ValueError as error:
            raise FieldError(f"the body is not {kind}: {error}") from error
    return None


def field_path(name: str) -> tuple[str, ...]:
    """`items[0][price]` as ("items", "price"): positions in lists are no names."""
    return tuple(part for part in _NAME_PARTS.findall(name) if not part.isdigit())


def reaches(names: Iterable[str], refused: tuple[str, ...]) -> str:
    """The first of `refused` (dotted names) that one of `names` is or lies within, however it is spelled; or "".

    Compared by letters and digits alone, in any case: to some servers `transfer.data`, `Transfer_Data` and a full-width
    spelling are all `transfer_data`.
    """
    wanted = _wanted(refused)
    longest = max(map(len, wanted), default=0)
    for name in names:
        so_far = ""
        for part in field_path(name):
            so_far += _folded(part)
            if so_far in wanted:
                return wanted[so_far]
            if len(so_far) > longest:  # A name of a million brackets must not cost a million looks at it.
                break
    return ""


def method_override(names: Iterable[str]) -> str:
    """The first of `names` by which frameworks let a request name another method than its own; or ""."""
    return next((name for name in names if re.sub(r"[^0-9a-z]", "_", name.casefold()) in _METHOD_OVERRIDES), "")


def may_override_method(headers: Headers, body: bytes) -> bool:
    """Whether a body that `body_fields` does not read could still be a form with such a field to some framework."""
    kind = next((value.strip().lower() for name, value in headers if name.lower() == "content-type"), "")
    if kind.startswith("multipart/"):
        return _OVERRIDE_PART.search(body) is not None
    # To some, a body without a type is a form.
    return not kind and bool(method_override(unquote_plus(name.decode("latin-1")) for name in _FORM_NAMES.findall(body)))


@functools.cache
def _wanted(refused: tuple[str, ...]) -> dict[str, str]:
    return {_folded(name): name for name in refused}


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every pair it was sent with, so that a name given twice is seen twice."""


def _folded(name: str) -> str:
    return _FOLDED.sub("", unicodedata.normalize("NFKC", name).casefold())


def _form(body: bytes) -> list[tuple[str, Any]]:
    if body.startswith((b"{", b"[")):
        # Servers that take JSON alone read it as such, whatever its type says.
        raise FieldError("JSON that says it is a form; send it as application/json")
    if not _FORM.fullmatch(body):
        raise FieldError("a form with characters that must be percent-encoded")
    return _pairs(body.decode("ascii"))


def _names_of_a_form(json_text: str) -> list[tuple[str, Any]]:
    """The fields that JSON has to whom it is a form; what stands before the first separator begins with a bracket."""
    names = (unquote_plus(part.partition("=")[0]) for part in re.split("[&;]", json_text)[1:])
    return [("".join(filter(str.isprintable, name)), "") for name in names]


def _pairs(text: str) -> list[tuple[str, Any]]:
    if _BAD_ESCAPE.search(text):
        raise FieldError("a broken %-escape")
    fields: list[tuple[str, Any]] = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            try:
                fields.append((unquote_plus(name, errors="strict"), unquote_plus(value)))
            except UnicodeDecodeError:
                raise FieldError("a field's name is not UTF-8") from None
    return _checked(fields)


def _json(body: bytes) -> list[tuple[str, Any]]:
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FieldError(f"the body is not JSON: {type(error).__name__}") from error
    return list(_flatten("", value, 0))


def _unique(pairs: list[tuple[str, Any]]) -> _Pairs:
    if len({name for name, _ in pairs}) != len(pairs):
        raise FieldError("JSON that names a field twice")
    return _Pairs(pairs)


def _no_constant(name: str) -> None:
    raise FieldError(f"JSON has no {name}")


def _flatten(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEPTH_LIMIT:
        raise FieldError("JSON that is nested too deeply")
    if isinstance(value, _Pairs) and value:
        for key, item in value:
            yield from _flatten(f"{name}[{key}]" if name else key, item, depth + 1)
    elif isinstance(value, list) and value:
        for number, item in enumerate(cast("list[Any]", value)):
            yield from _flatten(f"{name}[{number}]", item, depth + 1)
    else:
        yield name, "{}" if value == _Pairs() and isinstance(value, _Pairs) else value


def _checked(fields: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    if len(fields) > FIELD_LIMIT:
        raise FieldError(f"more than {FIELD_LIMIT:,} fields")
    for name, _ in fields:
        if not name.isprintable():
            raise FieldError("a field's name with a control character")
        if name == "_charset_":
            raise FieldError("a field that changes the form's character set")
    return fields
