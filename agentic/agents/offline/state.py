"""What fitting a recipe to a task has found so far."""

import re
from dataclasses import dataclass, field

from agentic.agents.offline.book import Entry, Phrase
from agentic.agents.offline.lexicon import PREPOSITIONS, stem
from agentic.agents.offline.money import Money
from agentic.agents.offline.names import capital
from agentic.agents.offline.reading import Reading
from agentic.agents.offline.rewrite import Value
from agentic.agents.offline.tokens import Kind, Token
from agentic.core.spec import Parameter, ParameterKind


@dataclass(slots=True)
class State:
    """`used` are tokens that are spoken for, `inside` those of them that are part of a value and hence no words."""

    entry: Entry
    reading: Reading
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    # Words that only tell what is the case.
    background: frozenset[int] = frozenset()
    used: set[int] = field(default_factory=set[int])
    inside: set[int] = field(default_factory=set[int])
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    # Tokens that are an option of a WORD: a choice in the task, and no thing to do.
    options: set[int] = field(default_factory=set[int])
    money: Money | None = None
    # What is left of a URL's path behind the repository: ("issues", "12").
    path: tuple[str, ...] = ()
    # A value too many, if one was found.
    extra: str = ""

    @classmethod
    def of(cls, entry: Entry, reading: Reading) -> "State":
        tokens = reading.tokens(entry.names, entry.intervals)
        words = tuple(word_of(token) for token in tokens)
        return cls(entry, reading, tokens, words, reading.background(entry.names, entry.intervals))

    def free(self, *kinds: Kind) -> list[int]:
        """The tokens of some kinds that are not spoken for."""
        return [n for n, token in enumerate(self.tokens) if token.kind in kinds and n not in self.used]

    def lacks(self, parameter: Parameter) -> bool:
        return parameter.name not in self.values

    def keep(self, parameter: Parameter, value: Value, *numbers: int) -> None:
        """Give a parameter its value, which is made of some tokens."""
        self.values[parameter.name] = value
        before = self.tokens[numbers[0] - 1].lower if numbers and numbers[0] else ""
        origin = parameter.kind is ParameterKind.NAME and before == "from" and not self.tokens[numbers[0]].sure
        if origin or (any(n in self.background for n in numbers) and self._is_loose(parameter, numbers[0])):
            # "Good news from Anna": not what something is called.
            self.extra = str(value)
        self.used.update(numbers)
        self.inside.update(numbers)

    def _is_loose(self, parameter: Parameter, number: int) -> bool:
        """Whether what a clause only tells is hardly meant as a parameter: "She lives in Berlin. Create a customer"."""
        if parameter.kind is ParameterKind.NAME:
            return bool(number) and self.tokens[number - 1].lower in PREPOSITIONS and not self.tokens[number].sure
        if parameter.kind is ParameterKind.TEXT:
            return self.tokens[number].kind is not Kind.QUOTED
        quantity = (ParameterKind.AMOUNT, ParameterKind.PERCENT, ParameterKind.INTEGER)
        return parameter.kind in quantity and not parameter.required

    def outside(self) -> tuple[str, ...]:
        """The words that are not part of a value."""
        return tuple("" if n in self.inside and word != "#" else word for n, word in enumerate(self.words))

    def is_known(self, number: int) -> bool:
        """Whether a word means something by itself, so that it is no value without a cue."""
        token = self.tokens[number]
        return token.slip or self.reading.words.knows(token.stem) or token.stem in self.entry.explained

    def is_changed(self, number: int) -> bool:
        """Whether a thing is there already: "make the project x public" makes no project."""
        before = [token.lower for token in self.tokens[max(number - 3, 0) : number]]
        return "make" in before and not {"the", "my", "our", "this", "your", "their"}.isdisjoint(before)

    def is_capital(self, number: int) -> bool:
        """Whether a word has a capital that its place in the sentence does not explain."""
        first = number == 0 or self.tokens[number - 1].text in (".", "!", "?", ":")
        return self.reading.capitals and not first and capital(self.tokens[number].text)

    def matches(self, start: int, phrase: Phrase) -> bool:
        return bool(phrase) and self.words[start : start + len(phrase)] == phrase

    def covering(self, start: int, end: int) -> list[int]:
        """The tokens in a part of the text."""
        return [n for n, token in enumerate(self.tokens) if token.start < end and token.end > start]

    def solid(self, number: int) -> tuple[str, list[int]]:
        """The text without blanks that begins at a token ("feature/dark-mode", "v1.2"), and its tokens."""
        match = _SOLID.match(self.reading.text, self.tokens[number].start)
        text = match[0] if match else self.tokens[number].text
        start = self.tokens[number].start
        text = _POSSESSIVE.sub("", text)
        return text, [n for n in self.covering(start, start + len(text)) if n not in self.used]


_SOLID = re.compile(r"[^\s,;:!?()\"“”]+(?<![.'’])")
_POSSESSIVE = re.compile(r"['’]s?$")


def word_of(token: Token) -> str:
    """What a token says as a word: its stem; "#" for a number with that sign; nothing for another value."""
    if token.kind is Kind.NUMBER and token.text.startswith("#"):
        return "#"
    return token.stem


def url_words(reading: Reading) -> frozenset[str]:
    """The words in the paths of a task's URLs: ".../issues/12" is about an issue."""
    found = [token.text for token in reading.tokens(False, False) if token.kind is Kind.URL]
    return frozenset(stem(part) for text in found for part in re.split(r"[/?#]", text) if part.isalpha())
