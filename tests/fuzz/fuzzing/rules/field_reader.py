"""Every name that some server may read from a request's query and body, as paths of folded parts.

The worst view is taken: `;` and blanks after `&` separate (Rack has done so), blanks and dots in names stand for
underscores (PHP), control characters and NULs end or pad names, a charset in the Content-Type is believed (servlets), every
`name=` of a part's head counts, JSON objects are read with every pair.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from agentic.core.wire import HttpRequest

_SEPARATOR = re.compile(rb"[&;]\s*")
_PART_NAME = re.compile(rb'\bname\s*(?:\*\d*\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n")
_BOUNDARY = re.compile(r'boundary(?:\*\d*\*?)?\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
_CHARSET = re.compile(r'charset\s*=\s*"?([\w.:-]+)', re.IGNORECASE)
_UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def names_of(request: HttpRequest) -> set[tuple[str, ...]]:
    """The names, each as its folded parts without positions in lists."""
    names = {path for name in _form(urlsplit(request.url).query.encode()) for path in _paths(name)}
    content_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    kind = content_type.partition(";")[0].strip().lower()
    charset = _CHARSET.search(content_type)
    encodings = ["utf-8", *([charset[1]] if charset and charset[1].lower() not in _UTF_8 else [])]
    for encoding in encodings if request.body else ():
        if "json" in kind:
            names |= set(_json(request.body, encoding))
        elif kind.startswith("multipart/"):
            names |= {path for name in _multipart(content_type, request.body, encoding) for path in _paths(name)}
        else:
            names |= {path for name in _form(request.body, encoding) for path in _paths(name)}
    return names


def _form(data: bytes, encoding: str = "utf-8") -> Iterator[str]:
    for pair in _SEPARATOR.split(data):
        yield _text(unquote_to_bytes(pair.partition(b"=")[0].replace(b"+", b" ")), encoding)


def _multipart(content_type: str, body: bytes, encoding: str) -> Iterator[str]:
    for found in _BOUNDARY.finditer(content_type):
        for chunk in body.split(b"--" + (found[1] or found[2] or "").encode())[1:]:
            head = _BLANK_LINE.split(chunk, maxsplit=1)[0]
            for name in _PART_NAME.finditer(head):
                raw = re.sub(rb"\\(.)", rb"\1", name[1]) if name[1] is not None else name[2]
                yield _text(raw, encoding)
                yield _text(unquote_to_bytes(raw.rpartition(b"'")[2]), encoding)


def _json(body: bytes, encoding: str) -> Iterator[tuple[str, ...]]:
    text = _text(body, encoding).removeprefix("\ufeff")
    try:
        # Whatever follows the first value: some parsers stop there.
        whole, _ = json.JSONDecoder(object_pairs_hook=_Object).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return
    pending: list[tuple[tuple[str, ...], Any]] = [((), whole)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, _Object):
            for name, inner in value:
                here = (*path, _fold(name))
                yield here
                pending.append((here, inner))
        elif isinstance(value, list):
            pending.extend((path, item) for item in value)


class _Object(list[tuple[str, Any]]):
    pass


def _paths(name: str) -> Iterator[tuple[str, ...]]:
    """The ways to take a form's name apart: brackets divide, dots divide or stand for an underscore."""
    for divided in (re.split(r"[\[\]]+", name), re.split(r"[\[\].]+", name)):
        parts = (_fold(part) for part in divided)
        yield tuple(part for part in parts if part and not part.isdecimal())


def _fold(part: str) -> str:
    part = part.partition("\x00")[0] if part.strip("\x00").partition("\x00")[1] else part
    return re.sub(r"[ .]", "_", part.strip("\ufeff\u200b\u00a0 \t\r\n\v\f\x00")).casefold()


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
