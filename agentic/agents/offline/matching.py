"""From a task in words to a recipe's script with the task's values in it, or to a question, or to an honest no.

Pure functions over any plugin's recipes. What the matcher is not sure of it does not do: it asks, or names what it can do.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agentic.agents.offline.book import Book, book_of
from agentic.agents.offline.fitting import Fit, Misfit, fit
from agentic.agents.offline.reading import Reading
from agentic.agents.offline.rewrite import Value, with_constants
from agentic.core.spec import Parameter, ParameterKind, Recipe

_LONGEST_TASK = 1000


@dataclass(frozen=True, slots=True)
class Match:
    """The recipe that does the task. `script` is complete; `values` are the constants that the task's words set."""

    recipe: Recipe
    script: str
    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """The task is understood, but something in it is missing or open. `missing` names the recipe's constants."""

    question: str
    recipes: tuple[Recipe, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No recipe does this task. `message` is one line; `tasks` are examples of what the recipes do, the nearest first."""

    message: str
    tasks: tuple[str, ...]


def match(task: str, recipes: Iterable[Recipe]) -> Match | Ask | NoMatch:
    """The recipe whose words, and all of whose words, the task has."""
    known = tuple(recipes)
    if len(task) > _LONGEST_TASK:
        return _none([recipe.task for recipe in known], f"the task is longer than {_LONGEST_TASK} characters")
    book, reading = book_of(known), _reading(task, known)
    results = _results(book, known, reading)
    fits = [result for result in results if isinstance(result, Fit)]
    if not fits:
        unsaid = _results(book, known, reading, unsaid=True)
        fits = [result for result in unsaid if isinstance(result, Fit) and not result.missing]
    if not all(found.guessed for found in fits):
        # "The account blance" is the balance, and no account of that name.
        fits = [found for found in fits if not found.guessed]
    complete = [found for found in fits if not found.missing]
    if complete:
        best = _best(complete)
        return _matched(best[0]) if len(best) == 1 else _choice(best)
    if fits:
        # Among equals the first: recipes stand in the order in which people want them, and a question does no harm.
        return _question(max(fits, key=lambda found: (-len(found.missing), found.groups, len(found.values), -found.unknown)))
    near = [result for result in results if isinstance(result, Misfit) and result.near]
    # The nearest is the one that explains most of the task's words.
    said = {token.stem for token in reading.tokens(False, False)}
    near.sort(key=lambda misfit: -len(said & misfit.entry.explained))
    nearest = sorted(book.entries, key=lambda entry: -len(said & entry.own))
    return _none(
        [entry.recipe.task for entry in nearest], f"“{near[0].entry.recipe.task}” is near, but {near[0].reason}" if near else ""
    )


def heard(task: str, recipes: Iterable[Recipe]) -> str:
    """What a task asks for, without what is only told around it: a story's words speak for no recipe."""
    return task if len(task) > _LONGEST_TASK else _reading(task, tuple(recipes)).heard()


@functools.lru_cache(maxsize=4)
def _reading(task: str, recipes: tuple[Recipe, ...]) -> Reading:
    return Reading(task, book_of(recipes).words)


def _results(book: Book, known: Sequence[Recipe], reading: Reading, *, unsaid: bool = False) -> list[Fit | Misfit]:
    """How each recipe fits. A book is kept for equal recipes; what is found are those that were given."""
    found = [fit(entry, reading, unsaid=unsaid) for entry in book.entries]
    return [replace(one, recipe=given) if isinstance(one, Fit) else one for one, given in zip(found, known, strict=True)]


def _best(found: Sequence[Fit]) -> list[Fit]:
    scores = [(item.groups, len(item.values), -item.unknown) for item in found]
    return [item for item, score in zip(found, scores, strict=True) if score == max(scores)]


def _matched(found: Fit) -> Match:
    return Match(found.recipe, with_constants(found.recipe.script, found.values), tuple(found.values.items()))


def _question(found: Fit) -> Ask:
    lacking = " and ".join(dict.fromkeys(_told(parameter) for parameter in found.missing))
    question = f"What is {lacking}? For example: “{found.recipe.task}”"
    return Ask(question, (found.recipe,), tuple(parameter.name for parameter in found.missing))


def _choice(found: Sequence[Fit]) -> Ask:
    options = " or ".join(f"“{item.recipe.task}”" for item in found)
    return Ask(f"Which is meant: {options}?", tuple(item.recipe for item in found))


def _told(parameter: Parameter) -> str:
    word = parameter.name.lower().replace("_", " ")
    match parameter.kind:
        case ParameterKind.ID:
            prefixes = " or ".join(f"{prefix}…" for prefix in parameter.pattern.split("|") if prefix)
            return f"the {word}'s id" + (f" ({prefixes})" if prefixes else "")
        case ParameterKind.AMOUNT:
            return f"the {word} with its currency (15 EUR)"
        case ParameterKind.INTERVAL:
            return f"the {word} (a day, a week, a month or a year)"
        case ParameterKind.PERCENT:
            return f"the {word} (25%)"
        case ParameterKind.EMAIL:
            return "the e-mail address"
        case ParameterKind.WORD:
            return f"the {word} ({' or '.join(parameter.pattern.split('|'))})"
        case ParameterKind.REPOSITORY:
            return f"the {word} (owner/name)"
        case ParameterKind.LOGIN:
            return "the account's name (@name)"
        case ParameterKind.LATITUDE | ParameterKind.LONGITUDE:
            return "the point's latitude and longitude (48.85, 2.35)"
        case _:
            return f"the {word}"


def _none(tasks: Sequence[str], why: str) -> NoMatch:
    reason = f": {why}" if why else ""
    return NoMatch(f"the offline model knows {len(tasks)} kinds of task, and this is none of them{reason}", tuple(tasks))
