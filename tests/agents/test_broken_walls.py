"""What breaks under a script says nothing about it: it is executed again. A script that is killed itself has failed."""

from pathlib import Path
from typing import Any

import pytest
from launcher_stage import HONEST, LauncherStage

from agentic.agents.tools.execute_code import execute_code
from agentic.agents.tools.validate_code import validate_code
from agentic.core.names import run_of
from agentic.core.values import RunStatus

pytest_plugins = ["tests.runs.conftest"]

CUT_SHORT: dict[str, Any] = {**HONEST, "success": False, "exit": None, "stdout": "so far"}


@pytest.fixture
def stage(dynamodb: Any, tmp_path: Path) -> LauncherStage:
    return LauncherStage(dynamodb, tmp_path)


def executed(stage: LauncherStage, *answers: dict[str, Any]) -> Any:
    arguments = stage.validating()
    validate_code(arguments, stage.services)
    left = list(answers)
    stage.wall = lambda _: left.pop(0)
    execute_code(arguments, stage.services)
    assert not left
    return stage.store.get(run_of(arguments["handle"]))


@pytest.mark.parametrize("reason", ["broker", "broke_off"])
def test_a_script_under_which_something_broke_is_executed_again(stage: LauncherStage, reason: str):
    record = executed(stage, {**CUT_SHORT, "reason": reason}, HONEST)
    assert (record.status, record.attempt) == (RunStatus.COMPLETED, 2)


def test_one_under_which_it_breaks_each_time_fails_with_a_reason(stage: LauncherStage):
    record = executed(stage, *[{**CUT_SHORT, "reason": "broke_off"}] * 3)
    assert (record.status, record.attempt, record.error.code) == (RunStatus.FAILED, 3, "sandbox")


@pytest.mark.parametrize(("reason", "said"), [("killed", "for want of memory"), ("memory", "more memory than it may")])
def test_a_script_that_is_killed_itself_has_failed(stage: LauncherStage, reason: str, said: str):
    record = executed(stage, {**CUT_SHORT, "reason": reason})
    assert (record.status, record.attempt, record.error.code) == (RunStatus.FAILED, 1, "sandbox")
    assert said in record.error.message
