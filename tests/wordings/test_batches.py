"""Further batches of wordings and near misses, by people who had seen neither the matcher nor the other wordings.

What was understood at first sight: of the second batch 81 in 100 (stripe 84.8, github 75.9, openweather 79.4), of the third
73 in 100 (stripe 102 of 138, github 61 of 87, openweather 38 of 51), two of those done by another recipe than meant. Both
have been worked on since and are known from now on: they say what must not get worse, and nothing of unseen words.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from as_run_chooses import as_run_chooses
from wording_files import APIS, REFUSED, SECOND, THIRD, NearMiss, Wording, near_misses, wordings
from wordings_judge import DONE, Answer, Judge, Report

from agentic.core.spec import ApiSpec
from agentic.registry import Registry


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a batch is, how many wordings of each recipe and near misses of each API it has, and its floor in 100."""

    folder: Path
    per_recipe: int
    near_per_api: int
    floor: float

    def wordings(self) -> list[Wording]:
        return [told for api in APIS for told in wordings(api, self.folder)]

    def near_misses(self) -> list[NearMiss]:
        return [told for api in APIS for told in near_misses(api, self.folder)]


BATCHES = [Batch(SECOND, 2, 25, 95.0), Batch(THIRD, 3, 30, 90.0)]
# Recipes that were written after the batches; their wordings are in the first one.
LATER = {"credit_customer"}
each_batch = pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.folder.name)


@pytest.fixture(scope="module")
def specs() -> list[ApiSpec]:
    known = Registry.load({})
    return [known.get(name) for name in APIS]


@pytest.fixture(scope="module")
def judge(specs: list[ApiSpec]) -> Judge:
    return Judge(specs)


def harmless(report: Report, title: str) -> None:
    """Fails, with what was done, where anything ran that the task did not ask for."""
    if report.harm:
        raise AssertionError(Report(tuple(report.harm)).told(f"done wrong, {title}"))


def at_least(report: Report, floor: float, title: str) -> None:
    """Fails, with what was not understood, below `floor` in 100."""
    if report.percent < floor:
        raise AssertionError(report.told(title))


@each_batch
def test_a_batch_has_wordings_of_each_recipe_and_near_misses_of_each_api_that_no_other_has(batch: Batch, specs: list[ApiSpec]):
    others = [folder for folder in (SECOND.parent, SECOND, THIRD) if folder != batch.folder]
    for spec in specs:
        recipes = {recipe.name: recipe for recipe in spec.recipes if recipe.name not in LATER}
        told, near = wordings(spec.name, batch.folder), near_misses(spec.name, batch.folder)
        names = [wording.recipe for wording in told]
        assert {name: names.count(name) for name in names} == dict.fromkeys(recipes, batch.per_recipe)
        assert len(near) == batch.near_per_api
        values = [(wording.recipe, wording.values) for wording in told] + [pair for miss in near for pair in miss.right.items()]
        for recipe, set_ in values:
            assert set(set_) <= {parameter.name for parameter in recipes[recipe].parameters}
        known = {item.task for folder in others for item in (*wordings(spec.name, folder), *near_misses(spec.name, folder))}
        assert not known & {wording.task for wording in told}


@each_batch
def test_wordings_of_a_batch_are_never_done_wrong_and_seldom_not_understood(
    batch: Batch, judge: Judge, specs: list[ApiSpec], capsys: pytest.CaptureFixture[str]
):
    report = judge.wordings(batch.wordings(), as_run_chooses(specs))
    with capsys.disabled():
        print(f"\n{report.told(f'{batch.folder.name} batch').partition(chr(10))[0]}")
    harmless(report, batch.folder.name)
    at_least(report, batch.floor, batch.folder.name)


@each_batch
def test_near_misses_of_a_batch_are_never_done_wrong(batch: Batch, judge: Judge, specs: list[ApiSpec]):
    harmless(judge.near_misses(batch.near_misses(), as_run_chooses(specs)), batch.folder.name)


@each_batch
def test_control_a_matcher_that_always_takes_the_first_recipe_does_wrong_in_a_batch(
    batch: Batch, judge: Judge, specs: list[ApiSpec]
):
    always = Answer(DONE, specs[0].name, specs[0].recipes[0].script)
    with pytest.raises(AssertionError):
        harmless(judge.wordings(batch.wordings(), lambda task: always), batch.folder.name)
    with pytest.raises(AssertionError):
        harmless(judge.near_misses(batch.near_misses(), lambda task: always), batch.folder.name)


@each_batch
def test_control_a_matcher_that_refuses_a_whole_batch_does_no_wrong_and_is_below_its_floor(batch: Batch, judge: Judge):
    report = judge.wordings(batch.wordings(), lambda task: Answer(REFUSED))
    harmless(report, batch.folder.name)
    with pytest.raises(AssertionError):
        at_least(report, batch.floor, batch.folder.name)
