"""Whether one recipe is what a task asks for: all of the task must be explained by the recipe, or it does not fit.

A value that no parameter takes (a second amount, a name too many), a verb or a noun of another recipe, a negation or a
condition: each of them means that the recipe would do something else than was asked.
"""

from dataclasses import dataclass

from agentic.agents.offline.accounts import take_login, take_repository
from agentic.agents.offline.asking import changes, commands, lacking_group, named_by_value, speak_for
from agentic.agents.offline.book import Entry, has
from agentic.agents.offline.explaining import PREFIXES, of_a_place, sets_a_time, unexplained
from agentic.agents.offline.lexicon import VERBS, stems
from agentic.agents.offline.naming import SOME_TIME
from agentic.agents.offline.reading import Reading
from agentic.agents.offline.rewrite import Value
from agentic.agents.offline.state import State
from agentic.agents.offline.taking import (
    take_amount,
    take_bare_amount,
    take_currency,
    take_email,
    take_id,
    take_integer,
    take_interval,
    take_latitude,
    take_longitude,
    take_name,
    take_percent,
    take_word,
)
from agentic.agents.offline.texts import take_announced, take_text
from agentic.agents.offline.tokens import Kind
from agentic.agents.offline.towns import take_places
from agentic.core.spec import Parameter, ParameterKind, Recipe

# Words that nobody knows: one or two are decoration ("a brand-new customer"), more are a task that was not understood.
_UNKNOWN_WORDS = 2
# "Customer id of a@x.com": it is there already.
_DETAILS = stems("id details profile status overview history info information summary")
_TAKERS = (
    (ParameterKind.ID, take_id),
    (ParameterKind.EMAIL, take_email),
    (ParameterKind.AMOUNT, take_amount),
    (ParameterKind.CURRENCY, take_currency),
    (ParameterKind.PERCENT, take_percent),
    (ParameterKind.INTERVAL, take_interval),
    (ParameterKind.LATITUDE, take_latitude),
    (ParameterKind.LONGITUDE, take_longitude),
    (ParameterKind.REPOSITORY, take_repository),
    (ParameterKind.INTEGER, take_integer),
    (ParameterKind.WORD, take_word),
    (ParameterKind.LOGIN, take_login),
    (ParameterKind.TEXT, take_text),
    (ParameterKind.NAME, take_name),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a recipe fits: the values found, the required parameters that the task lacks, and how well it fits."""

    recipe: Recipe
    values: dict[str, Value]
    missing: tuple[Parameter, ...]
    groups: int
    unknown: int
    # A value is a word with a slip that corrected would be a word of some recipe.
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a recipe is not it. `near` says that its words are in the task, so that the reason is worth telling."""

    entry: Entry
    reason: str
    near: bool


def fit(entry: Entry, reading: Reading, *, unsaid: bool = False) -> Fit | Misfit:
    """Fit a recipe to a task. `unsaid`: the task need not say that something is to be shown or made."""
    recipe = entry.recipe
    details = not _DETAILS.isdisjoint(token.stem for token in reading.tokens(False, False))
    if unsaid and (not any(entry.unsaid) or (entry.makes and (reading.asks or details))):
        return Misfit(entry, "it does not say what to do", near=False)
    if unsaid and reading.named:
        return Misfit(entry, "it does not say what to do", near=False)
    state = State.of(entry, reading)
    if reading.wants_an_opinion() or (not entry.reads and reading.only_asks()):
        return Misfit(entry, "it only asks", near=False)
    if doubt := reading.doubt or ("" if entry.reads and not unsaid else reading.caution):
        return Misfit(entry, f"it is not clear what {doubt!r} means for it", near=True)
    if (unsaid or entry.asks) and reading.only_tells():
        return Misfit(entry, "it only tells something", near=False)
    if entry.makes and changes(state):
        return Misfit(entry, "it changes what is there", near=False)
    named = named_by_value(recipe, state)
    if lacking := lacking_group(state, state.words, named, unsaid=unsaid):
        return Misfit(entry, f"it says nothing of {lacking}", near=False)
    take_announced(state)
    for kind, taker in _TAKERS:
        for parameter in recipe.parameters:
            if parameter.kind is kind:
                taker(state, parameter)
        if kind is ParameterKind.LOGIN:
            take_places(state)
    take_bare_amount(state)
    outside = state.outside()
    if lacking := lacking_group(state, outside, named, unsaid=unsaid):
        return Misfit(entry, f"it says nothing of {lacking}", near=False)
    speak_for(state, outside)
    ordered = tuple("" if n in state.options or n in state.background else word for n, word in enumerate(outside))
    if stopper := next((phrase for phrase in entry.unless if has(ordered, phrase)), None):
        return Misfit(entry, f"it says {' '.join(stopper)!r}", near=False)
    orders = [word for n, word in enumerate(outside) if word and n not in state.background]
    if turned := next((word for word in orders if any(prefix + word in orders for prefix in PREFIXES)), None):
        return Misfit(entry, f"it cannot do and undo ({turned})", near=True)
    unknown = 0
    for number, token in enumerate(state.tokens):
        # What something told is about must fit; its verbs and all else in it ask for nothing.
        about = token.stem in reading.words.vocabulary and token.stem not in VERBS
        about = about and (token.lower not in SOME_TIME or of_a_place(state))
        if number in state.inside and token.kind is Kind.WORD and sets_a_time(state, number):
            # "Docs link is dead as soon as she replies": part of a text without quotes, or not.
            return Misfit(entry, f"{token.text!r} may be part of a text without quotes, or a condition", near=True)
        named = number in state.background and token.kind is Kind.WORD and not about
        if number in state.used or named or token.kind is Kind.MARK:
            continue
        reason = unexplained(state, number, unsaid=unsaid)
        if reason == "":
            if (unsaid or entry.asks) and commands(state, number):
                return Misfit(entry, f"it does not know what {token.text!r} means", near=True)
            unknown += 1
        elif reason:
            return Misfit(entry, reason, near=True)
    if any(part.isdecimal() for part in state.path):
        return Misfit(entry, f"there is no place in it for {'/'.join(state.path)!r}", near=True)
    if state.extra:
        return Misfit(entry, f"there is no place in it for {state.extra!r}", near=True)
    if unknown > (_UNKNOWN_WORDS if not unsaid else min(1, len(state.values))):
        return Misfit(entry, "too many of the task's words are unknown", near=True)
    missing = tuple(p for p in recipe.parameters if p.required and state.lacks(p))
    return Fit(recipe, state.values, missing, len(recipe.words) - unsaid, unknown, _is_guessed(state))


def _is_guessed(state: State) -> bool:
    return any(state.tokens[n].slip and state.words[n] in state.reading.words.vocabulary for n in state.inside)
