"""Towns in a task: "in Berlin", "São Paulo, BR", "New York's weather", "berlin weather", and two of them to compare."""

import re
from dataclasses import dataclass

from agentic.agents.offline.lexicon import DETERMINERS, FILLER, words_of
from agentic.agents.offline.names import clean
from agentic.agents.offline.regions import LINKS, STARTERS, is_region
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import ParameterKind

_BEFORE = words_of("in for at of from near around to between over like is was are than with")
_BESIDES = frozenset({"and", "or", "vs", "vs.", "versus", "than", "&", ",", "/", "with", "to"})
_LONGEST = 6
_WITH_CITY = frozenset(("mexico", "new york", "kansas", "salt lake", "quebec", "québec", "ho chi minh", "panama", "oklahoma"))
_WITH_TOWN = frozenset(("kuwait", "guatemala", "cape", "george", "jersey", "cebu", "bridge"))


@dataclass(frozen=True, slots=True)
class _Span:
    numbers: tuple[int, ...]
    text: str
    # 2 where the sentence says that it is a place, 1 where it is just an unknown word.
    score: int
    # "My birthday", "the party": something, and no place.
    mine: bool = False


def take_places(state: State) -> None:
    """Give each PLACE parameter its place, in the order of the task; a place too many is noted as `extra`."""
    parameters = [p for p in state.entry.recipe.parameters if p.kind is ParameterKind.PLACE]
    if not parameters:
        return
    parameters.sort(key=lambda parameter: not parameter.required)
    required = sum(parameter.required for parameter in parameters)
    spans = _spans(state)
    sure = [span for span in spans if span.score > 1]
    chosen = sure if len(sure) >= required else sorted([*sure, *_loose(spans)[: required - len(sure)]], key=lambda s: s.numbers)
    if required == 1 and len(parameters) == 1 and len(chosen) == 2:
        chosen = _one_in_the_other(state, chosen)
    if required == 2 and len(chosen) == 1:
        chosen = _two_of_one(state, chosen[0])
    for parameter, span in zip(parameters, chosen, strict=False):
        state.keep(parameter, span.text, *span.numbers)
    if len(chosen) > len(parameters):
        state.extra = chosen[len(parameters)].text


def _loose(spans: list[_Span]) -> list[_Span]:
    return [span for span in spans if span.score == 1 and not span.mine]


def _one_in_the_other(state: State, spans: list[_Span]) -> list[_Span]:
    """ "Paris in Texas" is one place."""
    one, other = spans
    between = [state.tokens[n].lower for n in range(one.numbers[-1] + 1, other.numbers[0])]
    if between in (["in"], [], [","], ["in", "the"]) and is_region(other.text):
        numbers = tuple(range(one.numbers[0], other.numbers[-1] + 1))
        return [_Span(numbers, f"{one.text}, {other.text}", 2)]
    return spans


def _two_of_one(state: State, span: _Span) -> list[_Span]:
    """ "compare berlin paris": two words are two towns where two are needed."""
    if len(span.numbers) != 2 or state.tokens[span.numbers[0]].lower in STARTERS:
        return [span]
    return [_Span((n,), _text(state, (n,)), span.score) for n in span.numbers]


def _spans(state: State) -> list[_Span]:
    spans: list[_Span] = []
    place = 0
    while place < len(state.tokens):
        end = _end(state, place)
        if end == place:
            place += 1
            continue
        numbers = tuple(range(place, end))
        text = _text(state, numbers)
        after = end
        if region := _region(state, end):
            numbers, after = tuple(range(place, region[-1] + 1)), region[-1] + 1
            text = f"{text}, {_text(state, region)}"
        mine = place > 0 and state.tokens[place - 1].lower in DETERMINERS and not _big(state, place)
        spans.append(_Span(numbers, text, 1 if mine else _score(state, place, end, spans), mine))
        place = after
    return spans


def _text(state: State, numbers: tuple[int, ...]) -> str:
    first, last = state.tokens[numbers[0]], state.tokens[numbers[-1]]
    if first is last and first.kind is Kind.QUOTED:
        return str(first.value)
    return re.sub(r"['’]s?$", "", clean(state.reading.text[first.start : last.end]).rstrip(".") if last.text != "." else "")


def _region(state: State, end: int) -> tuple[int, ...]:
    """What stands behind a town and a comma, if it is a country or a state."""
    if end + 1 >= len(state.tokens) or state.tokens[end].text != ",":
        return ()
    start = end + 1
    if state.tokens[start].lower == "the":
        start += 1
    for stop in range(min(start + 4, len(state.tokens)), start, -1):
        numbers = tuple(range(start, stop))
        if all(state.tokens[n].kind in (Kind.WORD, Kind.NAME, Kind.CURRENCY) and n not in state.used for n in numbers):
            told = _text(state, numbers)
            if is_region(told) and (told[0].isupper() or stop == len(state.tokens) or len(told) > 2):
                return numbers
    return ()


def _end(state: State, start: int) -> int:
    """Where a place that begins at a token ends; the token itself where none begins."""
    if state.tokens[start].kind is Kind.QUOTED and start not in state.used:
        return start + 1
    if not (_can_be(state, start) or _starts(state, start)):
        return start
    capital = _big(state, start)
    end = start + 1
    while end < len(state.tokens) and end - start < _LONGEST:
        follows = end + 1 < len(state.tokens) and _can_be(state, end + 1) and _big(state, end + 1) == capital
        token = state.tokens[end]
        if (
            _belongs(state, start, end)
            or _second_half(state, start, end)
            or (_can_be(state, end) and _big(state, end) == capital)
            or (follows and _starts(state, end) and _big(state, end) == capital)
        ):
            end += 1
        elif follows and (token.lower in LINKS or token.text in (".", "-", "'", "’")):
            end += 2
        else:
            break
        if state.tokens[end - 1].text.endswith(("'s", "’s")):
            break
    return end


def _belongs(state: State, start: int, end: int) -> bool:
    """ "City" and "Town" at the end of a name: "Mexico City", "cape town"."""
    if state.tokens[end].lower not in (
        "city",
        "town",
        "island",
        "islands",
        "beach",
        "springs",
        "valley",
        "falls",
        "bay",
        "lake",
    ):
        return False
    told = state.reading.text[state.tokens[start].start : state.tokens[end - 1].end].casefold()
    return end not in state.used and ((state.is_capital(end) and state.is_capital(end - 1)) or told in _WITH_CITY | _WITH_TOWN)


def _second_half(state: State, start: int, end: int) -> bool:
    """Whether a known word is the second half of a name that has one: "Buenos Aires"."""
    token = state.tokens[end]
    halves = end == start + 1 and state.tokens[start].lower in STARTERS and state.is_capital(end)
    return halves and end not in state.used and token.kind is Kind.WORD and token.stem not in state.entry.explained


def _big(state: State, number: int) -> bool:
    """Whether a word is written as a name is; at the beginning of a task it may be either, so the next word tells."""
    text = state.tokens[number].text
    if number == 0 and number + 1 < len(state.tokens) and state.tokens[1].kind is Kind.WORD:
        return text[0].isupper() and (state.tokens[1].text[0].isupper() or state.is_known(1))
    return text[0].isupper()


def _starts(state: State, number: int) -> bool:
    """Whether a known word begins the name of a town here: "New" in "New York", "the" in "The Hague"."""
    token = state.tokens[number]
    if number in state.used or token.kind is not Kind.WORD or token.lower not in STARTERS or number + 1 >= len(state.tokens):
        return False
    following = number + 2 if state.tokens[number + 1].text == "." else number + 1
    if following >= len(state.tokens) or not (_can_be(state, following) or state.tokens[following].lower in STARTERS | LINKS):
        return False
    alike = _big(state, number) == state.tokens[following].text[0].isupper() or state.tokens[following].lower in LINKS
    return alike and (token.lower != "the" or _big(state, number))


def _can_be(state: State, number: int) -> bool:
    """Whether a token can be a word of a place's name."""
    token = state.tokens[number]
    if number in state.used:
        return False
    if token.kind is Kind.NAME:
        return True
    if token.kind is not Kind.WORD or not token.text[0].isalpha():
        return False
    before = state.tokens[number - 1].lower if number else ""
    if (token.stem in state.entry.explained and not token.slip) or token.stem in state.reading.words.services:
        return False
    # "In Nice", "in Reading": a capital behind such a word is a place, whatever the word means elsewhere.
    told = before in ("in", "for", "at", "near", "of") and (state.is_capital(number) or token.slip)
    told = told or (token.slip and state.is_capital(number))
    return told or (not state.is_known(number) and token.stem not in FILLER)


def _score(state: State, start: int, end: int, earlier: list[_Span]) -> int:
    token = state.tokens[start]
    before = state.tokens[start - 1].lower if start else ""
    if before in ("the", "city", "town") and start > 1:
        before = state.tokens[start - 2].lower
    if token.kind in (Kind.QUOTED, Kind.NAME) or state.is_capital(start) or before in _BEFORE:
        return 2
    if state.tokens[end - 1].text.endswith(("'s", "’s")):
        return 2
    return 2 if earlier and before in _BESIDES and earlier[-1].score > 1 else 1
