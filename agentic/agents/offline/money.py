"""Amounts of money as people write them, in a currency's smallest unit."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from agentic.agents.offline.lexicon import MULTIPLIERS, NUMBER_WORDS

_CODES = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp bzd cad cdf chf clp cny"
    " cop crc cve czk djf dkk dop dzd egp etb eur fjd gbp gel ghs gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd"
    " jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn"
    " nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar scr sek sgd sos szl thb tjs tnd"
    " try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw"
)
# Codes that are English words as well are read as codes only in capitals.
_ALSO_WORDS = frozenset({"all", "try", "top", "php", "mad", "bob", "cop", "gel", "pen", "ron", "lak", "sos"})
CURRENCIES = frozenset(_CODES.split())
_SYMBOLS = {
    "€": "eur",
    "US$": "usd",
    "C$": "cad",
    "A$": "aud",
    "$": "usd",
    "£": "gbp",
    "¥": "jpy",
    "₹": "inr",
    "zł": "pln",
    "₩": "krw",
}
_NAMES = {
    "euro": "eur",
    "euros": "eur",
    "dollar": "usd",
    "dollars": "usd",
    "bucks": "usd",
    "pound": "gbp",
    "pounds": "gbp",
    "quid": "gbp",
    "yen": "jpy",
    "rupee": "inr",
    "rupees": "inr",
    "zloty": "pln",
    "reais": "brl",
    "zlotys": "pln",
    "złoty": "pln",
    "złotych": "pln",
    "baht": "thb",
    "rand": "zar",
    "ringgit": "myr",
    "forint": "huf",
    "forints": "huf",
    "shekels": "ils",
    "yuan": "cny",
    "renminbi": "cny",
    "pounds sterling": "gbp",
    "canadian dollars": "cad",
    "australian dollars": "aud",
    "new zealand dollars": "nzd",
    "hong kong dollars": "hkd",
    "singapore dollars": "sgd",
    "mexican pesos": "mxn",
    "swedish kronor": "sek",
    "danish kroner": "dkk",
    "norwegian kroner": "nok",
    "czech koruna": "czk",
    "turkish lira": "try",
    "swiss francs": "chf",
    "swiss franc": "chf",
    "us dollars": "usd",
    "us dollar": "usd",
}
# Digits after the point where they are not two (ISO 4217).
_DIGITS: dict[str, int] = {}
_DIGITS.update(dict.fromkeys(("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"), 0))
_DIGITS.update(dict.fromkeys(("pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"), 0))
_DIGITS.update(dict.fromkeys(("bhd", "jod", "kwd", "omr", "tnd"), 3))

_NUMBER = r"[-−–]?\d(?:[\d.,'’\u00a0\u202f]|\s(?=\d{3}(?!\d)))*(?<![.,'’\s])"
_WORDED = (
    rf"(?:{'|'.join((*NUMBER_WORDS, *MULTIPLIERS, 'a(?=\\s+(?:hundred|thousand))'))})"
    rf"(?:[\s-]+(?:and\s+)?(?:{'|'.join((*NUMBER_WORDS, *MULTIPLIERS))}))*"
)
_UNIT = "|".join(
    [
        *(re.escape(symbol) for symbol in _SYMBOLS),
        *(rf"\b{name}\b" for name in sorted(_NAMES, key=len, reverse=True)),
        *(rf"(?<![^\W\d_]){code}\b" for code in sorted(CURRENCIES)),
    ]
)
_MONEY = re.compile(
    rf"(?P<before>{_UNIT})\s?(?P<first>{_NUMBER})(?:\s?(?P<more>[kKmM])\b)?(?!\s*%|\w|[.,'’]\w)"
    rf"|(?<![\w.,])(?P<second>{_NUMBER})(?:,-|\.-)?[\s-]?(?P<after>{_UNIT})"
    rf"|\b(?P<worded>{_WORDED})[\s-](?P<unit>{_UNIT})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of a currency (lower-case code)."""

    amount: int
    currency: str

    @classmethod
    def of(cls, whole: int, currency: str) -> Self:
        """So many of the currency itself: 15 EUR are 1500."""
        return cls(whole * 10 ** _DIGITS.get(currency, 2), currency)


@dataclass(frozen=True, slots=True)
class MoneyFound:
    """Where in a text an amount stands. `money` is None where it cannot be told what is meant."""

    start: int
    end: int
    money: Money | None


def find_money(text: str) -> list[MoneyFound]:
    """Every amount with a currency in a text."""
    found: list[MoneyFound] = []
    for match in _MONEY.finditer(text):
        unit = match["before"] or match["after"] or match["unit"]
        currency = currency_of(unit)
        if currency is None:
            continue
        value = (
            number_of_words(match["worded"]) if match["worded"] else parse_number(match["first"] or match["second"], currency)
        )
        money = None if value is None or match["more"] else _smallest(Decimal(value), currency)
        found.append(MoneyFound(match.start(), match.end(), money))
    return found


def currency_of(word: str) -> str | None:
    """The code that a symbol, name or code of a currency stands for."""
    lower = word.casefold()
    if lower in CURRENCIES:
        return None if lower in _ALSO_WORDS and not word.isupper() else lower
    return _NAMES.get(lower) or next((code for symbol, code in _SYMBOLS.items() if symbol.casefold() == lower), None)


def parse_number(text: str, currency: str = "") -> Decimal | None:
    """A number as written in English or in Europe; None where the two would read it differently, or it is negative."""
    plain = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    if not plain[:1].isdecimal() or not re.fullmatch(r"[0-9.,]+", plain):
        return None
    marks = [character for character in plain if not character.isdecimal()]
    if not marks:
        return Decimal(plain)
    if len(set(marks)) == 2:
        point = marks[-1]
        groups = plain.rpartition(point)[0]
        other = "," if point == "." else "."
        if marks.count(point) != 1 or not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", groups):
            return None
        return Decimal(groups.replace(other, "") + "." + plain.rpartition(point)[2])
    if len(marks) > 1:
        return Decimal(re.sub("[.,]", "", plain)) if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) else None
    whole, mark, part = plain.partition(marks[0])
    if len(part) != 3:
        return Decimal(f"{whole}.{part}")
    # "1,250" is a thousand and more to most; "1.250" is too where the point parts thousands, else nobody can tell.
    grouped = 1 <= len(whole) <= 3 and whole != "0" and _DIGITS.get(currency, 2) != 3
    return (
        Decimal(whole + part) if grouped and (mark == "," or currency in ("eur", "dkk", "sek", "nok", "pln", "huf")) else None
    )


def number_of_words(text: str) -> int | None:
    """A number in words ("twenty-five", "a hundred")."""
    total = group = 0
    for word in re.findall(r"[a-z]+", text.casefold()):
        if word in MULTIPLIERS:
            group = max(group, 1) * MULTIPLIERS[word]
            if MULTIPLIERS[word] > 100:
                total, group = total + group, 0
        elif word in NUMBER_WORDS:
            group += NUMBER_WORDS[word]
        elif word not in ("a", "and"):
            return None
    return total + group


def _smallest(value: Decimal, currency: str) -> Money | None:
    scaled = value.scaleb(_DIGITS.get(currency, 2))
    return Money(int(scaled), currency) if scaled == scaled.to_integral_value() and scaled > 0 else None
