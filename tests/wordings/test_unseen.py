"""Wordings and near misses that neither who wrote the matcher nor who improved it had seen: nothing is done wrong.

How many are understood is printed per API. The floor asserted below is the first figure, rounded down to a multiple of
5: it says what must not get worse, and is no goal. (First figures: stripe 84.8, github 75.9, openweather 79.4.)
"""

import pytest
from as_run_chooses import as_run_chooses
from wording_files import APIS, REFUSED, UNSEEN, near_misses, wordings
from wordings_judge import DONE, Answer, Judge, Report

from agentic.core.spec import ApiSpec
from agentic.registry import Registry

FLOOR = {"stripe": 80, "github": 75, "openweather": 75}
PER_RECIPE, NEAR_PER_API = 2, 25


@pytest.fixture(scope="module")
def specs() -> list[ApiSpec]:
    known = Registry.load({})
    return [known.get(name) for name in APIS]


@pytest.fixture(scope="module")
def judge(specs: list[ApiSpec]) -> Judge:
    return Judge(specs)


@pytest.fixture(scope="module")
def understood(judge: Judge, specs: list[ApiSpec]) -> Report:
    return judge.wordings([told for api in APIS for told in wordings(api, UNSEEN)], as_run_chooses(specs))


@pytest.fixture(scope="module")
def near(judge: Judge, specs: list[ApiSpec]) -> Report:
    return judge.near_misses([told for api in APIS for told in near_misses(api, UNSEEN)], as_run_chooses(specs))


def harmless(report: Report, title: str) -> None:
    """Fails, with what was done, where anything ran that the task did not ask for."""
    if report.harm:
        raise AssertionError(Report(tuple(report.harm)).told(f"done wrong, {title}"))


def at_least(report: Report, floor: int, title: str) -> None:
    """Fails, with the figure alone, below `floor` in 100."""
    if report.percent < floor:
        raise AssertionError(figure(report, title))


def figure(report: Report, title: str) -> str:
    """The figure alone: what failed is not printed, lest somebody fits the matcher to it."""
    return report.told(title).partition("\n")[0]


@pytest.mark.parametrize("api", APIS)
def test_unseen_each_recipe_has_two_wordings_of_its_own_and_each_api_25_near_misses(api: str, specs: list[ApiSpec]):
    recipes = {spec.name: {recipe.name: recipe for recipe in spec.recipes} for spec in specs}[api]
    told = wordings(api, UNSEEN)
    names = [wording.recipe for wording in told]
    assert {name: names.count(name) for name in names} == dict.fromkeys(recipes, PER_RECIPE)
    assert len(near_misses(api, UNSEEN)) == NEAR_PER_API
    for wording in told:
        assert set(wording.values) <= {parameter.name for parameter in recipes[wording.recipe].parameters}
    for near in near_misses(api, UNSEEN):
        for recipe, values in near.right.items():
            assert set(values) <= {parameter.name for parameter in recipes[recipe].parameters}
    known = {wording.task for wording in wordings(api)} | {near.task for near in near_misses(api)}
    assert not known & {wording.task for wording in told}


@pytest.mark.parametrize("api", APIS)
def test_unseen_wordings_are_never_done_wrong_and_understood_as_often_as_at_first(
    api: str, understood: Report, capsys: pytest.CaptureFixture[str]
):
    of_api = understood.of(api)
    with capsys.disabled():
        print(f"\n{figure(of_api, f'unseen wordings, {api}')}")
    harmless(of_api, f"unseen wordings, {api}")
    at_least(of_api, FLOOR[api], f"unseen wordings, {api}")


@pytest.mark.parametrize("api", APIS)
def test_unseen_near_misses_are_never_done_wrong(api: str, near: Report, capsys: pytest.CaptureFixture[str]):
    of_api = near.of(api)
    with capsys.disabled():
        print(f"\n{figure(of_api, f'unseen near misses, {api}')}")
    harmless(of_api, f"unseen near misses, {api}")


def test_unseen_control_a_matcher_that_always_takes_the_first_recipe_does_wrong(judge: Judge, specs: list[ApiSpec]):
    always = Answer(DONE, specs[0].name, specs[0].recipes[0].script)
    for api in APIS:
        with pytest.raises(AssertionError):
            harmless(judge.wordings(wordings(api, UNSEEN), lambda task: always), api)
        with pytest.raises(AssertionError):
            harmless(judge.near_misses(near_misses(api, UNSEEN), lambda task: always), api)


def test_unseen_control_a_matcher_that_refuses_everything_does_no_wrong_and_is_below_every_floor(judge: Judge):
    for api in APIS:
        report = judge.wordings(wordings(api, UNSEEN), lambda task: Answer(REFUSED))
        harmless(report, api)
        with pytest.raises(AssertionError):
            at_least(report, FLOOR[api], api)
