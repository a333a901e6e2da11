"""A script, or who owns `run_code`, that ends while a write is under way makes no run look done that nobody knows to be."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from launcher_stage import HONEST, LauncherStage

from agentic.agents.tools.execute_code import execute_code
from agentic.agents.tools.validate_code import validate_code
from agentic.core.names import run_of
from agentic.core.values import Call, CallState, RunStatus
from agentic.core.wire import HttpResponse
from agentic.runs import Entry, RunRecord, RunStore, TakenCall
from agentic.runs.ledger import Departure

pytest_plugins = ["tests.runs.conftest"]


class Stage(LauncherStage):
    """A wall that has a write sent, does not wait for its answer, and answers that all went well."""

    clock: Any
    taken: TakenCall
    entry: Entry

    def sends(self, event: dict[str, Any], *, leaves: bool = True, claim: dict[str, Any] | None = None) -> Any:
        store = self.store
        self.taken = store.ledger.take_call(event["grant"], "stripe", write=True)
        call = Call(1, "POST", "https://api.stripe.com/v1/refunds", {}, None, True)
        until = self.clock.now + 30
        self.entry = Entry(round=0, attempt=self.taken.attempt, number=1, digest="d", call=call, until=until)
        store.ledger.begin(self.taken, self.entry)
        if leaves:
            store.ledger.depart(self.taken, self.entry, None)
        return claim or HONEST

    def settles(self, state: CallState) -> None:
        call = replace(self.entry.call, state=state, status=200 if state is CallState.APPLIED else None)
        self.store.ledger.settle(self.taken, replace(self.entry, call=call, response=HttpResponse(200)))

    def ended(self) -> RunRecord:
        arguments = self.validating()
        validate_code(arguments, self.services)
        execute_code(arguments, self.services)
        return self.store.get(run_of(arguments["handle"]))


@pytest.fixture
def stage(dynamodb: Any, tmp_path: Path, clock: Any) -> Stage:
    stage = Stage(dynamodb, tmp_path)
    stage.clock = clock

    def sleep(seconds: float) -> None:
        clock.now += seconds

    vars(stage)["store"] = RunStore(dynamodb, "runs", clock=clock)
    vars(stage)["services"] = replace(stage.services, clock=clock, sleep=sleep)
    return stage


def test_run_whose_write_never_gets_an_answer_is_not_completed(stage: Stage) -> None:
    stage.wall = stage.sends
    record = stage.ended()
    assert record.status is RunStatus.FAILED
    assert record.error
    assert record.error.code == "unknown"
    assert "POST https://api.stripe.com/v1/refunds" in record.error.message


def test_control_a_write_that_never_left_makes_no_doubt(stage: Stage) -> None:
    stage.wall = lambda event: stage.sends(event, leaves=False)
    assert stage.ended().status is RunStatus.COMPLETED


@pytest.mark.parametrize("state", [CallState.APPLIED, CallState.REFUSED])
def test_answer_that_comes_a_little_later_is_waited_for(stage: Stage, state: CallState) -> None:
    stage.wall = stage.sends
    sleep = stage.services.sleep

    def meanwhile(seconds: float) -> None:
        sleep(seconds)
        stage.settles(state)

    vars(stage)["services"] = replace(stage.services, sleep=meanwhile)
    record = stage.ended()
    assert record.status is RunStatus.COMPLETED
    assert [call.state for call in stage.store.calls(record.run_id)] == [state]


def test_write_of_which_nobody_knows_makes_the_run_fail_although_the_script_ended_before_it_was_stopped(stage: Stage) -> None:
    def wall(event: dict[str, Any]) -> Any:
        answer = stage.sends(event)
        stage.settles(CallState.UNKNOWN)
        return answer

    stage.wall = wall
    record = stage.ended()
    assert record.status is RunStatus.FAILED
    assert record.error
    assert record.error.code == "unknown"


@pytest.mark.parametrize("reason", ["paused", "timeout", "cancelled"])
def test_owned_run_code_cannot_name_a_reason_under_which_it_would_not_be_looked_at(stage: Stage, reason: str) -> None:
    stage.wall = lambda event: stage.sends(event, claim={**HONEST, "reason": reason})
    record = stage.ended()
    assert record.status is RunStatus.FAILED
    assert record.error
    assert record.error.code == "unknown"


@pytest.mark.parametrize("state", [CallState.APPLIED, CallState.UNKNOWN])
def test_write_that_leaves_in_the_last_moment_is_waited_for_too(stage: Stage, state: CallState) -> None:
    """Its call was taken before the script ended; it leaves after the launcher has looked, and before it closes the run."""
    stage.wall = lambda event: stage.sends(event, leaves=False)
    dynamodb = stage.dynamodb

    class LeavesBetween:
        left = False

        def __getattr__(self, name: str) -> Any:
            return getattr(dynamodb, name)

        def update_item(self, **request: Any) -> Any:
            closes = "attribute_not_exists(sent)" in request["ConditionExpression"] and ":key" not in str(request)
            if closes and not self.left:
                self.left = True
                assert stage.store.ledger.depart(stage.taken, stage.entry, None) is Departure.FIRST
                stage.settles(state)
            return dynamodb.update_item(**request)

    services = replace(
        stage.services, client=lambda name: LeavesBetween() if name == "dynamodb" else stage.services.client(name)
    )
    arguments = stage.validating()
    validate_code(arguments, services)
    execute_code(arguments, services)
    record = stage.store.get(run_of(arguments["handle"]))
    assert record.status is (RunStatus.COMPLETED if state is CallState.APPLIED else RunStatus.FAILED)
    assert len(record.sent) == 1
