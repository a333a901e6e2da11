"""A request is understood in whatever people say around it, and nothing is done that they take back, put off or only tell of.

Known wordings and near misses in frames (`framed.py`); which meet which is fixed.
"""

from collections.abc import Iterable

import pytest
from as_run_chooses import as_run_chooses
from framed import FRAMES, WITHDRAWN, framed_near_misses, framed_wordings
from wording_files import APIS, REFUSED, Wording
from wordings_judge import DONE, Answer, Chooser, Judge, Report

from agentic.core.spec import ApiSpec
from agentic.registry import Registry

ENOUGH = 90.0
# Every so many of the wordings meet each frame, which keeps the whole under 20 s.
STEP, NEAR_STEP, WITHDRAWN_STEP = 149, 97, 79
# Recipes whose names begin so only look.
_LOOKS = ("list_", "show_", "find_", "read_", "search_")


@pytest.fixture(scope="module")
def specs() -> list[ApiSpec]:
    known = Registry.load({})
    return [known.get(name) for name in APIS]


@pytest.fixture(scope="module")
def judge(specs: list[ApiSpec]) -> Judge:
    return Judge(specs)


@pytest.fixture(scope="module")
def chooser(specs: list[ApiSpec]) -> Chooser:
    return as_run_chooses(specs)


def harmless(report: Report) -> None:
    """Fails, with what was done, where anything ran that the task did not ask for."""
    if report.harm:
        raise AssertionError(Report(tuple(report.harm)).told("done wrong in a frame"))


def enough(report: Report) -> None:
    """Fails, with what was not understood, below the floor."""
    if report.percent < ENOUGH:
        raise AssertionError(report.told("wordings in frames"))


def withdrawn() -> list[Wording]:
    """Wordings that change something, in frames that take them back."""
    told = framed_wordings(WITHDRAWN, WITHDRAWN_STEP)
    return [item for item in told if item.api != "openweather" and not item.recipe.startswith(_LOOKS)]


def done(tasks: Iterable[Wording], chooser: Chooser) -> list[str]:
    return [item.task for item in tasks if chooser(item.task).kind == DONE]


def test_framed_wordings_are_understood_90_times_in_100_and_never_done_wrong(
    judge: Judge, chooser: Chooser, capsys: pytest.CaptureFixture[str]
):
    report = judge.wordings(framed_wordings(FRAMES, STEP), chooser)
    with capsys.disabled():
        print(f"\n{report.told('wordings in frames').partition(chr(10))[0]}")
    harmless(report)
    enough(report)


def test_framed_near_misses_are_never_done_wrong(judge: Judge, chooser: Chooser):
    harmless(judge.near_misses(framed_near_misses(FRAMES, NEAR_STEP), chooser))


def test_a_request_that_is_taken_back_put_off_or_only_told_of_is_not_done(chooser: Chooser):
    assert done(withdrawn(), chooser) == []


def test_control_a_matcher_that_hears_only_the_request_in_a_frame_does_what_was_taken_back(specs: list[ApiSpec]):
    always = Answer(DONE, specs[0].name, specs[0].recipes[0].script)
    assert len(done(withdrawn(), lambda task: always)) == len(withdrawn()) > 50


def test_control_a_matcher_that_always_takes_the_first_recipe_does_wrong_in_frames(judge: Judge, specs: list[ApiSpec]):
    always = Answer(DONE, specs[0].name, specs[0].recipes[0].script)
    with pytest.raises(AssertionError):
        harmless(judge.wordings(framed_wordings(FRAMES, STEP), lambda task: always))
    with pytest.raises(AssertionError):
        harmless(judge.near_misses(framed_near_misses(FRAMES, NEAR_STEP), lambda task: always))


def test_control_a_matcher_that_refuses_everything_is_below_the_floor(judge: Judge):
    with pytest.raises(AssertionError):
        enough(judge.wordings(framed_wordings(FRAMES, STEP), lambda task: Answer(REFUSED)))
