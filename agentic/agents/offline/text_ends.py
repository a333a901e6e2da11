"""Where a text without quotes ends: at a value, another parameter's word, or another thing to do."""

import re

from agentic.agents.offline.lexicon import DETERMINERS, FILLER, NAME_ENDS, PREPOSITIONS, TURNING, VERBS
from agentic.agents.offline.state import State
from agentic.agents.offline.text_cues import announces, is_cue, is_option, stands_alone
from agentic.agents.offline.tokens import Kind, Token
from agentic.core.spec import Parameter

_NEVER_TITLES = frozenset({"into", "onto", "against", "off"})
_PLAIN = (
    Kind.WORD,
    Kind.NAME,
    Kind.NUMBER,
    Kind.CODE,
    Kind.ID,
    Kind.MARK,
    Kind.CURRENCY,
    Kind.PERCENT,
    Kind.MONEY,
    Kind.UNCLEAR,
)
_SOLID = (Kind.WORD, Kind.NAME, Kind.CODE, Kind.ID, Kind.SLASHED, Kind.NUMBER)
_VALUES = (Kind.SLASHED, Kind.HANDLE, Kind.URL)
POLITE = frozenset({"please", "thanks", "thank", "you", "pls", "now", "thx", ",", "!", "cheers"})


def before_service(state: State, start: int, end: int) -> int:
    """Where a text ends before "on GitHub": the API's own name at the end is no part of it."""
    last = end
    while last > start and (state.tokens[last - 1].kind is Kind.MARK or state.tokens[last - 1].lower in POLITE):
        last -= 1
    named = last - start > 2 and state.words[last - 1] in state.reading.words.services
    return last - 2 if named and state.tokens[last - 2].lower in ("on", "in", "at", "from", "via", "using", "with") else end


def is_idiom(token: Token) -> bool:
    """Whether a token is a set phrase that says nothing of the task ("for me")."""
    return token.kind is Kind.MARK and len(token.text) > 1


def end_of_name(state: State, start: int, *, named: bool) -> int:
    """Where a label, branch or version ends: at a word of its own meaning or a mark. `named`: it is "called" so."""
    first = state.tokens[start]
    if first.kind is Kind.UNCLEAR and not re.fullmatch(r"\d+(?:\.\d+)+", first.text):
        return start
    if (
        first.kind not in (*_SOLID, Kind.UNCLEAR)
        or first.lower in PREPOSITIONS
        or first.lower in DETERMINERS
        or first.lower in NAME_ENDS
    ):
        return start
    if (
        first.kind is Kind.WORD
        and first.stem in state.entry.own
        and not state.is_capital(start)
        and not stands_alone(state, start)
    ):
        return start
    if first.kind is Kind.NUMBER and first.text.startswith("#"):
        return start
    if first.kind in (Kind.NUMBER, Kind.CODE, Kind.UNCLEAR):
        solid = state.solid(start)[1]
        return (solid[-1] + 1) if solid else start + 1
    end = start
    while end < len(state.tokens) and end not in state.used:
        token = state.tokens[end]
        if (
            end > start
            and token.kind is Kind.WORD
            and (token.stem in TURNING or (token.stem in FILLER and not named))
            and not state.is_capital(end)
        ):
            break
        if token.kind not in _SOLID or token.kind is Kind.SLASHED or token.lower in NAME_ENDS or token.lower in PREPOSITIONS:
            break
        if (
            end > start
            and token.kind is Kind.WORD
            and ((not named and token.stem in state.entry.own) or is_cue(state, end))
            and not state.is_capital(end)
        ):
            break
        solid = state.solid(end)[1]
        end = max(end + 1, (solid[-1] + 1) if solid else 0)
    return end


def end_of_text(state: State, parameter: Parameter, start: int) -> int:
    """Where a title or a comment ends."""
    end = start
    while end < len(state.tokens):
        token = state.tokens[end]
        if end in state.used or token.kind not in _PLAIN or _ends_here(state, parameter, end):
            break
        end += 1
    return end


def _ends_here(state: State, parameter: Parameter, number: int) -> bool:
    token = state.tokens[number]
    place = number + 1
    if token.kind is Kind.MARK:
        if token.text in (".", "!", "?", ";") and (
            place >= len(state.tokens) or state.reading.text[token.end : token.end + 1].isspace()
        ):
            return True
        if token.text not in (",", "(", "-", "–", "—"):
            return False
        place = _past(state, place, ("and", "with", "in", "on", "for", "to", "then", "it", "is", "should", "be", "make"))
        return place >= len(state.tokens) or _something_else(state, parameter, place)
    following = state.tokens[place].lower if place < len(state.tokens) else ""
    if token.lower in ("that", "which") and following in ("is", "are", "isn't", "should", "shouldn't", "has", "must", "will"):
        return True
    if token.lower in ("and", "then", "plus", "but", "with", "that", "which"):
        place = _past(state, place, ("then", "also", "with", "add", "give", "use", "is", "should", "please", "as", "it", "be"))
        return _something_else(state, parameter, place) or (token.lower in ("and", "then", "but") and _does(state, number + 1))
    if token.lower in PREPOSITIONS:
        place = _past(state, place, ())
        if token.lower in _NEVER_TITLES and is_cue(state, number, beside=parameter):
            return True
        return place < len(state.tokens) and (
            state.tokens[place].kind in _VALUES
            or state.tokens[place].text.startswith("#")
            or (state.tokens[place].stem in state.entry.own and _value_near(state, place))
            or (is_cue(state, place, beside=parameter) and announces(state, place))
        )
    return number > 0 and is_cue(state, number, beside=parameter) and announces(state, number)


def _past(state: State, place: int, words: tuple[str, ...]) -> int:
    while place < len(state.tokens) and (state.tokens[place].lower in DETERMINERS or state.tokens[place].lower in words):
        place += 1
    return place


def _something_else(state: State, parameter: Parameter, place: int) -> bool:
    """Whether a value, another parameter's word or an option begins here."""
    if place >= len(state.tokens):
        return False
    token = state.tokens[place]
    return (
        token.kind in (*_VALUES, Kind.QUOTED)
        or token.text.startswith("#")
        or is_cue(state, place, beside=parameter)
        or is_option(state, place)
        or (token.stem in state.entry.own and _value_near(state, place))
        or (token.stem in VERBS and _does(state, place))
    )


def _does(state: State, place: int) -> bool:
    """Whether another thing to do begins here ("and close it")."""
    return place < len(state.tokens) and (state.words[place] in VERBS or state.words[place] in TURNING)


def _value_near(state: State, place: int) -> bool:
    near = state.tokens[place + 1 : place + 4]
    return any(token.kind in (*_VALUES, Kind.NUMBER, Kind.ID, Kind.COORDINATES) for token in near)
