"""Requests as scripts send them, honest ones and the same ones bent in the ways in which path and body rules are passed by."""

import json
from typing import Any
from urllib.parse import quote

from agentic.core.spec import ApiSpec, Operation
from agentic.core.wire import HttpRequest
from fuzzing.choices import Choices
from fuzzing.rules.bodies import body_of
from fuzzing.rules.specs import SPECS

_IDS = (
    "cus_1",
    "a",
    "search",
    "payouts",
    "x y",
    "é",
    "0",
    "refunds",
    "Å",
    "secrets",
    "customers",
    "..",
    "．．",
    "a／b",
    "％2e",
    "ſ",
)
_WEDGES = (
    *(
        "/",
        "//",
        "/./",
        "/../",
        "/..;/",
        "/.;a=1/",
        "\\",
        "/..\\",
        "%2f",
        "%2F",
        "%5c",
        "%2e",
        "%2e%2e/",
        "%252f",
        "%252e%252e%252f",
    ),
    *(
        "%00",
        "%0a",
        "%0d%0aX: y",
        "%20",
        "%09",
        "%c0%af",
        "%c0%ae",
        "%e0%80%af",
        "%u002f",
        "%",
        "%2",
        "%zz",
        "#",
        "?",
        "&",
        ";",
        "%3b",
    ),
    *(
        "%23",
        "%3f",
        "@",
        ":",
        "*",
        "%E2%80%AE",
        "%ef%bc%8f",
        "%EF%BC%8E",
        "\t",
        "\n",
        "\r\n",
        " ",
        "\x00",
        "é",
        "\u202e",
        "..",
        ".",
    ),
    *(
        "%ff",
        "+",
        "'",
        '"',
        "<",
        "|",
        "[",
        "]",
        "{",
        "}",
        "^",
        "`",
        "~",
        "%7f",
        "%C2%80",
        "%E2%80%A8",
        "%25",
        "%25%32%66",
        "!",
        "%EF%BB%BF",
    ),
)
_AUTHORITIES = (
    *(
        "{}",
        "{}:443",
        "{}:80",
        "{}:0443",
        "{}:",
        "{}.",
        "user@{}",
        "{}@evil.test",
        "evil.test\\@{}",
        "{}%2eevil.test",
        "evil.test#@{}",
    ),
    *(
        "{}.evil.test",
        "xn--{}",
        "{}\t",
        " {}",
        "[{}]",
        "127.0.0.1",
        "{}:443:443",
        "{}%00",
        "{},evil.test",
        "",
        "{}\u3002",
        "evil.test?@{}",
    ),
)
_SCHEMES = (
    "https://",
    "https://",
    "https://",
    "http://",
    "HTTPS://",
    "https:/",
    "https:",
    "//",
    "https:///",
    "https:\\\\",
    " https://",
)
_METHODS = (
    "GET",
    "POST",
    "DELETE",
    "PUT",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "POST ",
    "P\tOST",
    "QUERY",
    "",
    "A" * 30,
)
_HEADERS = (
    ("Accept", "application/json"),
    ("Authorization", "Bearer mine"),
    ("AUTHORIZATION", "x"),
    ("Proxy-Authorization", "x"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X_HTTP_Method_Override", "DELETE"),
    ("X-Original-URL", "/v1/payouts"),
    ("X-Forwarded-Host", "evil.test"),
    ("Host", "evil.test"),
    ("Connection", "close, Authorization"),
    ("Transfer-Encoding", "chunked"),
    ("Content-Length", "3"),
    ("Content-Encoding", "gzip"),
    ("content-encoding", " Identity "),
    ("Content_Encoding", "gzip"),
    ("Content_Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "text/plain"),
    ("Content-Type ", "text/plain"),
    ("Wide-Account", "acct_1"),
    ("wide_account", "acct_1"),
    ("Expect", "100-continue"),
    ("Cookie", "a=b"),
    ("X", "a\r\nY: b"),
    ("X\n", "a"),
    ("X", "\x00"),
    ("X", "\u0100"),
    ("X", "é"),
    ("", "x"),
    ("X", "y" * 66_000),
    ("X", "\x7f"),
    ("X", "\t"),
)


def make(choices: Choices) -> tuple[str, HttpRequest]:
    """The name of one of `SPECS`, and a request under it."""
    name = choices.pick(tuple(SPECS))
    spec = SPECS[name]
    host = choices.pick(spec.hosts)
    operation = choices.pick((*host.operations, *(spec.refused if choices.chance(25) else ())))
    path = "/".join(_segment(choices, part) for part in operation.path.split("/"))
    method = operation.method if operation.method != "*" else "POST"
    headers, body = body_of(choices, operation, _names(choices, spec, operation)) if choices.chance(70) else ((), b"")
    query = _query(choices, spec, operation) if choices.chance(35) else ""
    if method in {"GET", "HEAD"} and not choices.chance(5):
        headers, body = (), b""
    authority = host.name
    scheme = "https://"
    for _ in range(choices.below(4)):
        match choices.below(8):
            case 0 | 1 | 2:
                path = _wedged(choices, path)
            case 3:
                path = _reencoded(choices, path)
            case 4:
                query = _wedged(choices, query)
            case 5:
                authority = choices.pick(_AUTHORITIES).format(authority)
            case 6:
                scheme = choices.pick(_SCHEMES)
            case _:
                method = choices.pick(_METHODS)
    headers += tuple(choices.some(_HEADERS, 2)) if choices.chance(30) else ()
    mark = "?" if query or choices.chance(5) else ""
    if choices.chance(2):
        query += choices.pick(";aé&%") * choices.pick((5000, 16_000, 17_000))
    return name, HttpRequest(method, f"{scheme}{authority}{path}{mark}{query}", headers, body)


def _segment(choices: Choices, part: str) -> str:
    if "{" not in part:
        return part.swapcase() if choices.chance(3) else part
    before, _, rest = part.partition("{")
    return before + quote(choices.pick(_IDS), safe="") + rest.partition("}")[2]


def _wedged(choices: Choices, text: str) -> str:
    place = choices.below(len(text) + 1)
    wedge = choices.pick(_WEDGES) if choices.chance(85) else choices.character()
    return text[:place] + wedge + text[place + (choices.below(4) if choices.chance(30) else 0) :]


def _reencoded(choices: Choices, text: str) -> str:
    """One character as an escape: once, twice, in lower case."""
    if not text:
        return text
    place = choices.below(len(text))
    found = "".join(f"%{byte:02X}" for byte in text[place].encode("utf-8", "replace"))
    escaped = (found, found.lower(), found.replace("%", "%25"), found.replace("%", "%u00"))[choices.below(4)]
    return text[:place] + escaped + text[place + 1 :]


def _names(choices: Choices, spec: ApiSpec, operation: Operation) -> list[str]:
    """Dotted field names: honest ones, and sometimes one that is refused here or somewhere."""
    names = choices.some(("name", "email", "limit", "card.name", "metadata.note", "items", "description"), 3)
    if choices.chance(45):
        refused = operation.refused_fields or next((item.refused_fields for item in spec.refused if item.refused_fields), ())
        names.append(choices.pick(refused or ("transfer_data",)) + choices.pick(("", "", ".destination", ".0.x")))
    return names


def _query(choices: Choices, spec: ApiSpec, operation: Operation) -> str:
    names = _names(choices, spec, operation)
    spelled: list[Any] = [name if "." not in name else name.replace(".", "[", 1) + "]" for name in names]
    if spec.name == "wide" and choices.chance(30):
        spelled.append(choices.pick(("appid", "APPID", "app%69d", "appid[]", "appid%00")))
    return choices.pick(("&", "&", "&", ";", "&&", "&;")).join(
        f"{name}={choices.pick(('1', '', json.dumps('a b')[1:2], '%41'))}" for name in spelled
    )
