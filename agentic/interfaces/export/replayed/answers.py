"""Finds the recorded answer of a request. Whatever makes it the same one again counts, and nothing else."""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_SHOWN = 600

Headers = Iterable[tuple[str, str]]
Key = tuple[Any, ...]


class Answers:
    """`recorded` is the JSON that was written with this file. Each of its calls answers one request."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self._counted = {name.lower() for name in recorded["counted_headers"]}
        self._left_out = {name.lower() for name in recorded["left_out_of_queries"]}
        self._left = [(self._of_recorded(call), call) for call in recorded["calls"]]
        self.difference = ""

    @property
    def left(self) -> list[str]:
        """The calls that nobody has asked for."""
        return [f"{call['method']} {call['url']}" for _, call in self._left]

    def find(self, method: str, url: str, headers: Headers, body: bytes, lane: str) -> Mapping[str, Any] | None:
        """The call; None, and the difference noted, for a request that is not recorded."""
        key = self._key(method, url, headers, body)
        same = [(known, call) for known, call in self._left if known == key]
        if not same:
            self.difference = self.difference or self._differs(method, url, body, lane)
            return None
        found = next(((known, call) for known, call in same if call["lane"] == lane), same[0])
        self._left.remove(found)
        return found[1]

    def _of_recorded(self, call: Mapping[str, Any]) -> Key:
        headers = [(str(name), str(value)) for name, value in call["headers"]]
        return self._key(call["method"], call["url"], headers, content(call["body"]))

    def _key(self, method: str, url: str, headers: Headers, body: bytes) -> Key:
        parts = urlsplit(url)
        query = sorted(pair for pair in _pairs(parts.query) if pair[0].lower() not in self._left_out)
        named = [(name.lower(), value.strip()) for name, value in headers]
        kind = next((value for name, value in named if name == "content-type"), "")
        counted = sorted(pair for pair in named if pair[0] in self._counted)
        return (method, parts.netloc, parts.path, query, counted, *_body(kind, body))

    def _differs(self, method: str, url: str, body: bytes, lane: str) -> str:
        asked = f"the script asked for {method} {url}{_shown(body)}"
        left = [call for _, call in self._left]
        before = next((call for call in left if call["lane"] == lane), next(iter(left), None))
        if before is None:
            return f"{asked}, which it had not done"
        return f"{asked}; recorded is {before['method']} {before['url']}{_shown(content(before['body']))}"


def content(kept: Mapping[str, str]) -> bytes:
    """A body as it was: `text` is UTF-8, `zlib` is compressed and in base64."""
    return kept["text"].encode() if "text" in kept else zlib.decompress(base64.b64decode(kept["zlib"]))


def kept(body: bytes, longest: int = 2000) -> dict[str, str]:
    """A body as JSON has it: short texts as they are, the rest compressed."""
    if len(body) <= longest:
        try:
            return {"text": body.decode("utf-8")}
        except UnicodeDecodeError:
            pass
    return {"zlib": base64.b64encode(zlib.compress(body, 9)).decode("ascii")}


def _body(kind: str, body: bytes) -> tuple[str, bytes]:
    """The body's type and its content, in one spelling."""
    short = kind.partition(";")[0].strip().lower()
    if not body:
        return short, b""
    try:
        if short == "application/json" or short.endswith("+json"):
            return short, json.dumps(json.loads(body), sort_keys=True).encode()
        if short == "application/x-www-form-urlencoded":
            return short, json.dumps(sorted(_pairs(body.decode("ascii")))).encode()
    except (ValueError, RecursionError):
        return short, body
    if short == "multipart/form-data" and (found := _BOUNDARY.search(kind)):
        return short, body.replace(found[1].encode("latin-1"), b"boundary")
    return kind.lower(), body


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, max_num_fields=100_000)


def _shown(body: bytes) -> str:
    return f" with {body.decode('utf-8', 'replace')}"[:_SHOWN] if body else ""
