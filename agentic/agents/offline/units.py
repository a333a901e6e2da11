"""A task's sentences, and the clauses in them that could be sentences of their own."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from agentic.agents.offline.courtesy import is_courtesy, is_wish
from agentic.agents.offline.lexicon import ANNOUNCING, LINKERS, PREPOSITIONS, words_of
from agentic.agents.offline.sentences import NAMING, begins_request, compound_subject, is_lack, is_time, relates, tells
from agentic.agents.offline.tokens import Kind, Token

_ENDS = frozenset({".", "!", "?", ";", "…"})
_SOFT = frozenset({",", ":", "–", "—", "-", "(", ")"})
JOINING = words_of("so and but because since as then though although")
_TITLES = words_of("st dr mr mrs ms prof vs inc ltd co approx jr sr e.g i.e")
OPENING = words_of(
    "while for to in with due given about regarding concerning before just as during at on of from by considering"
)
_ASKING = words_of("i we please could can would i'd we'd i’d we’d")
AS_MUCH = words_of("soon long much far well")


@dataclass(frozen=True, slots=True)
class Unit:
    tokens: Sequence[Token]
    text: str
    # Whether the sentence goes on behind it.
    goes_on: bool

    @property
    def values(self) -> bool:
        return any(token.kind not in (Kind.WORD, Kind.MARK) for token in self.tokens)


def units_of(text: str, tokens: Sequence[Token]) -> Iterator[Unit]:
    """The sentences of a text, and the clauses in them that could be sentences."""
    start, announced = 0, False
    for n, token in enumerate(tokens):
        hard = (token.kind is Kind.MARK and token.text in _ENDS and _ends_sentence(text, tokens, n)) or _ends_quoted(tokens, n)
        if hard or n == len(tokens) - 1:
            stop = n + 1
            while stop < len(tokens) and tokens[stop].kind is Kind.MARK and tokens[stop].text in _ENDS:
                stop += 1
            if n >= start:
                yield _unit(text, tokens, start, n + 1, goes_on=False)
            start, announced = n + 1, False
            continue
        announced = announced or (announces(tokens, n, ANNOUNCING) and begins_request(tokens[start:n], text))
        if n > start and not announced and (place := _begins_here(text, tokens, n, prefaced=tokens[start].lower in OPENING)):
            yield _unit(text, tokens, start, place, goes_on=True)
            start = place


def _unit(text: str, tokens: Sequence[Token], start: int, stop: int, *, goes_on: bool) -> Unit:
    return Unit(tokens[start:stop], text[tokens[start].start : tokens[stop - 1].end], goes_on)


def _ends_sentence(text: str, tokens: Sequence[Token], number: int) -> bool:
    token = tokens[number]
    after = text[token.end : token.end + 1]
    return (not after or after.isspace() or after in ".!?") and not (
        token.text == "." and number and tokens[number - 1].lower in _TITLES
    )


def _ends_quoted(tokens: Sequence[Token], number: int) -> bool:
    """Whether a sentence ends with a quoted one: 'the notes "First version." Thanks'."""
    quoted, following = tokens[number], tokens[number + 1] if number + 1 < len(tokens) else None
    ended = quoted.kind is Kind.QUOTED and quoted.text[-2:-1] in (".", "!", "?")
    return ended and following is not None and following.kind is Kind.WORD and following.text[0].isupper()


def announces(tokens: Sequence[Token], number: int, words: Set[str]) -> bool:
    """Whether a text without quotes begins behind a token."""
    token = tokens[number]
    if token.kind is not Kind.WORD or token.stem not in words or token.lower == "call":
        return False
    place = number + 1
    while place < len(tokens) and tokens[place].lower in LINKERS:
        place += 1
    if place >= len(tokens) or tokens[place].lower in PREPOSITIONS:
        return False
    return tokens[place].kind in (Kind.WORD, Kind.NUMBER, Kind.CODE, Kind.NAME)


def _begins_here(text: str, tokens: Sequence[Token], number: int, *, prefaced: bool) -> int:
    """Where a clause of its own begins at a mark or a joining word; 0 where none does."""
    token = tokens[number]
    mark = token.kind is Kind.MARK and token.text in _SOFT
    if not mark and token.lower not in JOINING:
        return 0 if token.lower not in _ASKING or not prefaced else _after_preface(text, tokens, number)
    if mark and token.text == "-" and not text[token.start - 1 : token.start].isspace():
        return 0
    end = next(
        (n for n in range(number + 1, len(tokens)) if tokens[n].kind is Kind.MARK and tokens[n].text in _ENDS | _SOFT),
        len(tokens),
    )
    rest = tokens[number + 1 : end]
    if not rest:
        return 0
    if relates(tokens, number) or (token.lower in ("since", "as") and is_time(rest)) or compound_subject(tokens, number):
        return 0
    place = number + 1 if mark else number
    asks = token.lower != "as" and begins_request(rest, text)
    if mark:
        courteous = is_courtesy(text[rest[0].start : rest[-1].end])
        return place if asks or courteous or (token.text != ":" and (tells(rest) or is_lack(rest))) else 0
    if token.lower in ("and", "then"):
        # "… and would like to see", behind what somebody tells of themselves.
        wishes = token.lower == "and" and is_wish(text[rest[0].start :]) and tells(tokens[:number]) == "person"
        named = rest[0].kind in NAMING and tells(rest)
        return place if (_pronoun(rest) and tokens[number - 1].kind is not Kind.ID) or wishes or named else 0
    told = (
        token.lower != "so"
        and tells(rest)
        and (token.lower != "as" or (_pronoun(rest) and tokens[number - 1].lower not in AS_MUCH))
    )
    return place if asks or told else 0


def _after_preface(text: str, tokens: Sequence[Token], number: int) -> int:
    """ "For my demo I need …": behind a preface a request needs no comma."""
    rest = tokens[number:]
    if sum(token.kind is not Kind.MARK for token in rest) < 2:
        return 0
    return number if begins_request(rest, text) or is_wish(text[rest[0].start :]) else 0


def _pronoun(tokens: Sequence[Token]) -> bool:
    return tells(tokens) in ("person", "thing")
