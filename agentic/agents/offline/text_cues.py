"""The words that announce a text in a task ("titled", "saying", "the label"), and where they stand."""

import functools
from collections.abc import Iterator

from agentic.agents.offline.book import phrase_of
from agentic.agents.offline.lexicon import ANNOUNCING, DETERMINERS, FILLER, NAME_ENDS, PREPOSITIONS, stem, stems
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import Parameter, ParameterKind

NAMING = stems("titled title entitled called named name")
SAID = stems("saying say says")
SAYING = stems("comment reply answer note text body message")
_CODED = stems("zip zipcode postcode postal")
STEMMED_PREPOSITIONS = frozenset(stem(word) for word in PREPOSITIONS)


def lacking(state: State) -> list[Parameter]:
    """The free texts that the recipe takes and the task has not given yet."""
    return [p for p in state.entry.recipe.parameters if p.kind is ParameterKind.TEXT and state.lacks(p)]


def cued(state: State, parameter: Parameter, *, prepositions: bool) -> Iterator[tuple[int, int]]:
    """Where the parameter's words stand: the first token of each and the one behind it."""
    cues = sorted((phrase_of(cue) for cue in parameter.pattern.split("|") if cue), key=len, reverse=True)
    for cue in cues:
        if len(cue) == 1 and cue[0] in STEMMED_PREPOSITIONS and not prepositions:
            continue
        for start in range(len(state.tokens) - len(cue)):
            if state.matches(start, cue) and not any(n in state.inside for n in range(start, start + len(cue))):
                yield start, start + len(cue)


@functools.lru_cache(maxsize=512)
def is_named_only(parameter: Parameter) -> bool:
    """Whether a parameter is a name and no sentence: nothing announces it but "called", "named" and nouns."""
    cues = [phrase_of(cue) for cue in parameter.pattern.split("|") if cue]
    return not any(cue[-1] in ANNOUNCING - NAMING or (len(cue) > 1 and cue[0] in ANNOUNCING - NAMING) for cue in cues)


def is_speech(parameter: Parameter, cue: tuple[str, ...]) -> bool:
    """Whether a text is something said, to whose end thanks may belong."""
    said = SAYING | SAID
    return cue[-1] in said if cue else any(phrase_of(other)[0] in SAYING for other in parameter.pattern.split("|") if other)


def fits_its_word(parameter: Parameter, text: str) -> bool:
    """Whether a text can be what its word says: a code or a number has a digit."""
    return not is_coded(parameter) or any(character.isdigit() for character in text)


@functools.lru_cache(maxsize=512)
def is_coded(parameter: Parameter) -> bool:
    """Whether a parameter is a postal code, which has a digit in it."""
    return any(_CODED & set(phrase_of(cue)) for cue in parameter.pattern.split("|"))


def stands_for(state: State, number: int) -> bool:
    """Whether a quoted text that nothing announces can be what is lacking: not "from the template “x”"."""
    place = number - 1
    while place >= 0 and state.tokens[place].kind is Kind.WORD and state.tokens[place].lower in DETERMINERS | {"new"}:
        place -= 1
    if place < 0 or state.tokens[place].kind is not Kind.WORD:
        return True
    word, told = state.tokens[place].lower, state.words[place]
    if word in ("in", "from", "by", "of", "under", "at", "to", "into", "like"):
        return False
    return word in PREPOSITIONS or told in state.entry.explained or told in FILLER


def stands_alone(state: State, number: int) -> bool:
    """Whether a word of the recipe's own is a value here: "labelled bug", "the label bug to issue 5"; not "label issue 5"."""
    if number + 1 >= len(state.tokens):
        return True
    following = state.tokens[number + 1]
    return following.kind is Kind.MARK or following.lower in NAME_ENDS or following.lower in PREPOSITIONS


def is_cue(state: State, place: int, *, beside: Parameter | None = None) -> bool:
    """Whether a word of another parameter stands here."""
    others = [p for p in state.entry.recipe.parameters if p is not beside and p.kind is ParameterKind.TEXT and state.lacks(p)]
    return any(
        state.matches(place, phrase_of(cue))
        for p in others
        for cue in p.pattern.split("|")
        if cue and not (beside and cue in beside.pattern.split("|"))
    )


def is_option(state: State, place: int) -> bool:
    """Whether one of the recipe's choices ("private", "closed") stands here."""
    options = [p.pattern for p in state.entry.recipe.parameters if p.kind is ParameterKind.WORD]
    return any(state.matches(place, phrase_of(option)) for pattern in options for option in pattern.split("|"))


def announces(state: State, place: int) -> bool:
    """Whether the word at a place is there for a text: a quote, a colon or a participle ("labelled bug")."""
    after = state.tokens[place + 1] if place + 1 < len(state.tokens) else None
    if after is None:
        return False
    participle = state.tokens[place].lower.endswith("ed")
    return participle or after.kind in (Kind.QUOTED, Kind.SLASHED) or after.text in (":", "=") or after.lower in ("is", "as")
