"""Each recipe of the three APIs, by its own example task, with all three enabled and none named: it runs to its end."""

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agentic import LocalCloud
from agentic.core.spec import Recipe
from agentic.core.values import RunStatus
from agentic.registry import Registry

APIS = ("stripe", "github", "openweather")
SEEDS = Path(__file__).parent / "seeds"
RECIPES = [(api, recipe) for api in APIS for recipe in Registry.load({}).get(api).recipes]

Ids = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("recipes") / ".agentic", config={"agentic:apis": json.dumps(APIS)}) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def ids(cloud: LocalCloud) -> Ids:
    """The objects in the fake of Stripe that the tasks are about; the other fakes begin with theirs."""
    seeded = cloud.carry_out(cloud.request({"code": (SEEDS / "for_stripe.py").read_text(), "api": "stripe", "task": "seed"}))
    assert seeded.status is RunStatus.COMPLETED, seeded
    assert seeded.outcome is not None
    return json.loads(seeded.outcome.stdout)


@pytest.mark.cloud
@pytest.mark.parametrize(("api", "recipe"), RECIPES, ids=[f"{api}-{recipe.name}" for api, recipe in RECIPES])
def test_a_recipes_own_task_is_carried_out(cloud: LocalCloud, ids: Ids, api: str, recipe: Recipe):
    task = recipe.task
    for in_task, real in {**ids[""], **ids.get(recipe.name, {})}.items():
        task = task.replace(in_task, real)
    result = cloud.run(task)
    assert result.api == api, result.error
    assert result.status is RunStatus.COMPLETED, (result.error, result.outcome)
    assert purpose(result.code) == purpose(recipe.script)
    assert result.outcome is not None
    # A script that did its work says so; what went wrong it would say there.
    assert result.outcome.stdout.strip()
    assert not result.outcome.stderr
    assert result.calls
    assert all(call.status is not None and call.status < 400 and not call.refused for call in result.calls)


@pytest.mark.cloud
def test_control_a_task_about_an_object_that_is_not_there_ends_in_the_apis_own_words(cloud: LocalCloud):
    for task, said in (
        ("Show customer cus_NotThere", "No such customer"),
        ("Show issue 4711 of acme/widgets", "Not Found"),
        ("What is the weather in Xyzzyville?", "Xyzzyville"),
    ):
        result = cloud.run(task)
        assert result.status is RunStatus.FAILED
        assert result.outcome is not None
        assert said in result.outcome.stderr
        assert "Traceback" not in result.outcome.stderr


def purpose(script: str) -> str | None:
    """A recipe's script says in its docstring what it does; no two say the same."""
    return ast.get_docstring(ast.parse(script))


def test_each_recipe_says_something_of_its_own():
    purposes = [purpose(recipe.script) for _, recipe in RECIPES]
    assert None not in purposes
    assert len(set(purposes)) == len(purposes)
