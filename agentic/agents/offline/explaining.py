"""Whether a recipe explains each word of a task: a word that none of its own accounts for may ask for something else."""

from agentic.agents.offline.asking import commands, orders
from agentic.agents.offline.lexicon import DETERMINERS, FILLER, LIGHT, PREPOSITIONS, READING, TURNING, VERBS, stem, stems
from agentic.agents.offline.roles import (
    CONDITIONS,
    describes,
    describes_the_known,
    gives,
    is_asked_state,
    is_compound,
    is_value,
    makes_a_noun,
    own_condition,
    restricts,
    second_value,
    serves,
)
from agentic.agents.offline.spelling import UNCLEAR
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import ParameterKind

PREFIXES = ("un", "re", "dis", "de", "non", "mis", "pre", "over", "under", "anti", "out")
_TODAY = stem("today")
_DEGREES = stem("degrees")
# "How is", "how warm": only asks. "How many", "how often", "how do I" ask for something that no script prints.
_ASKING = frozenset({"is", "are", "was", "does", "will", "'s", "’s"})
_BENIGN = stems("pay buy purchase order get use redeem enter apply sell share book test track")
_HAVING = stems("gives works takes offers costs gets grants has includes contains sells holds lasts works runs carries covers")
_OWNING = stems("write sell make own get offer keep store hold take have")
_MADE = stems("created added made registered opened received placed published recorded signed came taken joined")
_PARTICIPLES = ("ed", "made", "came", "taken")
_PEOPLE = stems("customer client user buyer subscriber shopper guest member patron")
_OF_THE = DETERMINERS | {"of", "available", "existing", "current"}
_WHO = frozenset({"i", "we", "you", "he", "she", "it", "they", "everyone", "everything", "that"})
_PAST = frozenset({"was", "were", "did", "had", "wasn't", "weren't", "didn't"})


def unexplained(state: State, number: int, *, unsaid: bool = False) -> str | None:
    """Why a token keeps the recipe from fitting; None where it does not; an empty text for a word that nobody knows."""
    token = state.tokens[number]
    if token.kind is not Kind.WORD:
        return f"there is no place in it for {token.text!r}"
    plain, words = token.stem, state.reading.words
    following = state.tokens[number + 1] if number + 1 < len(state.tokens) else None
    if plain in VERBS - READING and unsaid and commands(state, number) and orders(state, number):
        return f"it does not {token.text!r}"
    if token.lower == "do" and following and following.lower in ("what", "whatever", "as", "everything", "exactly", "so"):
        return "it does not do what a text says"
    if plain == "giv" and state.entry.reads and gives(state, number):
        return f"it gives nothing to {following.text!r}" if following else f"it has nothing to do with {token.text!r}"
    if sets_a_time(state, number) and not own_condition(state, number):
        return f"it cannot heed the word {token.text!r}"
    if plain in state.entry.explained:
        return None
    if plain == UNCLEAR:
        return f"it is not clear which word {token.text!r} is"
    if token.lower == "many" and following and following.stem == _DEGREES:
        return None
    if token.lower in _PAST and of_a_place(state):
        return "it tells of no other time than now and what comes"
    if plain == "how" and _how(state, number):
        return None
    if plain == "most" and following and following.lower in ("recent", "recently"):
        return None
    if plain == "most" and following and following.kind is Kind.NUMBER and number and state.tokens[number - 1].lower == "at":
        # "At most 50 uses": such a number is a limit in any case.
        return None
    if _only_joins(state, number):
        return None
    if plain == "should" and number and following and following.lower not in ("i", "we", "you", "not"):
        return None
    if plain in LIGHT and makes_a_noun(state, number):
        return None
    if plain in _BENIGN and serves(state, number):
        return None
    if plain in CONDITIONS and own_condition(state, number):
        return None
    if token.lower == "later" and number and state.words[number - 1] in _BENIGN and serves(state, number - 1):
        return None
    if describes_the_known(state, number) or is_asked_state(state, number):
        return None
    if token.lower in PREPOSITIONS and number + 1 in state.inside:
        return None
    if plain in TURNING:
        return f"it cannot heed the word {token.text!r}"
    if plain == _TODAY and restricts(state, number):
        return f"it cannot heed the word {token.text!r}"
    if plain in FILLER or (plain in words.familiar and plain not in words.vocabulary):
        return None
    if plain in VERBS or plain in words.vocabulary:
        return f"it has nothing to do with {token.text!r}"
    if any(plain.removeprefix(prefix) in VERBS | words.vocabulary for prefix in PREFIXES if plain.startswith(prefix)):
        return f"it cannot heed the word {token.text!r}"
    if state.is_capital(number):
        return f"there is no place in it for {token.text!r}"
    if state.entry.reads and describes(state, number):
        return f"it knows nothing of {token.text!r}"
    if is_compound(state, number) or second_value(state, number) or is_value(state, number):
        return f"there is no place in it for {token.text!r}"
    return ""


def sets_a_time(state: State, number: int) -> bool:
    """Whether something is to be waited for: "as soon as she replies", "once we have the okay"; not "valid once"."""
    token, following = state.tokens[number], state.tokens[number + 1].lower if number + 1 < len(state.tokens) else ""
    if token.lower == "once":
        return following in DETERMINERS or following in _WHO
    return token.lower == "soon" and following == "as" and bool(number) and state.tokens[number - 1].lower == "as"


def _only_joins(state: State, number: int) -> bool:
    """Words that are no part of what is to be done where they stand: "a coupon giving 20%", "billing period", "all labels"."""
    token, words = state.tokens[number], state.words
    following = words[number + 1] if number + 1 < len(words) else ""
    before = state.tokens[number - 1].lower if number else ""
    if token.lower in ("giving", "selling", "offering") or (before in ("that", "which", "should") and token.stem in _HAVING):
        return True
    if token.stem in _OWNING and before in ("we", "i", "you", "they") and state.entry.reads:
        # "What products do we sell?"
        return True
    if token.stem in _MADE and token.lower.endswith(_PARTICIPLES) and state.entry.reads:
        # "Customers added most recently": all of them were.
        return True
    if token.stem in _PEOPLE and token.stem not in state.entry.own:
        # Who it is for, where an id says what it is about.
        return any(p.kind is ParameterKind.ID and p.required and not state.lacks(p) for p in state.entry.recipe.parameters)
    if token.lower == "only":
        return number + 1 < len(words) and (not following or following in ("the", "last", "first", "top") or state.entry.reads)
    if token.lower in ("status", "state", "summary", "overview"):
        return state.entry.reads and number + 1 < len(words) and state.tokens[number + 1].lower in ("of", "for", "on")
    if token.lower == "any":
        return state.entry.reads
    if token.lower == "anything":
        return state.entry.reads and following in state.entry.explained
    if token.lower == "much":
        return following in state.entry.explained
    if token.lower in ("mark", "set", "flag"):
        return any(state.tokens[n].lower == "as" and words[n + 1] in state.entry.own for n in range(number + 1, len(words) - 1))
    if token.lower == "billing":
        return following in state.entry.explained
    if token.lower in ("all", "every", "each"):
        # What nothing limits lists everything.
        limits = any(p.kind in (ParameterKind.INTEGER, ParameterKind.WORD) for p in state.entry.recipe.parameters)
        behind = next(
            (word for n, word in enumerate(words[number + 1 :], number + 1) if state.tokens[n].lower not in _OF_THE), ""
        )
        return state.entry.reads and not limits and behind in state.entry.own
    return False


def of_a_place(state: State) -> bool:
    kinds = (ParameterKind.PLACE, ParameterKind.LATITUDE)
    return any(parameter.kind in kinds for parameter in state.entry.recipe.parameters)


def _how(state: State, number: int) -> bool:
    """Whether "how" only asks to see: "how is", "how's", "how warm", "how do the branches look"."""
    following = state.tokens[number + 1] if number + 1 < len(state.tokens) else None
    if state.tokens[number].lower != "how" or following is None:
        return following is not None
    looks = following.lower in ("do", "did") and stem("look") in state.words
    return looks or following.lower in _ASKING or _asked(state, number + 1)


def _asked(state: State, number: int) -> bool:
    """Whether "how" asks for what the recipe tells: "how warm", "how much warmer"."""
    if state.words[number] == "much" and number + 1 < len(state.words):
        number += 1
    plain = state.words[number]
    return plain in state.entry.explained and plain not in ("many", "much", "often", "long", "do", "to", "can")
