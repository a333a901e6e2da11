"""The forms of values in a text, from the surest to the loosest: what one form has taken, no other takes again."""

import re
from collections.abc import Collection, Iterator

from agentic.agents.offline.lexicon import BESIDE, FILLER, MULTIPLIERS, NUMBER_WORDS, VERBS, stem
from agentic.agents.offline.money import find_money, number_of_words, parse_number
from agentic.agents.offline.points import find_points
from agentic.agents.offline.tokens import Kind, Token

QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", "「": "」", "'": "'", "`": "`", "‹": "›"}
# Set phrases that say nothing of the task, though single words of them could.
_IDIOMS = re.compile(
    r"""\b(?:at\s+(?:the|this)\s+(?:very\s+)?moment|at\s+once|at\s+present|at\s+your\s+(?:earliest\s+)?convenience|in\s+full|in\s+total|in\s+advance
    |as\s+soon\s+as\s+(?:possible|you\s+can)|as\s+quickly\s+as\s+possible|as\s+well|right\s+(?:now|away)|for\s+the\s+moment|by\s+any\s+chance|straight\s+away|for\s+now|for\s+(?:me|us)
    |if\s+(?:possible|you\s+(?:can|could|would|please|like|don['’]?t\s+mind)|that['’]?s\s+(?:ok|okay|possible))
    |(?:when|whenever)\s+you\s+(?:can|have\s+(?:a\s+)?(?:time|minute|moment|second)|get\s+a\s+(?:chance|minute|moment|second))
    |by\s+the\s+way|(?:is\s+there\s+)?(?:any|a)\s+chance(?:\s+that)?|of\s+course|no\s+(?:rush|hurry|problem)|thank\s+you\s+(?:very|so)\s+much|thanks\s+(?:a\s+lot|in\s+advance|so\s+much)
    |many\s+thanks|to\s+be\s+(?:exact|precise)|all\s+right|this\s+very\s+moment|how\s+about|i\s+was\s+wondering\s+if|i\s+wonder\s+if
    |do\s+you\s+know|(?:be\s+(?:(?:very|so|really)\s+)?(?:grateful|thankful|glad|happy|delighted)|appreciate\s+it|be\s+(?:great|nice|lovely|kind))\s+if\s+you|a\s+quick\s+look|more(?=\s+about\b)|but\s+only|and\s+so\s+on|more\s+or\s+less|what\s+about|on\s+my\s+behalf|just\s+now|these\s+days|once\s+more\s+please|in\s+my\s+account)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_EMAIL = re.compile(r"[^\s@<>,;:()\"'“”]{1,64}@[^\s@<>,;:()\"'“”]{1,200}\.[^\W\d_]{2,24}")
_URL = re.compile(r"\bhttps?://[^\s<>\"“”]+|(?<![\w@./-])(?:[a-z0-9-]{1,40}\.){1,3}[a-z]{2,10}/[^\s<>\"“”]+", re.IGNORECASE)
_ID = re.compile(r"\b[a-z]{2,12}(?:_[a-z]{2,6})?_(?=[A-Za-z0-9]*[0-9A-Z])[A-Za-z0-9]{3,}\b|\b[a-z]{2,12}_[A-Za-z0-9]{1,}\b")
_PERCENT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s*(?:%|percent\b|per\s?cent\b|pct\b)", re.IGNORECASE)
_WORDED = (
    rf"(?:{'|'.join((*sorted(NUMBER_WORDS, key=len, reverse=True), *MULTIPLIERS, 'a(?=\\s+(?:hundred|thousand))'))})\b"
    rf"(?:[\s-]+(?:and\s+)?(?:{'|'.join((*sorted(NUMBER_WORDS, key=len, reverse=True), *MULTIPLIERS))})\b)*"
)
_WORDED_PERCENT = re.compile(rf"\b({_WORDED})[\s-]+(?:percent|per\s?cent)\b", re.IGNORECASE)
_WORDED_NUMBER = re.compile(rf"\b(?:a\s+dozen|{_WORDED})", re.IGNORECASE)
_PERIODS = {
    "day": "day",
    "week": "week",
    "wk": "week",
    "month": "month",
    "mo": "month",
    "mth": "month",
    "year": "year",
    "yr": "year",
    "annum": "year",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_INTERVAL = re.compile(
    r"""(?<!for\s)\b(?:an?|per|every|each)\s+(?:single\s+)?(day|week|month|year|annum)\b|/\s?(day|week|wk|month|mo|mth|year|yr)\b
    |\b(daily|weekly|monthly|yearly|annual|annually)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_UNUSUAL_INTERVAL = re.compile(
    rf"""\b(?:every|each|per)\s+(?:other\s+|second\s+|third\s+|\d+\s*|(?:{"|".join(NUMBER_WORDS)})\s+)(?:day|week|month|year)s?\b
    |\b(?:quarterly|bi-?weekly|bi-?monthly|fortnightly|semi-?annual(?:ly)?|hourly|per\s+hour|an?\s+hour|per\s+quarter)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_HANDLE = re.compile(r"(?<![\w.@/-])@([A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})(?![\w@])")
_SLASHED = re.compile(r"(?<![\w./@:-])([A-Za-z0-9][\w.-]{0,99})/([\w.-]{0,99}\w)(?:['’]s?\b)?(?![\w@/-])")
_CODE = re.compile(
    r"""(?<![\w.,/-])(?:v\.?\d+(?:\.\d+){0,3}(?:[-+][\w.]*\w)?|\d+\.\d+\.\d+(?:[-+.][\w.]*\w)?|\d{4}-\d{2}-\d{2}|\d+\.\d+-[a-z][\w.]*\w
    |(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,40})(?![\w]|-\w)""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,'’]*(?<![.,'’])(?!\w|[.,'’]\w)")
_NUMBERED = re.compile(r"(?:\#\s?|(?<!\w)(?:no|nr|num)\.?\s?(?=\d))(\d{1,9})(?![\w]|[.,]\d)", re.IGNORECASE)
_LETTERED = re.compile(r"(?<![\w.,-])(?P<word>[A-Za-z]{2,9})[#-](?P<number>\d{1,9})(?![\w]|[.,-]\w)")


_TIMED = re.compile(r"(?<![\w.,-])(\d{1,3})(?=(?:h|hr|hrs|d|days?|hours?)\b)", re.IGNORECASE)


def find_values(text: str, *, intervals: bool, prefixes: Collection[str], words: Collection[str]) -> list[Token]:
    """Every value in a text. `prefixes`: how ids begin ("cus_"); `words`: stems that are no names (for "and/or")."""
    taken: list[Token] = []
    # Which characters are spoken for.
    marked = bytearray(len(text))

    def take(kind: Kind, start: int, end: int, value: object) -> None:
        if end > start and not any(marked[start:end]):
            marked[start:end] = b"\1" * (end - start)
            taken.append(Token(kind, text[start:end], start, end, value))  # pyright: ignore[reportArgumentType]

    for start, end in _quoted(text):
        inner = text[start + 1 : end - 1].strip()
        whole = _EMAIL.fullmatch(inner) or (_ID.fullmatch(inner) and inner.startswith(tuple(prefixes)))
        slashed = _SLASHED.fullmatch(inner)
        kind = Kind.EMAIL if whole and "@" in inner else Kind.ID if whole else Kind.SLASHED if slashed else Kind.QUOTED
        take(kind, start, end, inner)
    for match in _IDIOMS.finditer(text):
        take(Kind.MARK, match.start(), match.end(), None)
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)'’")
        take(Kind.URL, match.start(), match.start() + len(url), url)
    for match in _EMAIL.finditer(text):
        take(Kind.EMAIL, match.start(), match.end(), match[0].rstrip("."))
    for match in _ID.finditer(text):
        take(Kind.ID, match.start(), match.end(), match[0])
    for match in _PERCENT.finditer(text):
        number = float(match[1].replace(",", "."))
        sign = (
            text[max(match.start() - 1, 0) : match.start()] in ("-", "−", "–") and not text[max(match.start() - 2, 0)].isalnum()
        )
        kind = Kind.PERCENT if 0 < number <= 100 and not sign else Kind.UNCLEAR
        take(kind, match.start(), match.end(), int(number) if number.is_integer() else number)
    for match in _WORDED_PERCENT.finditer(text):
        take(Kind.PERCENT, match.start(), match.end(), number_of_words(match[1]))
    if intervals:
        for match in _UNUSUAL_INTERVAL.finditer(text):
            take(Kind.UNCLEAR, match.start(), match.end(), None)
    for found in find_money(text):
        take(Kind.MONEY if found.money else Kind.UNCLEAR, found.start, found.end, found.money)
    for start, end, point in find_points(text):
        take(Kind.COORDINATES if point else Kind.UNCLEAR, start, end, point)
    for match in _CODE.finditer(text):
        take(Kind.CODE, match.start(), match.end(), match[0])
    if intervals:
        for match in _INTERVAL.finditer(text):
            period = match[1] or match[2] or match[3]
            if match[3] and match.start() and match[3][0].isupper() and re.match(r"\s+[A-Z][a-z]", text[match.end() :]):
                # "Monthly Box" is a name.
                continue
            take(Kind.INTERVAL, match.start(), match.end(), _PERIODS[period.casefold()])
    for match in _HANDLE.finditer(text):
        take(Kind.HANDLE, match.start(), match.end(), match[1])
    for match in _SLASHED.finditer(text):
        if not _alternatives(match[1], match[2], words):
            take(Kind.SLASHED, match.start(), match.end(), f"{match[1]}/{match[2]}")
    for start, end, value in _numbers(text, words):
        take(Kind.UNCLEAR if value is None else Kind.NUMBER, start, end, value)
    return taken


def _numbers(text: str, words: Collection[str]) -> Iterator[tuple[int, int, int | None]]:
    for match in _NUMBERED.finditer(text):
        yield match.start(), match.end(), int(match[1])
    for match in _LETTERED.finditer(text):
        if text[match.end("word")] == "-" and match["word"].isupper() and stem(match["word"]) not in words:
            # "SUMMER-30" is one name.
            continue
        # "PR#7", "issue-12": the word stays a word.
        yield match.start("number"), match.end("number"), int(match["number"])
    for match in _TIMED.finditer(text):
        # "12h", "5d", "48hrs".
        yield match.start(), match.end(1), int(match[1])
    for match in _NUMBER.finditer(text):
        number = parse_number(match[0])
        yield match.start(), match.end(), int(number) if number is not None and number == int(number) else None
    for match in _WORDED_NUMBER.finditer(text):
        if match[0].casefold() == "a dozen":
            yield match.start(), match.end(), 12
        elif match[0].casefold() != "one":
            yield match.start(), match.end(), number_of_words(match[0])


_ANNOUNCING = frozenset[str]().union(*BESIDE.values())


def _alternatives(one: str, other: str, words: Collection[str]) -> bool:
    """ "and/or", "client/customer" and "12/24" are no name of anything."""
    if one.isdecimal() and other.isdecimal():
        return True
    return all(
        plain in words or plain in FILLER or plain in VERBS or plain in _ANNOUNCING for plain in (stem(one), stem(other))
    )


def _quoted(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        closing = QUOTES.get(text[position])
        if closing and (position == 0 or not text[position - 1].isalnum()):
            # A closing quote stands before something that is no letter: the apostrophe in O'Brien closes nothing.
            end = next(
                (
                    n
                    for n in range(position + 1, len(text))
                    if text[n] in closing and (n + 1 == len(text) or not text[n + 1].isalnum())
                ),
                0,
            )
            if end and text[position + 1 : end].strip():
                spans.append((position, end + 1))
                position = end
        position += 1
    return spans
