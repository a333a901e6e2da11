"""A task's words and values as tokens, each piece of the text found once.

What is a value is no word any more: a customer named "Refund" makes no refund.
"""

import functools
import re
from dataclasses import dataclass

from agentic.agents.offline.clauses import only_asks, only_tells, wants_an_opinion
from agentic.agents.offline.forms import find_values
from agentic.agents.offline.framing import framed
from agentic.agents.offline.lexicon import FILLER, REASON, REPORTING, TURNING, VERBS, stem, words_of
from agentic.agents.offline.money import currency_of
from agentic.agents.offline.names import with_names
from agentic.agents.offline.spelling import Spelling
from agentic.agents.offline.tokens import Kind, Token

_WORD = re.compile(r"°\s?[CFcf]\b|[^\W_]+(?:['’.&-](?=[^\W_])[^\W_]+)*\.?(?<!\w\w\.)(?<!['’]\w\.)|[^\W_]+|\S")
_QUESTION = re.compile(
    r"\s*(?:which|what|who|whose|where|when|why|how|is|are|was|were|do|does|did|has|have|should)\b", re.IGNORECASE
)
_REQUEST = re.compile(r"\s*(?:\w+,?\s+){0,2}(?:can|could|would|will|may|might)\b", re.IGNORECASE)
_SHORT = {
    "h": stem("hour"),
    "hr": stem("hour"),
    "hrs": stem("hour"),
    "d": stem("day"),
    "temp": stem("temperature"),
    "temps": stem("temperature"),
    "°c": stem("celsius"),
    "°f": stem("fahrenheit"),
}
_BEFORE_A_VERB = words_of("please pls plz you to just can could and then hi hey hello kindly , . ! ? ;")
_SURE_CURRENCIES = ("eur", "usd", "gbp", "jpy", "chf", "yen")


@dataclass(frozen=True, slots=True)
class Words:
    """What the recipes' words are: `vocabulary` that some recipe asks for, `familiar` from their examples, how ids begin.

    `services` are the names of the APIs themselves, which are familiar too.
    """

    vocabulary: frozenset[str]
    familiar: frozenset[str]
    services: frozenset[str]
    # The choices that a recipe offers: "private", "closed".
    options: frozenset[str]
    prefixes: tuple[str, ...]
    spelling: Spelling

    def knows(self, plain: str) -> bool:
        """Whether a stem means something in a task."""
        return plain in self.vocabulary or plain in self.familiar or plain in FILLER or plain in TURNING or plain in VERBS


class Reading:
    """A task, read for any recipe: with or without names put together, with or without intervals ("a month") as values."""

    def __init__(self, task: str, words: Words) -> None:
        self.text = REASON.sub("", REPORTING.sub("", task))
        self.words = words
        # In a text without small letters a capital tells nothing.
        self.capitals = any(character.islower() for character in self.text)
        request = framed(self.text, self._tokens(False, False), words.vocabulary, words.options)
        self.text, self.named, self.doubt, self.caution = request.text, request.named, request.doubt, request.caution
        # "Could you create …?" asks for nothing but a yes.
        asked = self.text[self.named[-1][1] + 1 :] if self.named and not self.named[0][0] else self.text
        self.asks = bool(_QUESTION.match(asked) or (asked.rstrip().endswith("?") and not _REQUEST.match(asked)))
        self.tokens = functools.lru_cache(maxsize=4)(self._tokens)
        self.only_asks = functools.lru_cache(maxsize=1)(lambda: only_asks(self._asking()))
        self.only_tells = functools.lru_cache(maxsize=1)(lambda: only_tells(self._asking()))
        self.wants_an_opinion = functools.lru_cache(maxsize=1)(lambda: wants_an_opinion(self.tokens(False, False)))
        self.background = functools.lru_cache(maxsize=4)(self._background)

    def _tokens(self, names: bool, intervals: bool) -> tuple[Token, ...]:
        if names:
            words = self.words
            return tuple(
                with_names(list(self.tokens(False, intervals)), words.vocabulary, words.familiar, words.prefixes, self.text)
            )
        values = find_values(
            self.text, intervals=intervals, prefixes=self.words.prefixes, words=self.words.vocabulary | self.words.familiar
        )
        values.sort(key=lambda token: token.start)
        tokens: list[Token] = []
        position = 0
        for value in values:
            self._words(position, value.start, tokens)
            tokens.append(value)
            position = value.end
        self._words(position, len(self.text), tokens)
        return tuple(tokens)

    def _background(self, names: bool, intervals: bool) -> frozenset[int]:
        """The tokens that only name something."""
        tokens = self.tokens(names, intervals)
        return frozenset(n for n, token in enumerate(tokens) if any(a <= token.start < b for a, b in self.named))

    def heard(self) -> str:
        """The request's words, and the values of what only names something."""
        tokens, background = self.tokens(False, False), self.background(False, False)
        told = [token for n, token in enumerate(tokens) if n in background and token.kind is Kind.WORD]
        text = self.text
        for token in told:
            text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
        return text

    def _asking(self) -> list[Token]:
        background = self.background(False, False)
        return [token for n, token in enumerate(self.tokens(False, False)) if n not in background]

    def _words(self, start: int, end: int, tokens: list[Token]) -> None:
        for match in _WORD.finditer(self.text, start, end):
            word, (begin, stop) = match[0], match.span()
            lower = word.casefold()
            if not any(character.isalnum() for character in word):
                tokens.append(Token(Kind.MARK, word, begin, stop))
            elif (code := currency_of(word)) and (len(lower) > 3 or word.isupper() or lower in _SURE_CURRENCIES):
                tokens.append(Token(Kind.CURRENCY, word, begin, stop, code))
            elif word[0].isdecimal() and not _ordinal_or_name(word):
                # "1.5k", "15x": a number that is not understood.
                tokens.append(Token(Kind.UNCLEAR, word, begin, stop))
            elif "-" in word:
                tokens.extend(self._parts(word, begin))
            else:
                leading = not tokens or tokens[-1].lower in _BEFORE_A_VERB
                tokens.append(self._word(word, begin, not tokens or tokens[-1].text in (".", "!", "?", ":"), leading))

    def _word(self, word: str, begin: int, first: bool, leading: bool = False) -> Token:
        plain = _SHORT.get(word.casefold().replace(" ", "")) or stem(word)
        meant = plain
        # A capital in a sentence begins a name, and a name is not corrected.
        if not self.words.knows(plain) and (first or word[0].islower() or not self.capitals):
            meant = self.words.spelling.corrected(word, leading)
        return Token(Kind.WORD, word, begin, begin + len(word), stem=meant, slip=meant != plain)

    def _parts(self, word: str, begin: int) -> list[Token]:
        """A hyphenated word stays one where it is a name (Anna-Lena) or nothing in it is known; else each part is a word."""
        parts = [(m[0], begin + m.start(), begin + m.end()) for m in re.finditer(r"[^-]+", word)]
        joined = stem(word.replace("-", ""))
        if joined in self.words.vocabulary or joined in VERBS:
            # "re-open" is reopen, and "un-star" no star.
            return [Token(Kind.WORD, word, begin, begin + len(word), stem=joined)]
        known = [self.words.knows(stem(part)) or part.isdecimal() for part, _, _ in parts]
        if (word[0].isupper() and self.capitals and not (known[0] and known[-1])) or not any(known):
            return [Token(Kind.WORD, word, begin, begin + len(word), stem=stem(word))]
        return [
            Token(Kind.NUMBER, part, start, end, int(part)) if part.isdecimal() else self._word(part, start, False)
            for part, start, end in parts
        ]


def _ordinal_or_name(word: str) -> bool:
    """ "1st" and "14-day" are words with a number in them."""
    return bool(re.fullmatch(r"\d+(?:st|nd|rd|th)|\d+(?:-[^\W\d_]+)+", word))
