"""A task that somebody talks about is not a task that somebody gives: no recipe that changes something is run for it."""

from collections.abc import Iterator, Sequence

import pytest
from as_run_chooses import as_run_chooses
from wording_files import APIS
from wordings_judge import DONE, Answer, Chooser

from agentic.core.spec import ApiSpec, Recipe
from agentic.registry import Registry

# Around a recipe's own task: with its first letter small in {task}, as it stands in {Task}.
TURNS = (
    "Don't {task}",
    "Never {task}",
    "Please do not {task}",
    "Under no circumstances {task}",
    "{Task}? No!",
    "{Task}, or maybe not",
    "Forget it: {task}",
    "I did not say {task}",
    "Should I {task}?",
    "How do I {task}?",
    "Explain how to {task}",
    "What happens if I {task}?",
    "Why did you {task}?",
    "Who told you to {task}?",
    "Has anybody tried to {task}?",
    "Ask Bob whether to {task}",
    "Tell Bob to {task}",
    "Remind me to {task}",
    "Pretend to {task}",
    "When I say go, {task}",
    "{Task} tomorrow",
    "{Task} if the balance is positive",
    "{Task} unless it is Sunday",
    "Undo this: {task}",
    "Write a script that would {task}, but do not run it",
)
# Recipes whose names begin so only look.
_LOOKS = ("list_", "show_", "find_", "read_", "search_")
# Every turn meets some recipes, every recipe some turns.
_RECIPES_PER_TURN = 8


@pytest.fixture(scope="module")
def specs() -> list[ApiSpec]:
    known = Registry.load({})
    return [known.get(name) for name in APIS]


@pytest.fixture(scope="module")
def chooser(specs: list[ApiSpec]) -> Chooser:
    return as_run_chooses(specs)


def turned(turn: str, specs: Sequence[ApiSpec]) -> Iterator[str]:
    recipes = list(changing(specs))
    first = TURNS.index(turn) * _RECIPES_PER_TURN
    for number in range(first, first + _RECIPES_PER_TURN):
        task = recipes[number % len(recipes)].task
        yield turn.format(Task=task, task=task[0].lower() + task[1:])


def changing(specs: Sequence[ApiSpec]) -> Iterator[Recipe]:
    for spec in specs:
        if spec.name != "openweather":
            yield from (recipe for recipe in spec.recipes if not recipe.name.startswith(_LOOKS))


def done(tasks: Iterator[str], chooser: Chooser) -> list[str]:
    return [task for task in tasks if chooser(task).kind == DONE]


@pytest.mark.parametrize("turn", TURNS)
def test_a_task_that_is_only_talked_about_is_not_done(turn: str, specs: list[ApiSpec], chooser: Chooser):
    assert done(turned(turn, specs), chooser) == []


def test_control_the_same_tasks_as_they_stand_are_done(specs: list[ApiSpec], chooser: Chooser):
    tasks = {recipe.task for recipe in changing(specs)}
    assert len(done(iter(tasks), chooser)) == len(tasks)


def test_control_a_matcher_that_does_what_it_hears_fails(specs: list[ApiSpec]):
    always = Answer(DONE, specs[0].name, specs[0].recipes[0].script)
    assert all(len(done(turned(turn, specs), lambda task: always)) == _RECIPES_PER_TURN for turn in TURNS)
