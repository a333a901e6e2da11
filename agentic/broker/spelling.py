"""The spellings that servers and formats give a text: those that are written out in full, and a way to read any other.

Covered: percent escapes, JSON and JavaScript escapes, HTML entities, each again and again and mixed;
base64 in its three alignments and both alphabets, with line ends; hexadecimal and decimal bytes; wide characters.
Not covered is what is no spelling but a computation: reversed, cut into pieces, encrypted; another case only where the
text stands as it is (`scrub`).
"""

import base64
import html
import itertools
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

# Base64 of less would be found by chance.
_SHORTEST_BASE64 = 8
_ROUNDS = 6
_SEPARATORS = b" \t\r\n:,-[]"
_SPECIAL = re.compile(r"[^0-9A-Za-z]")
_BYTES = {pair.encode(): bytes.fromhex(pair) for pair in map("".join, itertools.product("0123456789abcdefABCDEF", repeat=2))}
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_JSON = re.compile(rb"\\(?:(?:u00|x|u\{0{0,8})([0-7][0-9A-Fa-f])\}?|(.))", re.DOTALL)
# A backslash that is itself escaped, or may come out of an escape.
_MATTERS = re.compile(rb"\\(?:\\|u00[0-7]|x|u\{)")
_HTML = re.compile(rb"&(?:#[0-9]{1,9}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z]{2,12});?")


def written(text: str) -> set[bytes]:
    """`text` in full, in the spellings that are in common use: to be searched for and replaced one by one."""
    forms: set[bytes] = set()
    for core in cores(text):
        form = core.decode()
        escaped = quote(form, safe="")
        lower = re.sub("%..", lambda found: found[0].lower(), escaped)
        dumped = json.dumps(form)[1:-1]
        forms |= {core, *map(str.encode, (escaped, lower, quote(escaped), quote(lower), quote(form), quote_plus(form)))}
        forms |= {dumped.encode(), dumped.replace("/", "\\/").encode(), form.replace("/", "\\/").encode()}
        forms |= {html.escape(form).encode(), html.escape(form).replace("/", "&#x2F;").encode()}
        forms |= {_SPECIAL.sub(spell, form).encode() for spell in _SPELLED_OUT}
        forms |= {form.encode(wide) for wide in ("utf-16-le", "utf-16-be")}
    return forms


def cores(text: str) -> set[bytes]:
    """`text` as it is, as hexadecimal digits, and inside base64: what all its other spellings come down to."""
    data = text.encode()
    return {data, data.hex().encode(), data.hex().upper().encode(), *_base64(data)}


def readings(data: bytes) -> Iterator[bytes]:
    """`data` and what it becomes while its escapes are undone, one kind after the other, round after round. Cheap without any.

    Of JSON's escapes those for ASCII; a character beyond is in a key too rarely.
    """
    yield data
    for _ in range(_ROUNDS):
        before = data
        for undo in (_of_wide, _of_json, _of_percent, _of_html):
            read = undo(data)
            if read != data:
                data = read
                yield data
        if data == before:
            return


def joined(data: bytes) -> bytes:
    """`data` without what stands between bytes that are written one by one, and between lines of base64."""
    return data.translate(None, _SEPARATORS)


def decimal(text: str) -> bytes:
    """`text` as `joined` leaves a list of byte numbers."""
    return b"".join(b"%d" % byte for byte in text.encode())


def _base64(data: bytes) -> Iterator[bytes]:
    """`data` inside base64, whatever stands before it: of the three alignments, the part that is the same each time."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data).rstrip(b"=")
        core = encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(data)) % 3 else 0)]
        if len(core) >= _SHORTEST_BASE64:
            yield core
            yield core.replace(b"+", b"-").replace(b"/", b"_")


def _unit(found: re.Match[str]) -> str:
    data = found[0].encode("utf-16-be")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))


_SPELLED_OUT: tuple[Callable[[re.Match[str]], str], ...] = (
    _unit,
    lambda found: re.sub("[a-f]", lambda digit: digit[0].upper(), _unit(found)),
    lambda found: f"&#{ord(found[0])};",
    lambda found: f"&#x{ord(found[0]):x};",
    lambda found: f"&#x{ord(found[0]):X};",
)


def _of_percent(data: bytes) -> bytes:
    return _PERCENT.sub(_of_hex, data) if b"%" in data else data


def _of_json(data: bytes) -> bytes:
    if b"\\" not in data:
        return data
    if _MATTERS.search(data):
        return _JSON.sub(_of_escape, data)
    # The same, ten times quicker. Line ends go too, as they stand in base64.
    return data.replace(b"\\n", b"").replace(b"\\r", b"").replace(b"\\", b"")


def _of_html(data: bytes) -> bytes:
    return _HTML.sub(_of_entity, data) if b"&" in data else data


def _of_wide(data: bytes) -> bytes:
    return data.replace(b"\0", b"") if b"\0" in data else data


def _of_hex(found: re.Match[bytes]) -> bytes:
    return _BYTES[found[1]]


def _of_escape(found: re.Match[bytes]) -> bytes:
    return _BYTES[found[1]] if found[1] else b"" if found[2] in b"nr" else found[2]


def _of_entity(found: re.Match[bytes]) -> bytes:
    return html.unescape(found[0].decode("ascii")).encode("utf-8", "replace")
