"""What a task asks for: whether all that a recipe is about is said in it, and said as something to do."""

from agentic.agents.offline.book import places
from agentic.agents.offline.lexicon import DETERMINERS, LIGHT, VERBS, stem, stems, words_of
from agentic.agents.offline.state import State, url_words
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import ParameterKind, Recipe

_DEFINITE = words_of("the this that my our your his her their")


def asks_for_state(state: State) -> bool:
    """Whether a task is a question with yes or no as its answer, and the recipe shows the one thing that it is about."""
    first = next((token.lower for token in state.tokens if token.kind is Kind.WORD), "")
    one = any(p.required and p.kind in (ParameterKind.ID, ParameterKind.INTEGER) for p in state.entry.recipe.parameters)
    return state.entry.reads and one and first in ("has", "is", "was", "are") and state.reading.only_asks()


def lacking_group(state: State, words: tuple[str, ...], named: frozenset[str], *, unsaid: bool) -> str:
    """The first group of words that a task lacks; empty when it has all. `unsaid`: it may lack one that goes without saying."""
    entry = state.entry
    asked = tuple("" if _is_no_verb(state, n) else word for n, word in enumerate(words))
    for number, group in enumerate(entry.groups):
        if not group.single.isdisjoint(named) or group.stands_in(words if number else asked):
            continue
        if number == 0 and asks_for_state(state):
            continue
        if unsaid and entry.unsaid[number]:
            unsaid = False
            continue
        return group.title
    return ""


def _is_no_verb(state: State, number: int) -> bool:
    """Whether a word that can be a verb asks for nothing: "invoices", "open issues", or what a clause only tells."""
    token = state.tokens[number]
    if token.stem not in VERBS:
        return False
    following = state.tokens[number + 1].lower if number + 1 < len(state.tokens) else ""
    before = [item.lower for item in state.tokens[max(number - 2, 0) : number]]
    if not state.entry.reads and not state.entry.makes and not _DEFINITE.isdisjoint(before[-1:]):
        # "Like the comment": the verb is another.
        return not any(state.words[n] in LIGHT for n in range(number))
    if token.lower == "open" and following.endswith("s") and state.tokens[number + 1].stem in state.entry.own:
        return True
    return number in state.background or (token.lower.endswith("s") and not token.lower.endswith("ss"))


def changes(state: State) -> bool:
    """Whether "make the project x public" is said, which makes no project but changes one."""
    options = {word for p in state.entry.recipe.parameters if p.kind is ParameterKind.WORD for word in p.pattern.split("|")}
    words = [token.lower for token in state.tokens]
    for n, word in enumerate(words):
        if (
            word in ("make", "turn", "set", "switch", "keep")
            and n + 1 < len(words)
            and words[n + 1] not in ("a", "an", "me", "us", "new", "up", "it")
        ):
            after = [m for m in range(n + 2, len(words)) if words[m] in options]
            if not after or words[after[0] - 1] in DETERMINERS:
                continue
            if {"a", "an", "new", "another"}.isdisjoint(words[n + 1 : after[0]]):
                return True
    return False


def commands(state: State, number: int) -> bool:
    """Whether a word that nobody knows stands where a verb does: first, or behind "please", "to", "and" …"""
    before = [token for token in state.tokens[:number] if token.kind is not Kind.MARK]
    return not before or before[-1].lower in (
        "please",
        "to",
        "you",
        "and",
        "then",
        "just",
        "must",
        "can",
        "could",
        "should",
        "pls",
        "let's",
        "lets",
    )


def orders(state: State, number: int) -> bool:
    """Whether a word that can be a verb or a noun is the verb: "charge pi_1", "fork a/b"; not "charges", "issue 3"."""
    following = state.tokens[number + 1] if number + 1 < len(state.tokens) else None
    if state.tokens[number].lower.endswith(("s", "ed")):
        return False
    names = {stem(parameter.name) for parameter in state.entry.recipe.parameters}
    counted = following is not None and (
        following.kind is Kind.NUMBER
        or following.stem in state.entry.explained
        or (following.kind is Kind.ID and state.words[number] in names)
    )
    return not counted


def speak_for(state: State, outside: tuple[str, ...]) -> None:
    """Longer phrases of the recipe's groups ("get rid of", "give me a") are explained where they stand."""
    for group in state.entry.groups:
        for first in group.longer.keys() & set(outside):
            for phrase in group.longer[first]:
                for numbers in places(outside, phrase):
                    state.used.update(numbers)


def named_by_value(recipe: Recipe, state: State) -> frozenset[str]:
    """What values say without words: "cancel sub_1" is about a subscription, ".../issues/12" about an issue."""
    ids = [str(token.value) for token in state.tokens if token.kind is Kind.ID]
    parameters = [p for p in recipe.parameters if p.kind is ParameterKind.ID and p.pattern]
    names = " ".join(p.name for p in parameters if any(text.startswith(tuple(p.pattern.split("|"))) for text in ids))
    numbered = [n for n, token in enumerate(state.tokens) if token.kind is Kind.NUMBER and token.text.startswith("#")]
    if any(n and state.tokens[n - 1].kind is Kind.SLASHED for n in numbered):
        # "acme/widgets#12"
        names += " issue"
    if any(token.kind in (Kind.SLASHED, Kind.URL) for token in state.tokens) and _takes(recipe, ParameterKind.REPOSITORY):
        names += " repository repo project"
    if any(token.kind is Kind.HANDLE for token in state.tokens) and _takes(recipe, ParameterKind.LOGIN):
        names += " user account login"
    return stems(names) | url_words(state.reading)


def _takes(recipe: Recipe, kind: ParameterKind) -> bool:
    return any(parameter.kind is kind for parameter in recipe.parameters)
