"""Answers of an API: some hold the secret, encoded and nested in the ways in which servers and error texts encode."""

import base64
import html
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

from agentic.core.wire import HttpResponse
from fuzzing.choices import Choices

type Case = tuple[str, dict[str, str], HttpResponse]
"""The credential's template, the secret's fields, the answer."""

_TEMPLATES = ("Bearer {api_key}", "{api_key}:", "me:{api_key}", "{user}:{api_key}", "{api_key}")
# Keys are ASCII, and none has a backslash or an escape in it.
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz0123456789", "ABCDEFabcdef0123456789", "aZ0/+=_-.~", "aZ0/+=_-.~!\"&<>'{}:;,")
_PREFIXES = ("sk_test_", "", "ghp_", "Zm9v", "user:pass@")
# What stands around the secret. Nothing that would make one escape of its first letters.
_TEXTS = (
    *(
        "",
        "a",
        "No such key: ",
        '{"error": {"message": "',
        "<p>Invalid API key &amp; more: ",
        "=",
        "%20",
        "Zm9vYmFy",
        "0a0",
        "é",
        "QUJD",
    ),
    *(
        '"}}',
        "!</p>",
        "?appid=",
        "Basic ",
        "[removed]",
        "\r\n",
        "\x00",
        "\ufeff",
        "…",
        "{}",
        "+",
        "/",
        "null",
        "&lt;",
        "\\n",
        "\\u00e9",
    ),
)
_NAMES = ("secret", "card", "cvc", "number", "id", "token", "name", "secrets", "client_secret", "Secret", "s", "cv", "data")
_HEADERS = (
    "X-Error",
    "Location",
    "WWW-Authenticate",
    "Link",
    "X-Request-Id",
    "Set-Cookie",
    "Content-Type",
    "Alt-Svc",
    "X-Ünicode",
    "Retry-After",
)


def _percent_all(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def _json_all(text: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in memoryview(text.encode("utf-16-le")).cast("H"))


def _html_all(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _wrapped(text: str) -> str:
    encoded = base64.b64encode(text.encode()).decode()
    return "\r\n".join(encoded[start : start + 16] for start in range(0, len(encoded), 16))


CORES: tuple[Callable[[str], str], ...] = (
    str,
    str,
    str,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    lambda text: base64.b64encode(b"ab" + text.encode() + b"c").decode(),
    lambda text: base64.b64encode(b"{" + text.encode()).decode(),
    _wrapped,
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: text.encode().hex(":"),
)
"""What a key may be inside of. One of these at most: the scrubber promises no more (`agentic/broker/spelling.py`)."""

ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe=""),
    quote,
    quote_plus,
    lambda text: quote(text, safe="").lower() if "%" in quote(text, safe="") and text.islower() else quote(text, safe=""),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    html.escape,
    _html_all,
    lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    _percent_all,
    lambda text: _percent_all(text).upper(),
    _json_all,
    lambda text: _json_all(text).upper().replace("\\U", "\\u"),
    lambda text: repr(text)[1:-1],
)
"""Escapes of characters, each again and again and mixed."""


def make(choices: Choices) -> Case:
    secret = {"api_key": _value(choices), "user": choices.pick(("me", "acct_00012345", ""))}
    template = choices.pick(_TEMPLATES)
    body = _body(choices, secret["api_key"])
    headers = tuple((choices.pick(_HEADERS), _header(choices, secret["api_key"])) for _ in range(choices.below(3)))
    return template, secret, HttpResponse(choices.pick((200, 400, 401, 500)), headers, body)


def _value(choices: Choices) -> str:
    alphabet = choices.pick(_ALPHABETS)
    return choices.pick(_PREFIXES) + "".join(choices.pick(alphabet) for _ in range(choices.between(8, 40)))


def _written(choices: Choices, secret: str) -> str:
    """The secret as it comes back: perhaps inside base64 or as digits, and escaped up to three times, as a whole or in part."""
    text = choices.pick(CORES)(secret)
    start = choices.below(len(text) + 1) if choices.chance(20) else 0
    for number in range(choices.below(4)):
        # A part may have stayed as it was the first time; later no escape is cut in two.
        place = 0 if number else start
        text = text[:place] + choices.pick(ESCAPES)(text[place:])
    return text


def _text(choices: Choices, secret: str) -> str:
    parts = choices.some(_TEXTS, 3)
    if choices.chance(60):
        parts.insert(choices.below(len(parts) + 1), _written(choices, secret))
    elif choices.chance(30):
        parts.append(_written(choices, secret[: len(secret) // 2]))
    return "".join(parts)


def _body(choices: Choices, secret: str) -> bytes:
    match choices.below(6):
        case 0:
            return choices.raw(choices.below(60)) + b" " + _text(choices, secret).encode("utf-8", "replace")
        case 1:
            return _text(choices, secret).encode(choices.pick(("utf-16", "utf-16-be", "utf-8", "utf-8-sig")), "replace")
        case 2 | 3:
            return _json(choices, secret)
        case _:
            return _text(choices, secret).encode("utf-8", "replace")


def _json(choices: Choices, secret: str) -> bytes:
    text = json.dumps(
        _value_of_json(choices, secret, 3), ensure_ascii=choices.chance(50), indent=1 if choices.chance(20) else None
    )
    match choices.below(20):
        case 0:
            text = text.replace("secret", "s\\u0065cret").replace("cvc", "\\u0063vc")
        case 1:
            text = text.replace(": ", ":").replace(":1", ":1.10").replace(":2", ":1e400")
        case 2:
            text = f'{{"secret": "whsec_1", "n": {"1" * 5000}}}'
        case 3:
            depth = choices.pick((50, 900, 3000, 9000, 100_000))
            text = '{"secret":' + "[" * depth + text + "]" * depth + "}"
        case 4:
            return text.encode(choices.pick(("utf-16", "utf-16-le", "utf-32", "utf-8-sig")), "replace")
        case 5:
            text += choices.pick(("\n", " ", "\n{}", ",", '\n{"secret": "whsec_2"}'))
        case _:
            pass
    return text.encode("utf-8", "surrogatepass")


def _value_of_json(choices: Choices, secret: str, depth: int) -> Any:
    kind = choices.below(7 if depth else 4)
    if kind < 2:
        return _text(choices, secret) if choices.chance(40) else choices.pick(("x", "whsec_9", "", "[removed]"))
    if kind < 4:
        return choices.pick((1, None, True, 1.5, 2**70, -0.0))
    if kind < 6:
        return {choices.pick(_NAMES): _value_of_json(choices, secret, depth - 1) for _ in range(choices.between(1, 4))}
    return [_value_of_json(choices, secret, depth - 1) for _ in range(choices.below(3))]


def _header(choices: Choices, secret: str) -> str:
    return _text(choices, secret).replace("\r\n", " ").replace("\x00", "")
