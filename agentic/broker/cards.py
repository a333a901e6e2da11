"""Payment card numbers in what a script sends: they would stand in the journal, so such a write is refused."""

import contextlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from urllib.parse import unquote_plus

_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)")
# How the numbers of the card schemes begin, with their lengths (ISO/IEC 7812). Other long numbers, such as times in
# milliseconds, would have the check digit by chance once in ten.
_SCHEMES = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}"
)


def card_in(url: str, body: bytes, harmless: Collection[str]) -> bool:
    """Whether URL or body name a card that is none of the `harmless` ones (digits alone)."""
    return any(
        number not in harmless for text in _readings(url, body) for number in _cards(unicodedata.normalize("NFKC", text))
    )


def _readings(url: str, body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    yield from (text, unquote_plus(text), unquote_plus(url))
    if "\\u" in text:
        # JSON has another spelling for each digit.
        with contextlib.suppress(ValueError, RecursionError):
            yield json.dumps(json.loads(text), ensure_ascii=False)


def _cards(text: str) -> Iterator[str]:
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _SCHEMES.fullmatch(digits) and passes_luhn(digits):
            yield digits


def passes_luhn(digits: str) -> bool:
    """The check digit that every payment card number has (ISO/IEC 7812)."""
    total = 0
    for position, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
