"""What a word does where it stands in a task, so that a recipe may pass over it or must not."""

from agentic.agents.offline.asking import asks_for_state
from agentic.agents.offline.lexicon import (
    DETERMINERS,
    FILLER,
    LIGHT_NOUNS,
    PREPOSITIONS,
    READING,
    TURNING,
    VERBS,
    stems,
    words_of,
)
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import ParameterKind

_NOUN_REACH = 6
_JOINING = frozenset({"and", "or", "&", ",", "/", "plus"})
CONDITIONS = stems("when until till after then")
_CONDITION_REACH = 7
_CONDITION_WORDS = words_of(
    """draft open closed failed unpaid overdue outstanding pending expired disputed saved stored stale inactive active
    paused unfinished incomplete uncaptured wrong old broken"""
)
_ASKED_STATES = words_of(
    "paid closed open active cancelled canceled finalized voided deleted paused sent unpaid overdue merged"
)


def serves(state: State, number: int) -> bool:
    """Whether a verb only says what a new thing is for: "a link to pay 9 EUR", "a code that people can use"."""
    if not state.entry.makes or not number:
        return False
    before = state.tokens[number - 1].lower
    made = any(word in state.entry.own and word not in VERBS for word in state.words[: number - 1])
    return made and before in ("to", "for", "can", "could", "may", "should", "will", "when", "they", "people")


def own_condition(state: State, number: int) -> bool:
    """Whether a condition is the recipe's own: "when the period ends", for a recipe whose words have period and end."""
    if state.words[number] == "then" and any(state.words[n] in CONDITIONS and own_condition(state, n) for n in range(number)):
        return True
    later = {word for group in state.entry.groups[2:] for word in (*group.single, *group.longer)}
    return not later.isdisjoint(state.words[number + 1 : number + _CONDITION_REACH])


def describes_the_known(state: State, number: int) -> bool:
    """Whether a word only describes the very thing that an id or a number names: "the draft invoice in_1", "the saved card"."""
    if state.tokens[number].lower not in _CONDITION_WORDS or state.entry.makes:
        return False
    known = (ParameterKind.ID, ParameterKind.INTEGER)
    if not any(p.kind in known and p.required and not state.lacks(p) for p in state.entry.recipe.parameters):
        return False
    following = state.tokens[number + 1] if number + 1 < len(state.tokens) else None
    before = state.tokens[number - 1].lower if number else ""
    if following is None or before in ("is", "was", "as", "be", "not", "to"):
        return False
    return following.stem in state.entry.explained or (following.kind is Kind.ID and before in DETERMINERS)


def is_asked_state(state: State, number: int) -> bool:
    """Whether a question asks for the state of what the recipe shows: "has invoice in_1 been paid?"."""
    if not asks_for_state(state) or state.tokens[number].lower not in _ASKED_STATES:
        return False
    return any(
        p.kind in (ParameterKind.ID, ParameterKind.INTEGER) and not state.lacks(p) for p in state.entry.recipe.parameters
    )


def gives(state: State, number: int) -> bool:
    """Whether "give" is no wish to see something: "give octocat access", "give it a star"."""
    following = state.tokens[number + 1] if number + 1 < len(state.tokens) else None
    if following is None or following.lower in DETERMINERS | {"me", "us", "all", "every", "back"}:
        words = [state.tokens[n].lower for n in range(number, len(state.tokens) - 1)]
        nouns = [n for n, word in enumerate(words, number) if word in ("a", "an") and state.words[n + 1] in LIGHT_NOUNS]
        return any(n > number + 2 for n in nouns)
    return following.kind is not Kind.NUMBER and following.stem not in state.entry.explained


def restricts(state: State, number: int) -> bool:
    """Whether "today" says which ones are meant: "today's payments", "issues from today"."""
    before = state.tokens[number - 1].lower if number else ""
    return state.tokens[number].lower.endswith(("'s", "’s")) or before in ("from", "of", "since", "for", "until")


def makes_a_noun(state: State, number: int) -> bool:
    """Whether a light verb only makes a noun of the recipe's own verb: "add a comment", "give it a star", "do a refund"."""
    for place in range(number + 1, min(number + _NOUN_REACH, len(state.tokens))):
        if state.words[place] in state.entry.own and state.words[place] in VERBS | LIGHT_NOUNS:
            before = state.tokens[number + 1 : place]
            return any(token.lower in DETERMINERS | {"another"} for token in before)
    return False


def second_value(state: State, number: int) -> bool:
    """Whether a word that nobody knows goes on with a value: "of octocat and torvalds", "in berlin, paris"."""
    if number < 2 or number - 2 not in state.inside:
        return False
    ends = number + 1 >= len(state.tokens) or state.tokens[number + 1].kind is Kind.MARK
    before = state.tokens[number - 1].lower
    return before in _JOINING and (before not in (",", "/") or ends)


def is_compound(state: State, number: int) -> bool:
    """Whether a word that nobody knows makes another thing of the one before it: "balance sheet", "weather station"."""
    before = state.words[number - 1] if number else ""
    if before not in state.entry.own or before in READING | TURNING | FILLER or before in VERBS:
        return False
    return not state.tokens[number].lower.endswith("ly") and len(state.tokens[number].text) > 2


def is_value(state: State, number: int) -> bool:
    """Whether a word that nobody knows is somebody or something all the same: "of octocat", "bob's", "x-ray-7"."""
    token = state.tokens[number]
    before = state.tokens[number - 1].lower if number else ""
    named = before in PREPOSITIONS and before != "as"
    place = number - 1
    while place > 0 and state.tokens[place].lower in DETERMINERS:
        place -= 1
    # "With a label": a part of the thing that the recipe does not make.
    named = named or (place >= 0 and state.tokens[place].lower == "with")
    return named or token.lower.endswith(("'s", "’s")) or any(character.isdigit() for character in token.text)


def describes(state: State, number: int) -> bool:
    """Whether a word that nobody knows is an adjective: "severe weather alerts"."""
    return number + 1 < len(state.words) and state.words[number + 1] in state.entry.own
