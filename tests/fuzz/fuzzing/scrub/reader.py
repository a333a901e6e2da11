"""Looks for a secret in an answer by decoding it in every way at every place. Knows nothing of `scrub`.

Escapes of characters are undone again and again; base64 and digits once, at every alignment: what `scrub` promises.
"""

import base64
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

DEPTH = 3
"""How many escapes round each other are looked through."""

_LARGEST = 100_000
_JSON_ESCAPE = re.compile(rb'\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["\\/bfnrt\']))')
_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_PLAIN_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|\r?\n){9,}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f][:\s]?){16,}")


def readable(data: bytes, secret: str, depth: int = DEPTH) -> str:
    """The decodings by which `secret` can be read from `data`, or "" if it cannot."""
    wanted = secret.encode()
    seen = {data}
    level = [("plain", data)]
    for _ in range(depth + 1):
        following: list[tuple[str, bytes]] = []
        for how, text in level:
            if wanted in text:
                return how
            inside = next((name for name, decoded in _inside(text) if wanted in decoded), "")
            if inside:
                return f"{how} > {inside}"
            for name, decoded in _unescapings(text):
                if decoded not in seen and len(decoded) <= _LARGEST:
                    seen.add(decoded)
                    following.append((f"{how} > {name}", decoded))
        level = following
    return ""


def _unescapings(data: bytes) -> Iterator[tuple[str, bytes]]:
    if b"%" in data:
        yield "percent", unquote_to_bytes(data)
        if b"+" in data:
            yield "form", unquote_to_bytes(data.replace(b"+", b" "))
    elif b"+" in data:
        yield "form", data.replace(b"+", b" ")
    if b"\\" in data:
        yield "json", _unescaped(data)
    if b"&" in data:
        yield "html", html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")
    if b"\x00" in data:
        yield "wide", data.replace(b"\x00", b"")
        for encoding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield encoding, data[start:].decode(encoding, "replace").encode("utf-8", "replace")


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    for found in _BASE64.finditer(data):
        run = re.sub(rb"[\r\n]", b"", found[0]).replace(b"-", b"+").replace(b"_", b"/")
        for shift in range(4):
            part = run[shift:]
            decoded = base64.b64decode(part[: len(part) // 4 * 4] + _completed(part[len(part) // 4 * 4 :]))
            yield "base64", decoded
    for found in _HEX.finditer(data):
        digits = re.sub(rb"[:\s]", b"", found[0])
        for shift in (0, 1):
            part = digits[shift:]
            decoded = bytes.fromhex(part[: len(part) // 2 * 2].decode())
            yield "hex", decoded


def _completed(rest: bytes) -> bytes:
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _unescaped(data: bytes) -> bytes:
    def units(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return chr(int(found[1], 16)).encode("utf-8", "surrogatepass")
        return bytes([int(found[2], 16)]) if found[2] else _PLAIN_ESCAPES.get(found[3], found[3])

    # Characters beyond the basic plane are written as two escapes, which belong together.
    return _PAIR.sub(_joined, _JSON_ESCAPE.sub(units, data))


def _joined(pair: re.Match[bytes]) -> bytes:
    return pair[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()


def fields_left(body: bytes, names: tuple[str, ...]) -> list[str]:
    """The dotted paths that end in one of `names` and still have a value; of a body that is JSON."""
    left: list[str] = []
    pending: list[tuple[tuple[str, ...], Any]] = [((), _json(body))]
    while pending:
        path, value = pending.pop()
        if isinstance(value, _Object):
            for name, inner in value:
                here = (*path, name)
                pending.append((here, inner))
                ended = any(f".{'.'.join(here)}".endswith(f".{wanted}") for wanted in names)
                if ended and inner is not None and inner != "[removed]":
                    left.append(".".join(here))
        elif isinstance(value, list):
            pending.extend((path, item) for item in value)
    return left


class _Object(list[tuple[str, Any]]):
    pass


def _json(body: bytes) -> Any:
    """The body's value with every pair of each object, or None if the body is no JSON."""
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    try:
        return json.JSONDecoder(object_pairs_hook=_Object, parse_int=str, parse_float=str).decode(text)
    except (ValueError, RecursionError):
        return None
