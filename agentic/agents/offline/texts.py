"""Free texts in a task: titles, comments, labels, branches, in quotes or behind a word that announces them.

A text without quotes ends where something else of the task begins: a value, another parameter's word, or another thing to do.
"""

import re

from agentic.agents.offline.lexicon import ANNOUNCING, DETERMINERS, FILLER, LINKERS, PREPOSITIONS, stems
from agentic.agents.offline.names import clean
from agentic.agents.offline.state import State
from agentic.agents.offline.text_cues import (
    NAMING,
    SAID,
    SAYING,
    STEMMED_PREPOSITIONS,
    cued,
    fits_its_word,
    is_coded,
    is_named_only,
    is_speech,
    lacking,
    stands_for,
)
from agentic.agents.offline.text_ends import POLITE, before_service, end_of_name, end_of_text, is_idiom
from agentic.agents.offline.text_nouns import before_its_word, behind_the_noun, take_file
from agentic.agents.offline.tokens import Kind, Token
from agentic.core.spec import Parameter, ParameterKind

_ORDERS = frozenset({"please", "pls", "now", ","})
_WHICH = stems("next same previous other others all both every everything last first")
_ADDRESSED = stems("comment reply answer respond")
# What leads to the next value, and is no end of a text.
_TRAILING = PREPOSITIONS | DETERMINERS | {"and", ".", ";", "-", "also", "add"}
_LAST_MARKS = frozenset({".", ";", "-"})
_SKIPPED = frozenset(
    {"it", "with", "a", "an", "the", "that", "says", "saying", "reads", "reading", "word", "words", "text", "just", "be"}
)
# Postal codes of two parts: British, Canadian, Dutch, Swedish, Brazilian ones.
_POSTCODE = re.compile(
    r"(?:[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|[A-Z]\d[A-Z]\s\d[A-Z]\d|\d{4}\s[A-Z]{2}|\d{3}\s\d{2}|\d{5}-\d{3,4})\b(?!\s?\d)", re.I
)


def take_announced(state: State) -> None:
    """The texts that stand behind their own word, quoted ones first."""
    parameters = lacking(state)
    for parameter in parameters:
        for place in cued(state, parameter, prepositions=True):
            if _take_quoted(state, parameter, place):
                break
    for parameter in lacking(state):
        if parameter.required and len(lacking(state)) == 1 and any(stands_for(state, n) for n in state.free(Kind.QUOTED)):
            # "Answer issue 3: “Done”": the quoted text is it, wherever it stands.
            continue
        for place in cued(state, parameter, prepositions=False):
            if _take_plain(state, parameter, place):
                break


def take_text(state: State, parameter: Parameter) -> None:
    """The text behind a preposition ("for web design", "from main"), or one that nothing announces but quotes or a colon."""
    if not state.lacks(parameter):
        return None
    for place in cued(state, parameter, prepositions=True):
        if _take_quoted(state, parameter, place) or _take_plain(state, parameter, place):
            return None
    if "file" in parameter.pattern.split("|") and take_file(state, parameter):
        return None
    if not parameter.required:
        return None
    branches = any(p.kind is ParameterKind.REPOSITORY for p in state.entry.recipe.parameters)
    for kind in (Kind.QUOTED, Kind.CODE, *((Kind.SLASHED,) if branches else ())):
        if (found := state.free(kind)) and (kind is not Kind.QUOTED or stands_for(state, found[0])):
            return state.keep(parameter, str(state.tokens[found[0]].value), found[0])
    if before_its_word(state, parameter) or behind_the_noun(state, parameter):
        return None
    for place in [n + 1 for n, token in enumerate(state.tokens) if token.text == ":" and n not in state.inside]:
        if _take_plain(state, parameter, place, announced=True):
            return None
    return None


def _take_quoted(state: State, parameter: Parameter, place: tuple[int, int]) -> bool:
    """A quoted text right behind its word, or behind a few that only lead to it."""
    start, after = place
    while after < len(state.tokens) and _leads(state.tokens[after]):
        after += 1
    if after < len(state.tokens) and state.tokens[after].kind is Kind.QUOTED and after not in state.used:
        state.keep(parameter, str(state.tokens[after].value), after)
        state.used.update(n for n in range(start, after) if state.tokens[n].kind is Kind.WORD)
        return True
    return False


def _leads(token: Token) -> bool:
    return token.lower in LINKERS or token.lower in _SKIPPED


def _take_plain(state: State, parameter: Parameter, place: tuple[int, int] | int, *, announced: bool = False) -> bool:
    """A text without quotes behind its word: up to where something else begins."""
    start, after = (place, place) if isinstance(place, int) else place
    cue = state.words[start:after]
    announced = announced or (bool(cue) and cue[-1] in ANNOUNCING) or (len(cue) > 1 and cue[0] in ANNOUNCING)
    announced = announced and not is_named_only(parameter)
    if cue and cue[-1] in _ADDRESSED and after < len(state.tokens) and state.tokens[after].lower in ("to", "on"):
        # "Reply to octocat": whom, not what.
        return False
    preposition = len(cue) == 1 and cue[0] in STEMMED_PREPOSITIONS
    while after < len(state.tokens) and (
        state.tokens[after].lower in LINKERS or (preposition and state.tokens[after].lower in DETERMINERS)
    ):
        after += 1
    if preposition:
        announced = not is_named_only(parameter)
    linked = after - (start + len(cue))
    if after < len(state.tokens) and not fits_its_word(parameter, state.solid(after)[0]):
        return False
    if after >= len(state.tokens) or after in state.used or (preposition and state.tokens[after].kind is Kind.NUMBER):
        return False
    if is_coded(parameter) and (post := _POSTCODE.match(state.reading.text, state.tokens[after].start)):
        numbers = state.covering(*post.span())
        state.keep(parameter, post[0], *numbers)
        state.used.update(range(start, after))
        return True
    if state.tokens[after].kind is Kind.SLASHED:
        return _take_slashed(state, parameter, start, after, sure=not preposition and not linked)
    if announced:
        end = end_of_text(state, parameter, after)
    elif linked and not preposition and state.tokens[after - 1].lower not in (":", "=", "is", "as", "it"):
        return False
    else:
        end = end_of_name(state, after, named=bool(cue) and cue[-1] in NAMING)
    speech = is_speech(parameter, cue)
    trailing = (_ORDERS if speech else POLITE) | (_TRAILING if end in state.used else _LAST_MARKS)
    if not speech:
        end = before_service(state, after, end)
    while end > after and (state.tokens[end - 1].lower in trailing or (not speech and is_idiom(state.tokens[end - 1]))):
        end -= 1
    numbers = [n for n in range(after, end) if n not in state.used]
    naming = (bool(cue) and cue[-1] in NAMING | SAID) or (announced and state.tokens[after - 1].text == ":")
    told = [n for n in numbers if naming or state.tokens[n].kind is not Kind.WORD or state.tokens[n].stem not in FILLER]
    # "for customer cus_1", "for a payment": that is the task's own matter.
    own_matter = preposition and (cue != ("as",) or (told and state.words[told[-1]] in stems(parameter.pattern)))
    if not told or len(numbers) < end - after or (own_matter and state.tokens[told[0]].stem in state.reading.words.vocabulary):
        return False
    if preposition and state.tokens[told[0]].stem in _WHICH:
        # "With the next one"
        return False
    if all(state.tokens[n].kind is Kind.MARK or state.words[n] in state.reading.words.services for n in told):
        # "My repositories on GitHub"
        return False
    if announced and not linked and len(numbers) == 1 and cue and cue[-1] in SAYING:
        # "Reply all", "comment below": hardly the text itself.
        return False
    text = clean(state.reading.text[state.tokens[after].start : state.tokens[end - 1].end])
    state.keep(parameter, _bare(text), *numbers)
    state.used.update(range(start, after))
    return True


def _bare(text: str) -> str:
    return re.sub(r"[\"“”]$|^[\"“”]", "", text) if text.count('"') == 1 else text


def _take_slashed(state: State, parameter: Parameter, start: int, number: int, *, sure: bool) -> bool:
    """ "Branch feature/search" is a branch; "from acme/widgets" only where another repository is named."""
    needs = any(p.kind is ParameterKind.REPOSITORY and state.lacks(p) for p in state.entry.recipe.parameters)
    if needs and not sure and len(state.free(Kind.SLASHED, Kind.URL)) < 2:
        return False
    state.keep(parameter, str(state.tokens[number].value), number)
    state.used.update(range(start, number))
    return True
