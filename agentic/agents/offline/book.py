"""Recipes made ready for matching, once for each set of recipes: their words as stems, and what each of them explains."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentic.agents.offline.lexicon import BESIDE, FILLER, READING, TURNING, VERBS, stem, stems
from agentic.agents.offline.reading import Words
from agentic.agents.offline.rewrite import constants
from agentic.agents.offline.spelling import Spelling
from agentic.agents.offline.synonyms import every_word, widened
from agentic.core.spec import ParameterKind, Recipe

Phrase = tuple[str, ...]
# Particles that stand apart from their verb: "set it up", "give the money back".
_PARTICLES = frozenset({"up", "back", "down", "out", "again", "off", "on", "away", "in", "into", "as", "over", "final"})
_REACH = 5
_COMPARE = stems("compare")
_SHOWING = stems("list show find display get see check look read fetch")
_COMPARING = stems("than versus vs or between against and both difference")


# Within a phrase these do not make a task speak of a recipe.
_SMALL = FILLER | TURNING


@dataclass(frozen=True, slots=True)
class Group:
    """One group of words, of which a task has to have one. `longer` are the phrases of several words, by the first."""

    title: str
    single: frozenset[str]
    longer: dict[str, tuple[Phrase, ...]]

    def stands_in(self, words: tuple[str, ...]) -> bool:
        """Whether one of the group is among some words."""
        if not self.single.isdisjoint(words):
            return True
        return any(has(words, phrase) for first in self.longer.keys() & set(words) for phrase in self.longer[first])


@dataclass(frozen=True, slots=True)
class Entry:
    """A recipe made ready. `groups` and `unless` are phrases of stems; `own`: its groups' stems as the plugin wrote them."""

    recipe: Recipe
    groups: tuple[Group, ...]
    unless: tuple[Phrase, ...]
    own: frozenset[str]
    explained: frozenset[str]
    names: bool
    intervals: bool
    # Whether it only reads, as far as its words say.
    reads: bool
    # Groups that a task need not say: "the last 20 invoices" are to be listed, "a 25% coupon" is to be made.
    unsaid: tuple[bool, ...]
    makes: bool
    # It has no verb at all: "the weather in Berlin".
    asks: bool


@dataclass(frozen=True, slots=True)
class Book:
    """A set of recipes made ready."""

    entries: tuple[Entry, ...]
    words: Words


@functools.lru_cache(maxsize=32)
def book_of(recipes: tuple[Recipe, ...]) -> Book:
    """The book of some recipes."""
    phrases = {phrase for recipe in recipes for group in recipe.words for phrase in group.split("|")}
    vocabulary = frozenset(word for phrase in phrases for word in stems(phrase) if " " not in phrase or word not in _SMALL)
    services = frozenset[str]().union(*(_services(recipe) for recipe in recipes)) - vocabulary
    familiar = services.union(*(_familiar(recipe) for recipe in recipes))
    patterns = frozenset[str]().union(
        *(stems(p.pattern) for recipe in recipes for p in recipe.parameters if p.kind is not ParameterKind.ID)
    )
    prefixes = tuple(
        sorted(
            prefix
            for prefix in {
                prefix
                for recipe in recipes
                for p in recipe.parameters
                if p.kind is ParameterKind.ID
                for prefix in p.pattern.split("|")
            }
            if prefix
        )
    )
    widening = frozenset(stem(word) for word in every_word())
    beside = frozenset[str]().union(*BESIDE.values())
    patterns |= stems(" ".join(p.name.replace("_", " ") for recipe in recipes for p in recipe.parameters))
    spelling = Spelling(vocabulary | familiar | patterns | widening | beside)
    options = frozenset(
        word for recipe in recipes for p in recipe.parameters if p.kind is ParameterKind.WORD for word in p.pattern.split("|")
    )
    words = Words(vocabulary, familiar, services, options, prefixes, spelling)
    return Book(tuple(_entry(recipe) for recipe in recipes), words)


def has(words: tuple[str, ...], phrase: Phrase) -> bool:
    """Whether a phrase stands among words (an empty one for each value)."""
    return next(places(words, phrase), None) is not None


def places(words: tuple[str, ...], phrase: Phrase) -> Iterator[list[int]]:
    """Where a phrase stands among words: the places of its words, which may be apart ("put it on hold")."""
    if not phrase or phrase[0] not in words:
        return
    size = len(phrase)
    for n, word in enumerate(words):
        if word == phrase[0]:
            if words[n : n + size] == phrase:
                yield list(range(n, n + size))
            elif size > 1 and phrase[1] in _PARTICLES:
                for m in range(n + 1, n + 1 + _REACH):
                    if words[m : m + size - 1] == phrase[1:]:
                        yield [n, *range(m, m + size - 1)]
                        break


def phrase_of(text: str) -> Phrase:
    """A phrase's stems; "re-open" is one word."""
    return tuple(stem(word.replace("-", "")) for word in text.split())


def _entry(recipe: Recipe) -> Entry:
    # What is to be done stands in the first group.
    groups = tuple(_group(group, group.split("|") if number else widened(group)) for number, group in enumerate(recipe.words))
    return Entry(
        recipe,
        groups,
        tuple(phrase_of(phrase) for group in recipe.unless for phrase in group.split("|") if phrase),
        stems(" ".join(recipe.words)),
        _explained(recipe, groups),
        any(p.kind is ParameterKind.NAME for p in recipe.parameters),
        any(p.kind is ParameterKind.INTERVAL for p in recipe.parameters),
        _reads(recipe),
        tuple(_is_reading(group) or group.split("|")[0] == "create" for group in recipe.words),
        any(group.split("|")[0] == "create" for group in recipe.words),
        _asks(recipe) and not any(_is_reading(group) for group in recipe.words),
    )


def _group(text: str, told: Iterable[str]) -> Group:
    phrases = [phrase_of(phrase) for phrase in told if phrase]
    longer: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        if len(phrase) > 1:
            longer.setdefault(phrase[0], []).append(phrase)
    single = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    return Group(text.split("|")[0], single, {first: tuple(group) for first, group in longer.items()})


@functools.lru_cache(maxsize=512)
def _familiar(recipe: Recipe) -> frozenset[str]:
    """The words of a recipe's example that are no values in its script: in a task they are no names either."""
    values = stems(" ".join(str(value) for value in constants(recipe.script).values()))
    return stems(recipe.task) - values


# What a script calls its service: whose key it takes, and on which host it calls.
_SERVICE = re.compile(r"environ\[[\"']([A-Z]{3,}|[A-Z]+[0-9][A-Z0-9]*)_|https?://(?:[\w-]+\.)*([\w-]{3,})\.[a-z]{2,}")


@functools.lru_cache(maxsize=512)
def _services(recipe: Recipe) -> frozenset[str]:
    """The names of a recipe's service: saying one of them in a task asks for nothing more."""
    return frozenset(stem(key or host) for key, host in _SERVICE.findall(recipe.script))


def _explained(recipe: Recipe, groups: tuple[Group, ...]) -> frozenset[str]:
    """The stems that a recipe accounts for: its words, its example's, and those that go with its parameters."""
    # A word that turns the meaning is explained only where its whole phrase stands ("until further notice").
    own = frozenset(
        word
        for group in recipe.words
        for phrase in group.split("|")
        for word in stems(phrase)
        if " " not in phrase or word not in TURNING or word == "should"
    )
    texts = " ".join(p.name.replace("_", " ") for p in recipe.parameters)
    # A cue is no leave to pass over a word that turns the meaning ("no" beside a number); a second option is not either.
    cues = stems(" ".join(p.pattern for p in recipe.parameters if p.kind not in (ParameterKind.ID, ParameterKind.WORD)))
    beside = frozenset[str]().union(*(BESIDE[p.kind.value] for p in recipe.parameters))
    # Longer phrases are spoken for where they stand.
    widening = frozenset[str]().union(*(group.single for group in groups))
    reading = READING if _asks(recipe) else frozenset[str]()
    comparing = _COMPARING if sum(p.kind is ParameterKind.PLACE for p in recipe.parameters) > 1 else frozenset[str]()
    return own | _familiar(recipe) | stems(texts) | (cues - TURNING) | beside | (widening - TURNING) | reading | comparing


def _asks(recipe: Recipe) -> bool:
    """Whether none of a recipe's words is a verb that does something, so that any verb of asking will do."""
    phrases = frozenset(phrase_of(phrase) for group in recipe.words for phrase in group.split("|"))
    single = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    return single & VERBS <= READING | _COMPARE


def _reads(recipe: Recipe) -> bool:
    """Whether a recipe only asks, or one group of its words are verbs of asking and nothing else."""
    return _asks(recipe) or any(_is_reading(group) for group in recipe.words)


def _is_reading(group: str) -> bool:
    phrases = [phrase_of(phrase) for phrase in group.split("|") if phrase]
    verbs = [phrase[0] for phrase in phrases if len(phrase) == 1 and phrase[0] in VERBS]
    return bool(verbs) and verbs[0] in _SHOWING and all(verb in READING for verb in verbs)
