"""A task's words, each value among them found once: amounts, e-mail addresses, ids, quoted texts, names and numbers.

Values are found from the surest form to the loosest, and what is a value is no word any more: a customer named "Refund" makes
no refund.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from agentic.agents.offline.lexicon import (
    COMPANY_FORMS,
    FILLER,
    NAME_CUES,
    NAME_ENDS,
    NAME_LINKS,
    NUMBER_WORDS,
    REPORTING,
    TURNING,
    VERBS,
    stem,
)
from agentic.agents.offline.money import Money, currency_of, find_money, parse_number


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    MARK = "mark"
    MONEY = "money"
    CURRENCY = "currency"
    PERCENT = "percent"
    EMAIL = "email"
    ID = "id"
    INTERVAL = "interval"
    NUMBER = "number"
    QUOTED = "quoted"
    NAME = "name"
    # Something with a value that cannot be told: no recipe covers it.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the task. `value` is what a parameter gets; `sure` marks a name that was called one or quoted."""

    kind: Kind
    text: str
    start: int
    end: int
    value: str | int | float | Money | None = None
    sure: bool = False

    @property
    def stem(self) -> str:
        return stem(self.text) if self.kind is Kind.WORD else ""


_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", "「": "」", "'": "'", "`": "`", "‹": "›"}
_EMAIL = re.compile(r"[^\s@<>,;:()\"'“”]+@[^\s@<>,;:()\"'“”]+\.[^\W\d_]{2,}")
_URL = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_ID = re.compile(r"\b[a-z]{2,12}(?:_[a-z]{2,6})?_(?=[A-Za-z0-9]*[0-9A-Z])[A-Za-z0-9]{3,}\b|\b[a-z]{2,12}_[A-Za-z0-9]{1,}\b")
_PERCENT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s*(?:%|percent\b|per\s?cent\b)", re.IGNORECASE)
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
_NUMBER = re.compile(r"(?<![\w.,-])\d[\d.,'’]*(?<![.,'’])(?!\w|[.,'’]\w)")
_WORD = re.compile(r"[^\W_]+(?:['’.&-](?=[^\W_])[^\W_]+)*\.?(?<!\w\w\.)|[^\W_]+|\S")


def read(task: str, vocabulary: Collection[str], familiar: Collection[str]) -> list[Token]:
    """The tokens of a task. `vocabulary`: stems that some recipe knows; `familiar`: stems that are no names."""
    text = REPORTING.sub("", task)
    taken: list[Token] = []

    def take(kind: Kind, start: int, end: int, value: str | int | float | Money | None) -> None:
        if all(end <= token.start or start >= token.end for token in taken):
            taken.append(Token(kind, text[start:end], start, end, value))

    for start, end in _quoted(text):
        inner = text[start + 1 : end - 1].strip()
        whole = _EMAIL.fullmatch(inner) or _ID.fullmatch(inner)
        kind = Kind.EMAIL if whole and "@" in inner else Kind.ID if whole else Kind.QUOTED
        take(kind, start, end, inner)
    for match in _URL.finditer(text):
        take(Kind.UNCLEAR, match.start(), match.end(), None)
    for match in _EMAIL.finditer(text):
        take(Kind.EMAIL, match.start(), match.end(), match[0].rstrip("."))
    for match in _ID.finditer(text):
        take(Kind.ID, match.start(), match.end(), match[0])
    for match in _PERCENT.finditer(text):
        number = float(match[1].replace(",", "."))
        take(Kind.PERCENT, match.start(), match.end(), int(number) if number.is_integer() else number)
    for match in _UNUSUAL_INTERVAL.finditer(text):
        take(Kind.UNCLEAR, match.start(), match.end(), None)
    for found in find_money(text):
        take(Kind.MONEY if found.money else Kind.UNCLEAR, found.start, found.end, found.money)
    for match in _INTERVAL.finditer(text):
        period = match[1] or match[2] or match[3]
        take(Kind.INTERVAL, match.start(), match.end(), _PERIODS[period.casefold()])
    for match in _NUMBER.finditer(text):
        number = parse_number(match[0])
        whole = number is not None and number == int(number)
        take(
            Kind.NUMBER if whole else Kind.UNCLEAR,
            match.start(),
            match.end(),
            int(number) if number is not None and whole else None,
        )
    tokens = sorted([*taken, *_words(text, taken)], key=lambda token: token.start)
    return _names(tokens, vocabulary, familiar, text)


def _quoted(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        closing = _QUOTES.get(text[position])
        if closing and (position == 0 or not text[position - 1].isalnum()):
            # A closing quote stands before something that is no letter: the apostrophe in O'Brien closes nothing.
            ends = [
                n
                for n in range(position + 1, len(text))
                if text[n] in closing and (n + 1 == len(text) or not text[n + 1].isalnum())
            ]
            if ends and text[position + 1 : ends[0]].strip():
                spans.append((position, ends[0] + 1))
                position = ends[0]
        position += 1
    return spans


def _words(text: str, taken: list[Token]) -> list[Token]:
    words: list[Token] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        overlapping = [token for token in taken if start < token.end and end > token.start]
        if overlapping:
            continue
        word = match[0]
        lower = word.casefold()
        if not any(character.isalnum() for character in word):
            words.append(Token(Kind.MARK, word, start, end))
        elif lower in NUMBER_WORDS and lower != "one":
            words.append(Token(Kind.NUMBER, word, start, end, NUMBER_WORDS[lower]))
        elif (code := currency_of(word)) and (
            len(lower) > 3 or word.isupper() or lower in ("eur", "usd", "gbp", "jpy", "chf", "yen")
        ):
            words.append(Token(Kind.CURRENCY, word, start, end, code))
        elif word[0].isdecimal() and not _ordinal_or_name(word):
            # "1.5k", "15x": a number that is not understood.
            words.append(Token(Kind.UNCLEAR, word, start, end))
        elif "-" in word and stem(word) not in ("e-mail", "mail"):
            words.extend(_parts(word, start))
        else:
            words.append(Token(Kind.WORD, word, start, end))
    return words


def _ordinal_or_name(word: str) -> bool:
    """ "1st" and "14-day" are words with a number in them."""
    return bool(re.fullmatch(r"\d+(?:st|nd|rd|th)|\d+(?:-[^\W\d_]+)+", word))


def _parts(word: str, start: int) -> list[Token]:
    """A hyphenated word stays one where it is capitalised (Anna-Lena), else each part is a word."""
    if word[0].isupper():
        return [Token(Kind.WORD, word, start, start + len(word))]
    parts = [(m[0], start + m.start(), start + m.end()) for m in re.finditer(r"[^-]+", word)]
    return [
        Token(Kind.NUMBER, part, begin, end, int(part)) if part.isdecimal() else Token(Kind.WORD, part, begin, end)
        for part, begin, end in parts
    ]


def _names(tokens: list[Token], vocabulary: Collection[str], familiar: Collection[str], text: str) -> list[Token]:
    tokens = _called(tokens, vocabulary, text)
    sure = any(token.kind is Kind.NAME for token in tokens)
    result: list[Token] = []
    position = 0
    while position < len(tokens):
        end = _run(tokens, position, vocabulary, familiar)
        if end == position:
            result.append(tokens[position])
            position += 1
            continue
        follower = tokens[end] if end < len(tokens) else None
        if not (sure and follower and follower.stem in vocabulary):
            first, last = tokens[position], tokens[end - 1]
            value = text[first.start : last.end]
            result.append(Token(Kind.NAME, value, first.start, last.end, _clean(value)))
        else:
            # "a Stripe customer named Alice": the name is elsewhere, so this only describes.
            result.extend(tokens[position:end])
        position = end
    return result


def _called(tokens: list[Token], vocabulary: Collection[str], text: str) -> list[Token]:
    """Names after "named", "called", "name:" … taken as they are, up to where a name ends."""
    result: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        result.append(token)
        position += 1
        if token.kind is not Kind.WORD or token.text.casefold().rstrip(":") not in NAME_CUES:
            continue
        start = position
        while start < len(tokens) and (
            tokens[start].text in (":", "=") or tokens[start].text.casefold() in ("is", "be", "will", "should", "it", "as")
        ):
            start += 1
        if start < len(tokens) and tokens[start].kind is Kind.QUOTED:
            result.append(replace(tokens[start], kind=Kind.NAME, sure=True))
            position = start + 1
            continue
        if rest := _unclosed(tokens, start, text):
            return [*result, rest]
        end = _end_of_called(tokens, start)
        words = [item for item in tokens[start:end] if item.kind is Kind.WORD]
        # "the name of customer cus_1": what follows is no name.
        if (
            end > start
            and words
            and not (words[0].text.casefold() in ("of", "for", "to", "the") or _only_known(words, vocabulary))
        ):
            value = text[tokens[start].start : tokens[end - 1].end]
            result.append(Token(Kind.NAME, value, tokens[start].start, tokens[end - 1].end, _clean(value), sure=True))
            position = end
    return result


def _unclosed(tokens: list[Token], start: int, text: str) -> Token | None:
    """A quote that is never closed: all that follows is the name, if nothing else in it is a value."""
    if start >= len(tokens) or tokens[start].text not in _QUOTES:
        return None
    if any(token.kind not in (Kind.WORD, Kind.MARK, Kind.NUMBER) for token in tokens[start:]):
        return None
    value = text[tokens[start].start :].strip()
    return Token(Kind.NAME, value, tokens[start].start, len(text), value, sure=True)


def _only_known(words: list[Token], vocabulary: Collection[str]) -> bool:
    return all(not _capital(word.text) and word.stem in vocabulary for word in words)


def _end_of_called(tokens: list[Token], start: int) -> int:
    end = start
    while end < len(tokens):
        token = tokens[end]
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if token.kind is Kind.WORD:
            linked = (
                token.text.casefold() in NAME_LINKS and following and following.kind is Kind.WORD and _capital(following.text)
            )
            ends = token.text.casefold() in NAME_ENDS and (not _capital(token.text) or token.text.isupper())
            if ends and not (linked and end > start):
                break
        elif token.kind is Kind.MARK:
            if not _goes_on(tokens, end):
                break
        elif token.kind is not Kind.NUMBER:
            # Unbalanced quotes and the like stay in the name as plain characters.
            break
        end += 1
    return end


def _goes_on(tokens: list[Token], position: int) -> bool:
    """Whether a mark belongs to the name around it: "Acme, Inc.", "R&D", an odd quote; not the comma of a sentence."""
    mark = tokens[position].text
    following = tokens[position + 1].text.casefold().strip(".") if position + 1 < len(tokens) else ""
    if mark == ",":
        return following in COMPANY_FORMS
    if mark == "." and position and tokens[position - 1].text.casefold() in COMPANY_FORMS:
        return True
    return mark not in ".;:!?()" and bool(following)


def _run(tokens: list[Token], start: int, vocabulary: Collection[str], familiar: Collection[str]) -> int:
    """Where a run of capitalised words that can be a name ends; `start` where none begins here."""
    if not _starts_name(tokens, start, vocabulary, familiar):
        return start
    end = start + 1
    while end < len(tokens):
        token = tokens[end]
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if token.kind is Kind.WORD and _capital(token.text) and token.text.casefold() not in FILLER:
            end += 1
        elif (
            following
            and following.kind is Kind.WORD
            and _capital(following.text)
            and (
                (token.kind is Kind.WORD and token.text.casefold() in NAME_LINKS)
                or (token.kind is Kind.MARK and (token.text == "&" or (_goes_on(tokens, end) and token.text == ",")))
            )
        ):
            end += 2
        elif token.stem in vocabulary and following and following.stem in vocabulary and following.stem != token.stem:
            # "Gold plan product": the first of two known words belongs to the name.
            end += 1
            break
        else:
            break
    return end


def _starts_name(tokens: list[Token], start: int, vocabulary: Collection[str], familiar: Collection[str]) -> bool:
    token = tokens[start]
    if token.kind is not Kind.WORD or not _capital(token.text):
        return False
    known = token.stem in vocabulary or token.stem in familiar
    if known or token.stem in FILLER or token.stem in TURNING or token.stem in VERBS:
        return False
    first = start == 0 or tokens[start - 1].text in ".!?"
    return not first


def _capital(word: str) -> bool:
    """Whether a word can begin a name: a capital, or a letter of a script without capitals."""
    first = word[0]
    return first.isupper() or (first.isalpha() and first.lower() == first.upper())


def _clean(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()
