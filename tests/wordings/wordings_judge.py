"""The judge of the matcher: what a chooser makes of a task, held against what the person meant.

It sees scripts only: which recipe a script is, and what its constants say. How it was chosen is none of its business.
"""

import ast
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from wording_files import NearMiss, Values, Wording

from agentic.core.spec import ApiSpec, ParameterKind, Recipe

DONE = "done"

# Services and scripts read these without regard to case.
_CASELESS = {
    ParameterKind.CURRENCY,
    ParameterKind.EMAIL,
    ParameterKind.LOGIN,
    ParameterKind.PLACE,
    ParameterKind.REPOSITORY,
    ParameterKind.WORD,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: `done` with a script for an API, `asked` or `refused`."""

    kind: str
    api: str = ""
    script: str = ""


Chooser = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class Judged:
    """A task, what was expected and what came instead; `got` is empty where the answer was right."""

    api: str
    task: str
    expected: str
    got: str = ""
    # Something ran that the task did not ask for. A needless question or refusal is no harm.
    harm: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    judged: tuple[Judged, ...] = field(default_factory=tuple)

    @property
    def wrong(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.got]

    @property
    def harm(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.harm]

    @property
    def percent(self) -> float:
        return 100 * (1 - len(self.wrong) / len(self.judged))

    def of(self, api: str) -> "Report":
        return Report(tuple(judged for judged in self.judged if judged.api == api))

    def told(self, title: str) -> str:
        lines = [f"{title}: {len(self.judged) - len(self.wrong)} of {len(self.judged)} right ({self.percent:.1f} in 100)"]
        return "\n".join([*lines, *(f"  {item.expected} | {item.got} | {item.task}" for item in self.wrong)])


class Judge:
    """Knows the recipes of these APIs."""

    def __init__(self, apis: Iterable[ApiSpec]) -> None:
        self._recipes = {api.name: {recipe.name: recipe for recipe in api.recipes} for api in apis}
        self._shapes = {
            (name, shape(recipe.script, recipe)): recipe for name, known in self._recipes.items() for recipe in known.values()
        }

    def wordings(self, tasks: Iterable[Wording], chooser: Chooser) -> Report:
        """Each has to give its recipe with its values."""
        return Report(tuple(self._wording(wording, chooser(wording.task)) for wording in tasks))

    def near_misses(self, tasks: Iterable[NearMiss], chooser: Chooser) -> Report:
        """Each has to end in one of the ways that it may."""
        return Report(tuple(self._near_miss(near, chooser(near.task)) for near in tasks))

    def _wording(self, wording: Wording, answer: Answer) -> Judged:
        got = self._difference(answer, wording.api, wording.recipe, wording.values)
        return Judged(wording.api, wording.task, wording.recipe, got, harm=bool(got) and answer.kind == DONE)

    def _near_miss(self, near: NearMiss, answer: Answer) -> Judged:
        expected = " or ".join(sorted({*near.may, *near.right}))
        if answer.kind != DONE:
            return Judged(near.api, near.task, expected, "" if answer.kind in near.may else answer.kind)
        differences = [self._difference(answer, near.api, recipe, values) for recipe, values in near.right.items()]
        if "" in differences:
            return Judged(near.api, near.task, expected)
        return Judged(near.api, near.task, expected, "; ".join(differences) or self._name(answer), harm=True)

    def _difference(self, answer: Answer, api: str, recipe: str, values: Values) -> str:
        """Empty where the answer is this recipe with exactly these values."""
        if answer.kind != DONE:
            return answer.kind
        if self._name(answer) != f"{api}.{recipe}":
            return self._name(answer)
        known = self._recipes[api][recipe]
        before, after = constants(known.script), constants(answer.script)
        wanted = {parameter.name: values.get(parameter.name, before[parameter.name]) for parameter in known.parameters}
        wrong = [
            f"{parameter.name}={after[parameter.name]!r}, not {wanted[parameter.name]!r}"
            for parameter in known.parameters
            if not _same(parameter.kind, after[parameter.name], wanted[parameter.name])
        ]
        return f"{recipe} with {', '.join(wrong)}" if wrong else ""

    def _name(self, answer: Answer) -> str:
        """The answer's recipe as "api.recipe", told by the script apart from its constants."""
        for recipe in self._recipes[answer.api].values():
            if self._shapes.get((answer.api, shape(answer.script, recipe))) is recipe:
                return f"{answer.api}.{recipe.name}"
        return f"{answer.api}: a script that is no recipe"


def constants(script: str) -> dict[str, Any]:
    """The upper-case constants at the top level of a script, those with literal values."""
    found: dict[str, Any] = {}
    for node in ast.parse(script).body:
        match node:
            case ast.Assign([ast.Name(name)], value) if name.isupper():
                try:
                    found[name] = ast.literal_eval(value)
                except ValueError:
                    continue
            case _:
                pass
    return found


def shape(script: str, recipe: Recipe) -> str:
    """The script without what its parameters say."""
    names = {parameter.name for parameter in recipe.parameters}
    tree = ast.parse(script)
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(name)]) if name in names:
                node.value = ast.Constant(None)
            case _:
                pass
    return ast.dump(tree)


def _same(kind: ParameterKind, got: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return any(_same(kind, got, one) for one in cast("list[Any]", wanted))
    if isinstance(got, str) and isinstance(wanted, str):
        return _text(kind, got) == _text(kind, wanted)
    return isinstance(got, str) == isinstance(wanted, str) and got == wanted


def _text(kind: ParameterKind, text: str) -> str:
    plain = unicodedata.normalize("NFC", text)
    return plain.casefold() if kind in _CASELESS else plain
