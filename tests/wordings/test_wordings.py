"""Whatever way a task is worded: the right API, the right recipe and the right values, and nothing done that nobody asked for.

All three APIs are enabled and none is named. The wordings were written without sight of the matcher (see the files).
"""

import pytest
from as_run_chooses import as_run_chooses
from wording_files import APIS, REFUSED, near_misses, wordings
from wordings_judge import DONE, Answer, Judge, Report

from agentic.core.spec import ApiSpec
from agentic.registry import Registry

ENOUGH = 95.0
EVERY_WORDING = [wording for api in APIS for wording in wordings(api)]
EVERY_NEAR_MISS = [near for api in APIS for near in near_misses(api)]


@pytest.fixture(scope="module")
def specs() -> list[ApiSpec]:
    known = Registry.load({})
    return [known.get(name) for name in APIS]


@pytest.fixture(scope="module")
def judge(specs: list[ApiSpec]) -> Judge:
    return Judge(specs)


@pytest.fixture(scope="module")
def understood(judge: Judge, specs: list[ApiSpec]) -> Report:
    return judge.wordings(EVERY_WORDING, as_run_chooses(specs))


@pytest.fixture(scope="module")
def near(judge: Judge, specs: list[ApiSpec]) -> Report:
    return judge.near_misses(EVERY_NEAR_MISS, as_run_chooses(specs))


def enough(report: Report, title: str) -> None:
    """Prints the figure and what failed (expected | got | task); fails below 95 in 100."""
    print(report.told(title))
    if report.percent < ENOUGH:
        raise AssertionError(report.told(title))


def harmless(report: Report, title: str) -> None:
    """Prints the figure and what failed; fails where anything ran that the task did not ask for."""
    print(report.told(title))
    if report.harm:
        raise AssertionError(Report(tuple(report.harm)).told(f"done wrong, {title}"))


@pytest.mark.parametrize("api", APIS)
def test_each_recipe_has_five_wordings_and_each_api_enough_near_misses(api: str, specs: list[ApiSpec]):
    recipes = {spec.name: {recipe.name: recipe for recipe in spec.recipes} for spec in specs}[api]
    told = [wording.recipe for wording in wordings(api)]
    assert {name: told.count(name) for name in told} == dict.fromkeys(recipes, 5)
    assert len(near_misses(api)) >= 25
    assert len(EVERY_NEAR_MISS) >= 90
    # No wording is the recipe's own example, and none sets what the script does not have.
    for wording in wordings(api):
        assert wording.task != recipes[wording.recipe].task
        assert set(wording.values) <= {parameter.name for parameter in recipes[wording.recipe].parameters}


@pytest.mark.parametrize("api", APIS)
def test_an_apis_wordings_give_their_recipes_with_their_values_95_times_in_100(api: str, understood: Report):
    enough(understood.of(api), api)


def test_all_wordings_give_their_recipes_with_their_values_95_times_in_100(understood: Report):
    enough(understood, "all APIs")


def test_wordings_that_nobody_has_read_who_works_on_the_matcher_give_their_recipes_95_times_in_100(understood: Report):
    held_out = {wording.task for wording in EVERY_WORDING if wording.held_out}
    enough(Report(tuple(judged for judged in understood.judged if judged.task in held_out)), "held out")


@pytest.mark.parametrize("api", APIS)
def test_a_near_miss_is_refused_or_asked_about_and_never_done_wrong(api: str, near: Report):
    harmless(near.of(api), f"near misses of {api}")


def test_a_near_miss_that_lacks_one_thing_is_asked_about_and_a_name_like_a_command_is_a_name_95_times_in_100(near: Report):
    enough(near, "near misses")


def first_recipe(specs: list[ApiSpec]) -> Answer:
    return Answer(DONE, specs[0].name, specs[0].recipes[0].script)


def test_control_a_matcher_that_always_takes_the_first_recipe_fails_everything(judge: Judge, specs: list[ApiSpec]):
    always = first_recipe(specs)
    with pytest.raises(AssertionError):
        enough(judge.wordings(EVERY_WORDING, lambda task: always), "wordings")
    with pytest.raises(AssertionError):
        harmless(judge.near_misses(EVERY_NEAR_MISS, lambda task: always), "near misses")


def test_control_a_matcher_that_takes_the_right_recipe_but_not_its_values_fails(judge: Judge, specs: list[ApiSpec]):
    scripts = {(spec.name, recipe.name): recipe.script for spec in specs for recipe in spec.recipes}
    meant = {wording.task: wording for wording in EVERY_WORDING}

    def forgetful(task: str) -> Answer:
        return Answer(DONE, meant[task].api, scripts[meant[task].api, meant[task].recipe])

    report = judge.wordings(EVERY_WORDING, forgetful)
    with pytest.raises(AssertionError):
        enough(report, "wordings")
    # The recipes themselves are recognised: only those whose wording sets something are wrong.
    assert all(meant[judged.task].values for judged in report.wrong)
    assert any(not meant[judged.task].values for judged in report.judged)


def test_control_a_matcher_that_refuses_everything_does_no_harm_but_understands_nothing(judge: Judge):
    report = judge.wordings(EVERY_WORDING, lambda task: Answer(REFUSED))
    assert report.percent == 0
    harmless(judge.near_misses(EVERY_NEAR_MISS, lambda task: Answer(REFUSED)), "near misses")
    with pytest.raises(AssertionError):
        enough(judge.near_misses(EVERY_NEAR_MISS, lambda task: Answer(REFUSED)), "near misses")


def test_control_one_near_miss_done_wrong_is_enough_to_fail(judge: Judge, specs: list[ApiSpec]):
    wrong = next(miss for miss in EVERY_NEAR_MISS if not miss.right)

    def once(task: str) -> Answer:
        return first_recipe(specs) if task == wrong.task else Answer(REFUSED)

    with pytest.raises(AssertionError):
        harmless(judge.near_misses(EVERY_NEAR_MISS, once), "near misses")
