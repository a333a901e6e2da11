"""A call's bodies for a person who looks on: cut to a length, and without values that look secret.

The journal has neither key nor placeholder of a key; what is taken out here are the person's own secrets, such as card numbers.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

from agentic.broker.redact import REDACTED, is_secret

_SHOWN = 16 * 1024
_READ = 256 * 1024
_TEXTS = ("json", "text/", "xml", "x-www-form-urlencoded", "javascript")
_HEADERS = frozenset({"content-type", "content-length", "date", "retry-after", "request-id", "etag", "link"})


def shown_headers(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of an answer's headers those that tell what it is; rate limits too."""
    return {
        name.lower(): value[:200]
        for name, value in headers
        if name.lower() in _HEADERS or name.lower().startswith(("x-ratelimit-", "ratelimit-"))
    }


def shown_body(headers: Sequence[tuple[str, str]], body: bytes) -> str:
    """A body as text. What is no text is told by its size."""
    if not body:
        return ""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").lower()
    if kind and not any(word in kind for word in _TEXTS):
        return f"({len(body)} bytes of {kind.partition(';')[0]})"
    text = body[:_READ].decode("utf-8", "replace")
    if "x-www-form-urlencoded" in kind:
        text = "\n".join(map(_pair, text.split("&")))
    else:
        try:
            text = json.dumps(_without_secrets(json.loads(body), ""), ensure_ascii=False, indent=2)
        except (ValueError, RecursionError):
            text = "\n".join(REDACTED if is_secret("", line) else line for line in text.split("\n"))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _pair(pair: str) -> str:
    from urllib.parse import unquote_plus

    name, _, value = pair.partition("=")
    name, value = unquote_plus(name), unquote_plus(value)
    return f"{name} = {REDACTED if is_secret(name, value) else value}"


def _without_secrets(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: _without_secrets(item, key) for key, item in fields.items()}
    if isinstance(value, list):
        return [_without_secrets(item, name) for item in cast("list[Any]", value)]
    if value is None or isinstance(value, bool):
        return value
    return REDACTED if is_secret(name, str(value)) else value
