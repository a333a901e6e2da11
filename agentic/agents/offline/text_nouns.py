"""Texts that stand beside their noun without a word that announces them: "the bug label", "the branch x", "todo.md"."""

import re

from agentic.agents.offline.lexicon import DETERMINERS, FILLER, PREPOSITIONS, READING
from agentic.agents.offline.names import clean
from agentic.agents.offline.state import State
from agentic.agents.offline.text_cues import cued, fits_its_word, is_named_only
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import Parameter

_FILE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[A-Za-z][A-Za-z0-9]{0,5}")


def take_file(state: State, parameter: Parameter) -> bool:
    """A file's name says itself what it is: "todo.md"."""
    for number in state.free(Kind.QUOTED):
        if _FILE.fullmatch(str(state.tokens[number].value)):
            state.keep(parameter, str(state.tokens[number].value), number)
            return True
    for number in [n for n in state.free(Kind.WORD, Kind.NAME, Kind.CODE) if not state.is_known(n)]:
        text, numbers = state.solid(number)
        if _FILE.fullmatch(text) and numbers:
            state.keep(parameter, text, *numbers)
            return True
    return False


def before_its_word(state: State, parameter: Parameter) -> bool:
    """A name before its own word: "the bug label", "a needs-triage label"."""
    if not is_named_only(parameter):
        return False
    for start, _ in cued(state, parameter, prepositions=False):
        begin = start
        while begin > 0 and begin - 1 not in state.used and start - begin < 4 and _free_word(state, begin - 1):
            begin -= 1
        known = begin - 1
        if begin == start and known > 0 and state.tokens[known - 1].lower in DETERMINERS and _can_be_label(state, known):
            # "The bug label": a known word, but there is nothing else for it to be.
            begin = known
        # The first word of a task is what to do, known or not.
        if 0 < begin < start:
            numbers = list(range(begin, start))
            text = clean(state.reading.text[state.tokens[begin].start : state.tokens[start - 1].end])
            if not fits_its_word(parameter, text):
                return False
            state.keep(parameter, text, *numbers)
            return True
    return False


def _can_be_label(state: State, number: int) -> bool:
    token = state.tokens[number]
    named = token.stem in state.reading.words.vocabulary or token.lower == "duplicate"
    return token.kind is Kind.WORD and named and number not in state.used and token.stem not in FILLER | READING


def behind_the_noun(state: State, parameter: Parameter) -> bool:
    """What stands right behind the thing that is to be made: "the repository moon-base"."""
    if not is_named_only(parameter):
        return False
    for number in range(1, len(state.tokens)):
        if (
            state.words[number - 1] in state.entry.own
            and not state.is_changed(number - 1)
            and number not in state.used
            and _free_word(state, number)
        ):
            text, numbers = state.solid(number)
            if numbers and state.tokens[number].kind is not Kind.MARK and fits_its_word(parameter, text):
                state.keep(parameter, text, *numbers)
                return True
    return False


def _free_word(state: State, number: int) -> bool:
    token = state.tokens[number]
    if token.kind in (Kind.CODE, Kind.ID, Kind.NAME):
        return True
    if token.kind is Kind.MARK:
        return token.text == "-"
    return (
        token.kind is Kind.WORD
        and token.lower not in PREPOSITIONS
        and (not state.is_known(number) or "-" in state.solid(number)[0])
    )
