"""Bodies with given fields, as forms, JSON and multipart, spelled in the many ways that servers accept."""

import json
from typing import Any

from agentic.core.spec import Operation
from agentic.core.wire import Headers
from fuzzing.choices import Choices

_FORM = "application/x-www-form-urlencoded"
_FORM_TYPES = (
    *(
        _FORM,
        _FORM,
        _FORM,
        f"{_FORM}; charset=utf-8",
        f"{_FORM};charset=utf-16-be",
        f"{_FORM}; charset=utf-7",
        f"{_FORM} ; q=1",
    ),
    *(
        _FORM.upper(),
        f"\t{_FORM}",
        f"{_FORM}, application/json",
        f"{_FORM}\u00a0",
        "text/plain",
        "",
        f"{_FORM}; charset=ibm037",
    ),
)
_JSON_TYPES = (
    *("application/json", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-16"),
    *("application/vnd.api+json", "APPLICATION/JSON", "text/json", "application/json; charset=utf-7", _FORM),
)
_SEPARATORS = ("&", "&", "&", "&", "&&", ";", "& ", "&\n", "\n", "&\t")
_PADS = ("", "", "", "", " ", "%20", "+", "\t", "%00", "%0a", "%C2%A0", "\u200b")


def body_of(choices: Choices, operation: Operation, names: list[str]) -> tuple[Headers, bytes]:
    """Headers and body with the named fields."""
    match choices.below(5):
        case 0 | 1:
            kind, body = choices.pick(_FORM_TYPES), _form(choices, names)
        case 2 | 3:
            kind, body = choices.pick(_JSON_TYPES), _json(choices, names)
        case _:
            kind, body = _multipart(choices, names)
    headers: Headers = (("Content-Type", kind),) if kind else ()
    return headers, body


def _form(choices: Choices, names: list[str]) -> bytes:
    fields = [
        _pad(choices, _form_name(choices, name)) + choices.pick(("=1", "=", "", "=a%26b", "=a b", "=%ff")) for name in names
    ]
    text = choices.pick(_SEPARATORS).join(fields)
    if choices.chance(2):
        text = "a=1&" * choices.pick((4999, 5000)) + text
    if "charset=utf-16" in text or choices.chance(2):
        return text.encode("utf-16-be")
    return text.encode("utf-8", "replace")


def _form_name(choices: Choices, name: str) -> str:
    first, *rest = name.split(".")
    opening, closing = choices.pick(
        (("[", "]"), ("[", "]"), ("%5B", "%5D"), ("%5b", "]"), (".", ""), ("[", ""), ("[][", "]"), ("[0][", "]"))
    )
    spelled = _spelled(choices, first) + "".join(f"{opening}{_spelled(choices, part)}{closing}" for part in rest)
    return f"[{spelled}" if choices.chance(2) else spelled


def _spelled(choices: Choices, word: str) -> str:
    """One part of a field's name as some servers fold it: case, escapes, dots and blanks for underscores."""
    match choices.below(12):
        case 0:
            return word.upper()
        case 1:
            return "".join(f"%{ord(letter):02x}" for letter in word)
        case 2:
            return word.replace("_", choices.pick(("+", ".", "%20", "%2e", "-")))
        case 3:
            return "".join(f"%00{letter}" for letter in word)
        case 4:
            return word.replace("a", choices.pick(("%EF%BD%81", "\uff41", "%2BAGE-", "\u0430")))
        case _:
            return word


def _pad(choices: Choices, text: str) -> str:
    return choices.pick(_PADS) + text + choices.pick(_PADS) if choices.chance(25) else text


def _json(choices: Choices, names: list[str]) -> bytes:
    data: dict[str, Any] = {}
    for name in names:
        *outer, last = (_json_name(choices, part) for part in name.split("."))
        inner = data
        for part in outer:
            following = inner.setdefault(part, {})
            inner = following if isinstance(following, dict) else inner
        inner[last] = choices.pick((1, "x", None, {}, [], [{}], {"deep": [1]}, True, "[object]"))
    whole: Any = choices.pick((data, data, data, [data], {"outer": data}, {"items": [0] * 10, **data}))
    if choices.chance(3):
        filler = [0] * choices.pick((4999, 5000, 5001))
        whole = {"filler": filler, **data}
    text = json.dumps(whole, ensure_ascii=choices.chance(50))
    match choices.below(16):
        case 0:
            text = text[:-1] + ', "name": 1' + text[-1:]
        case 1:
            text = f"\ufeff{text}"
        case 2:
            text = text.replace("a", "\\u0061")
        case 3:
            text = text[:-1] + (", " + text[1:] if len(text) > 2 else text[-1:])
        case 4:
            return text.encode(choices.pick(("utf-16", "utf-16-le", "utf-32", "utf-7")))
        case 5:
            text = '{"a":' * choices.pick((59, 61, 3000)) + text + "}" * choices.pick((59, 61, 3000))
        case 6:
            text += choices.pick((" ", "\n{}", "\x00", "//", ",", '{"transfer_data": 1}'))
        case _:
            pass
    return text.encode("utf-8", "replace")


def _json_name(choices: Choices, part: str) -> str:
    match choices.below(12):
        case 0:
            return part.upper()
        case 1:
            return choices.pick((f" {part}", f"{part}\t", f"{part}\u0000", f"\ufeff{part}", f"{part}."))
        case _:
            return part


def _multipart(choices: Choices, names: list[str]) -> tuple[str, bytes]:
    boundary = choices.pick(("b", "xYz-1", "a b", "--", "b'()+_,-./:=?"))
    end = choices.pick(("\r\n", "\r\n", "\r\n", "\n", "\r"))
    lines = [choices.pick(("", "", "", "preamble")) + end] if choices.chance(10) else []
    for name in names:
        opening = (
            choices.pick(("--", "--", "--", "--", "\t--", "---"))
            + boundary
            + choices.pick(("", "", "", "", " ", "x", "\t\x0b"))
        )
        lines += [opening, end, _disposition(choices, name), end]
        lines += [
            choices.pick(("", "", "Content-Type: text/plain" + end, "Content-Transfer-Encoding: base64" + end, "X" + end))
        ]
        lines += [end, choices.pick(("1", "", "x" + end + "y", "--" + boundary, "é")), end]
    lines += [f"--{boundary}--" + choices.pick((end, "", "epilogue"))] if not choices.chance(5) else []
    quoted = f'"{boundary}"' if set(" ():,/=?'") & set(boundary) or choices.chance(10) else boundary
    kind = choices.pick(("multipart/form-data", "multipart/form-data", "Multipart/Form-Data", "multipart/mixed"))
    extra = choices.pick(("", "", "", "; boundary=other", "; charset=utf-16"))
    return f"{kind}; {choices.pick(('boundary', 'boundary', 'Boundary', 'boundary*0'))}={quoted}{extra}", "".join(
        lines
    ).encode()


def _disposition(choices: Choices, name: str) -> str:
    first, *rest = name.split(".")
    whole = first + "".join(f"[{part}]" for part in rest)
    escaped = "".join(f"%{ord(letter):02x}" for letter in whole)
    value = choices.pick(
        (
            *(f'name="{whole}"', f'name="{whole}"', f"name={whole}", f'name="a"; name="{whole}"', f'name="{whole}"; name="a"'),
            *(
                f"name*=utf-8''{escaped}",
                f"name='{whole}'",
                f'name = "{whole}"',
                f'NAME="{whole}"',
                f'name="{whole}"; filename="f"',
            ),
            *(f'name="a"\r\n ; name="{whole}"', f'filename="; name=a"; name="{whole}"', f'x="\\"; name=\\"a"; name="{whole}"'),
            *(f'name*0="{whole[:3]}"; name*1="{whole[3:]}"', f'name="{whole[:2]}\\{whole[2:]}"', f'name="=?utf-8?q?{whole}?="'),
        )
    )
    field = choices.pick(("Content-Disposition", "Content-Disposition", "content-disposition", "Content-Disposition "))
    again = "\r\nContent-Disposition: form-data; name=a" if choices.chance(4) else ""
    return f"{field}: {choices.pick(('form-data', 'form-data', 'attachment'))}; {value}{again}"
