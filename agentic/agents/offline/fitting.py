"""Whether one recipe is what a task asks for: all of the task must be explained by the recipe, or it does not fit.

A value that no parameter takes (a second amount, a name too many), a verb or a noun of another recipe, a negation or a
condition: each of them means that the recipe would do something else than was asked.
"""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from agentic.agents.offline.lexicon import BESIDE, FILLER, NAME_ENDS, TURNING, VERBS, stem, stems
from agentic.agents.offline.money import Money
from agentic.agents.offline.reading import Kind, Token
from agentic.agents.offline.rewrite import Value
from agentic.core.spec import Parameter, ParameterKind, Recipe

# Words that nobody knows: one or two are decoration ("a brand-new customer"), more are a task that was not understood.
_UNKNOWN_WORDS = 2
_REACH = 3
_TIMES = stems("second minute hour day week month quarter year")
_ORDER = (
    ParameterKind.ID,
    ParameterKind.EMAIL,
    ParameterKind.AMOUNT,
    ParameterKind.CURRENCY,
    ParameterKind.PERCENT,
    ParameterKind.INTERVAL,
    ParameterKind.INTEGER,
    ParameterKind.WORD,
    ParameterKind.TEXT,
    ParameterKind.NAME,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a recipe fits: the values found, the required parameters that the task lacks, and how well it fits."""

    recipe: Recipe
    values: dict[str, Value]
    missing: tuple[Parameter, ...]
    groups: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a recipe is not it. `near` says that its words are in the task, so that the reason is worth telling."""

    recipe: Recipe
    reason: str
    near: bool


@dataclass(slots=True)
class _State:
    tokens: Sequence[Token]
    vocabulary: Collection[str]
    used: set[int] = field(default_factory=set[int])
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    money: Money | None = None

    def free(self, *kinds: Kind) -> list[int]:
        return [n for n, token in enumerate(self.tokens) if token.kind in kinds and n not in self.used]


def fit(recipe: Recipe, tokens: Sequence[Token], vocabulary: frozenset[str], familiar: frozenset[str]) -> Fit | Misfit:
    """Fit a recipe to a task's tokens. `vocabulary`: stems that any recipe has in its words; `familiar`: in its examples."""
    words = [token.stem for token in tokens]
    named = _named_by_id(recipe, tokens)
    lacking = [
        group
        for group in recipe.words
        if not stems(group) & named and not any(_has(words, phrase) for phrase in group.split("|"))
    ]
    if lacking:
        return Misfit(recipe, f"it says nothing of {lacking[0].split('|')[0]}", near=False)
    if stopper := next((p for group in recipe.unless for p in group.split("|") if _has(words, p)), None):
        return Misfit(recipe, f"it says {stopper!r}", near=False)
    state = _State(tokens, vocabulary)
    for kind in _ORDER:
        for parameter in recipe.parameters:
            if parameter.kind is kind:
                _TAKERS[kind](state, parameter)
    _bare_amount(state, recipe)
    explained = explained_by(recipe)
    unknown = 0
    for number, token in enumerate(tokens):
        if number in state.used or token.kind is Kind.MARK:
            continue
        if token.kind is not Kind.WORD:
            return Misfit(recipe, f"there is no place in it for {token.text!r}", near=True)
        if token.stem in explained:
            continue
        if token.stem in TURNING:
            return Misfit(recipe, f"it cannot heed the word {token.text!r}", near=True)
        if token.stem in FILLER or token.stem in familiar - vocabulary:
            continue
        if token.stem in VERBS or token.stem in vocabulary:
            return Misfit(recipe, f"it has nothing to do with {token.text!r}", near=True)
        unknown += 1
    if unknown > _UNKNOWN_WORDS:
        return Misfit(recipe, "too many of the task's words are unknown", near=True)
    missing = tuple(p for p in recipe.parameters if p.required and p.name not in state.values)
    return Fit(recipe, state.values, missing, len(recipe.words), unknown)


@functools.lru_cache(maxsize=512)
def explained_by(recipe: Recipe) -> frozenset[str]:
    """The stems that a recipe accounts for: its words, its example's, and those that go with its parameters."""
    texts = [recipe.task, *recipe.words, *(p.name.replace("_", " ") for p in recipe.parameters)]
    texts += [p.pattern for p in recipe.parameters if p.kind is not ParameterKind.ID]
    beside = [BESIDE[p.kind.value] for p in recipe.parameters]
    return frozenset[str]().union(*(stems(text) for text in texts), *beside)


def _named_by_id(recipe: Recipe, tokens: Sequence[Token]) -> frozenset[str]:
    """What the ids in a task say without words: "cancel sub_1" is about a subscription."""
    ids = [str(token.value) for token in tokens if token.kind is Kind.ID]
    parameters = [p for p in recipe.parameters if p.kind is ParameterKind.ID and p.pattern]
    return stems(" ".join(p.name for p in parameters if any(text.startswith(tuple(p.pattern.split("|"))) for text in ids)))


def _has(words: Sequence[str], phrase: str) -> bool:
    wanted = [stem(word) for word in phrase.split()]
    return any(list(words[n : n + len(wanted)]) == wanted for n in range(len(words) - len(wanted) + 1))


def _take_id(state: _State, parameter: Parameter) -> None:
    prefixes = tuple(parameter.pattern.split("|"))
    for number in state.free(Kind.ID):
        if str(state.tokens[number].value).startswith(prefixes):
            _keep(state, parameter, number)
            return


def _take(*kinds: Kind):
    def take(state: _State, parameter: Parameter) -> None:
        if found := state.free(*kinds):
            _keep(state, parameter, found[0])

    return take


def _keep(state: _State, parameter: Parameter, number: int) -> None:
    value = state.tokens[number].value
    if isinstance(value, str | int | float):
        state.values[parameter.name] = value
        state.used.add(number)


def _take_amount(state: _State, parameter: Parameter) -> None:
    for number in state.free(Kind.MONEY):
        money = state.tokens[number].value
        if isinstance(money, Money):
            state.values[parameter.name], state.money = money.amount, money
            state.used.add(number)
            return


def _take_currency(state: _State, parameter: Parameter) -> None:
    if state.money:
        state.values[parameter.name] = state.money.currency
        # Said twice is fine ("15 € in EUR"), as long as it is the same.
        state.used.update(n for n in state.free(Kind.CURRENCY) if state.tokens[n].value == state.money.currency)
    else:
        _take(Kind.CURRENCY)(state, parameter)


def _take_integer(state: _State, parameter: Parameter) -> None:
    cues = [cue for cue in parameter.pattern.split("|") if cue]
    for number in state.free(Kind.NUMBER):
        unit = state.tokens[number + 1].stem if number + 1 < len(state.tokens) else ""
        if unit in _TIMES and unit not in {stem(cue) for cue in cues}:
            # "The last 7 days" is no number of things.
            continue
        around = [*range(number + 1, number + 1 + _REACH), *range(number - 1, number - 1 - _REACH, -1)]
        if any(_cue_at(state.tokens, place, cues) and _no_value_between(state.tokens, number, place) for place in around):
            _keep(state, parameter, number)
            return


def _cue_at(tokens: Sequence[Token], place: int, cues: Sequence[str]) -> bool:
    words = [token.stem for token in tokens[max(place, 0) :]] if place >= 0 else []
    return any(words[: len(wanted)] == wanted for cue in cues if (wanted := [stem(word) for word in cue.split()]))


def _no_value_between(tokens: Sequence[Token], one: int, other: int) -> bool:
    return all(
        token.kind in (Kind.WORD, Kind.MARK) and token.text != "," for token in tokens[min(one, other) + 1 : max(one, other)]
    )


def _take_word(state: _State, parameter: Parameter) -> None:
    for option in parameter.pattern.split("|"):
        for number in state.free(Kind.WORD):
            if state.tokens[number].stem == stem(option):
                state.values[parameter.name] = option
                state.used.add(number)
                return


def _take_name(state: _State, parameter: Parameter) -> None:
    free = state.free(Kind.NAME, Kind.QUOTED)
    best = sorted(free, key=lambda n: (not state.tokens[n].sure, state.tokens[n].kind is not Kind.QUOTED, n))
    if best:
        _keep(state, parameter, best[0])


def _take_text(state: _State, parameter: Parameter) -> None:
    for cue in parameter.pattern.split("|"):
        wanted = [stem(word) for word in cue.split()]
        for start in range(len(state.tokens) - len(wanted)):
            if [token.stem for token in state.tokens[start : start + len(wanted)]] == wanted:
                place = start + len(wanted)
                while place < len(state.tokens) and state.tokens[place].text.casefold() in (":", "=", "is", "to", "of", "as"):
                    place += 1
                if _text_at(state, parameter, place):
                    state.used.update(range(start, place))
                    return


def _text_at(state: _State, parameter: Parameter, start: int) -> bool:
    if start < len(state.tokens) and state.tokens[start].kind is Kind.QUOTED and start not in state.used:
        _keep(state, parameter, start)
        return True
    end = start
    while end < len(state.tokens) and end not in state.used:
        token = state.tokens[end]
        ends = token.text.casefold() in NAME_ENDS or token.stem in TURNING
        if (token.kind is Kind.WORD and ends) or token.kind not in (Kind.WORD, Kind.NAME):
            break
        end += 1
    told = [token for token in state.tokens[start:end] if token.kind is Kind.NAME or token.stem not in FILLER]
    # "for customer cus_1", "for a payment": that is the task's own matter.
    if not told or told[0].stem in state.vocabulary:
        return False
    state.values[parameter.name] = " ".join(token.text for token in state.tokens[start:end])
    state.used.update(range(start, end))
    return True


def _bare_amount(state: _State, recipe: Recipe) -> None:
    """A number without a currency is the amount where one is still lacking; with a currency said elsewhere it is whole."""
    amount = next((p for p in recipe.parameters if p.kind is ParameterKind.AMOUNT and p.name not in state.values), None)
    numbers = state.free(Kind.NUMBER)
    if amount is None or len(numbers) != 1:
        return
    currency = next((p for p in recipe.parameters if p.kind is ParameterKind.CURRENCY), None)
    value, code = state.tokens[numbers[0]].value, state.values.get(currency.name) if currency else None
    if isinstance(value, int) and isinstance(code, str):
        state.values[amount.name] = Money.of(value, code).amount
        state.used.add(numbers[0])
    elif amount.required:
        # Its currency is asked for; until then the number is spoken for.
        state.used.add(numbers[0])
        state.values[amount.name] = 0


_TAKERS = {
    ParameterKind.ID: _take_id,
    ParameterKind.EMAIL: _take(Kind.EMAIL),
    ParameterKind.AMOUNT: _take_amount,
    ParameterKind.CURRENCY: _take_currency,
    ParameterKind.PERCENT: _take(Kind.PERCENT),
    ParameterKind.INTERVAL: _take(Kind.INTERVAL),
    ParameterKind.INTEGER: _take_integer,
    ParameterKind.WORD: _take_word,
    ParameterKind.TEXT: _take_text,
    ParameterKind.NAME: _take_name,
}
