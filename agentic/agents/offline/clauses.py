"""Whether a request only asks or only tells something, so that nothing is to be changed for it."""

import re
from collections.abc import Iterator, Sequence

from agentic.agents.offline.lexicon import VERBS, stems, words_of
from agentic.agents.offline.tokens import Kind, Token

_MARKS = frozenset({".", ";", "!", "?", ":", ",", "–", "—", "-", "(", ")"})
_LEADING = words_of("so and then please pls just now therefore hence kindly hey hi hello also ok okay could can you but")
_STATES = words_of(
    """is are was were has have had isn't wasn't isn’t wasn’t hasn't hasn’t belongs uses owes wants moved paid bought asked
    said got lost complained changed went came left became doesn't doesn’t didn't didn’t works broke happened ordered
    signed comes follows
    appears looks seems forgot decided no"""
)
_ASKS = words_of("""which what who whose where when why how is are was were do does did has have can could will would should""")
_WISHES = words_of(
    """what what's what’s how how's how’s which when where whether who know wonder wondering curious tell show please need want
    like give check find get see"""
)
_OPINIONS = words_of("like love enjoy prefer hate think believe feel want need trust")
_PASTS = words_of("sent sold wrote gave took kept made told found chose")
_NEGATIONS = words_of("not no don't don’t doesn't doesn’t")
_NOUNS = stems("issue pull invoice order release")
_IT_IS = words_of("it's it’s that's that’s they're they’re he's he’s she's she’s")
_SUBJECTS = words_of("we they he she it i somebody someone nobody")
_OBLIGES = words_of("must should shall needs need ought will gonna going want wish you you're you’re let's")
_QUESTIONS = words_of(
    """was were has had did is are does isn't wasn't hasn't didn't aren't doesn't isn’t wasn’t hasn’t didn’t aren’t doesn’t"""
)
_ONLY_WITH_MARK = words_of("have do which what who when why how where don't haven't don’t haven’t")
_POLITE_QUESTIONS = (
    ("is", "it", "possible"),
    ("is", "there", "a", "way"),
    ("do", "you", "mind"),
    ("are", "you", "able"),
    ("what", "about"),
    ("how", "about"),
)


def only_asks(tokens: Sequence[Token]) -> bool:
    """Whether a task asks whether or what something is, and has nothing to do: no recipe that changes something answers it."""
    clauses = list(_clauses(tokens))
    words = [re.sub(r"['’](?:s|re)$", "", token.lower) for token in tokens if token.kind is Kind.WORD]
    while words and words[0] in _LEADING - {"can", "could"}:
        words = words[1:]
    if not words or any(tuple(words[: len(polite)]) == polite for polite in _POLITE_QUESTIONS):
        return False
    marked = any(token.text.endswith("?") for token in tokens)
    if words[0] not in _QUESTIONS and not (words[0] in _ONLY_WITH_MARK and marked):
        return False
    return not any(_is_command(tokens, clause) for clause in clauses[1:])


def wants_an_opinion(tokens: Sequence[Token]) -> bool:
    """Whether the program is asked what it likes or thinks."""
    words = [token.lower for token in tokens if token.kind is Kind.WORD]
    return any(
        words[n : n + 2] == ["do", "you"] and words[n + 2 : n + 3] and words[n + 2] in _OPINIONS for n in range(len(words))
    )


def only_tells(tokens: Sequence[Token]) -> bool:
    """Whether a task has a clause that only tells something, and none that asks."""
    if any(token.lower in _WISHES for token in tokens):
        return False
    clauses = list(_clauses(tokens))
    return any(_is_statement(tokens, clause) for clause in clauses) and not any(token.text.endswith("?") for token in tokens)


def _clauses(tokens: Sequence[Token]) -> Iterator[range]:
    start = 0
    for n, token in enumerate(tokens):
        if token.kind is Kind.MARK and token.text in _MARKS:
            if n > start:
                yield range(start, n)
            start = n + 1
        elif token.lower in ("so", "and", "then") and n > start and _verb_follows(tokens, n):
            yield range(start, n)
            start = n
    if start < len(tokens):
        yield range(start, len(tokens))


def _verb_follows(tokens: Sequence[Token], number: int) -> bool:
    place = _first(tokens, range(number, len(tokens)))
    return place < len(tokens) and tokens[place].stem in VERBS


def _first(tokens: Sequence[Token], clause: range) -> int:
    """The first token of a clause that is more than a lead."""
    return next((n for n in clause if tokens[n].lower not in _LEADING), clause[-1])


def _is_command(tokens: Sequence[Token], clause: range) -> bool:
    first = _first(tokens, clause)
    if tokens[first].kind is not Kind.WORD or tokens[first].stem not in VERBS:
        return False
    following = tokens[first + 1] if first + 1 < clause.stop else None
    if tokens[first].stem in _NOUNS and following is not None and following.kind in (Kind.NUMBER, Kind.ID):
        # "Issue 12 in a/b is done".
        return not any(tokens[n].lower in _STATES for n in range(first + 2, clause.stop))
    # "Charge ch_1 was wrong" begins with a noun.
    states = any(tokens[n].lower in _STATES for n in range(first + 1, min(first + 3, clause.stop)))
    return not (states and following is not None and (following.kind is not Kind.WORD or following.lower in _STATES))


def _is_statement(tokens: Sequence[Token], clause: range) -> bool:
    if _is_lack(tokens, clause):
        return True
    words = [tokens[n].lower for n in clause]
    first = tokens[_first(tokens, clause)].lower
    # What must not be or is not needed any more is no order to do anything.
    obliges = not _OBLIGES.isdisjoint(words) and _NEGATIONS.isdisjoint(words)
    if first in _ASKS or obliges or first in ("don't", "don’t", "do", "never", "not"):
        return False
    if any(tokens[n].lower == "to" and n + 1 < clause.stop and tokens[n + 1].stem in VERBS for n in clause):
        return False
    past = len(words) > 1 and words[0] in _SUBJECTS and (words[1].endswith("ed") or words[1] in _PASTS)
    # "It's a duplicate", "we don't want it starred".
    is_so = words[0] in _IT_IS or (words[0] in _SUBJECTS and len(words) > 1 and words[1] in _NEGATIONS)
    # "100 uses" are so many.
    counted = {n + 1 for n in clause if tokens[n].kind is Kind.NUMBER}
    return past or is_so or any(tokens[n].lower in _STATES and n not in counted for n in clause[1:])


def _is_lack(tokens: Sequence[Token], clause: range) -> bool:
    """Whether a clause only tells what there is not: "no email yet", "no description needed"."""
    words = [tokens[n].lower for n in clause if tokens[n].lower not in ("there", "there's", "is", "and", "but", "so")]
    lacking = 2 < len(words) < 6 and words[0] == "no" and words[-1] in ("yet", "needed", "necessary", "required", "far", "now")
    return lacking and not any(tokens[n].stem in VERBS and tokens[n].lower != "email" for n in clause)
