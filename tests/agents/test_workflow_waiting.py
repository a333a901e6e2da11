"""How the front door starts a workflow, waits for its end and stops it, over a Step Functions that the test plays."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agentic.agents.conversation import converse, session_id, workflow
from agentic.core.errors import ModelError

MACHINE = "arn:aws-eusc:states:eusc-de-east-1:123456789012:stateMachine:agentic-api-developer-dev-workflow"
RUN = "run_0123456789abcdef"
EXECUTION = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{RUN}"


@dataclass
class Played:
    """Answers each DescribeExecution with the next of `answers`; the last one is repeated."""

    answers: list[Any]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def start_execution(self, **asked: Any) -> Any:
        self.calls.append(("start", asked))
        return {"executionArn": EXECUTION}

    def describe_execution(self, **asked: Any) -> Any:
        self.calls.append(("describe", asked))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def stop_execution(self, **asked: Any) -> Any:
        self.calls.append(("stop", asked))
        raise ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "StopExecution")

    def ask(self) -> Any:
        return workflow.ask(self, MACHINE, session_id(RUN, "workflow"), workflow.opening("h"), "", sleep=self.slept.append)


def test_an_execution_is_named_after_its_run_and_gets_nothing_but_the_handle():
    played = Played([{"status": "SUCCEEDED"}])
    reply = played.ask()
    assert (reply.complete, reply.text, reply.usage.model_calls) == (True, "", 0)
    assert played.calls[0] == ("start", {"stateMachineArn": MACHINE, "name": RUN, "input": json.dumps({"handle": "h"})})


def test_waiting_gets_slower_but_never_long():
    played = Played([*[{"status": "RUNNING"}] * 60, {"status": "SUCCEEDED"}])
    played.ask()
    assert len(played.slept) == 60
    assert played.slept == sorted(played.slept)
    assert (played.slept[0], played.slept[-1]) == (0.05, 1.0)


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_how_an_execution_failed_is_one_line(status: str):
    reply = Played([{"status": status, "error": "Some.Error", "cause": "first line\nsecond line"}]).ask()
    assert not reply.complete
    assert reply.stop_reason == f"{status}: Some.Error: first line"


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), ClientError({"Error": {"Code": "Throttling"}}, "DescribeExecution")])
def test_who_stops_waiting_stops_the_execution_too(raised: BaseException):
    played = Played([{"status": "RUNNING"}, raised])
    with pytest.raises(type(raised)):
        played.ask()
    assert played.calls[-1][0] == "stop"
    assert played.calls[-1][1]["executionArn"] == EXECUTION
    waited = Played([{"status": "RUNNING"}, {"status": "SUCCEEDED"}])
    waited.ask()
    assert "stop" not in [name for name, _ in waited.calls], "the control: who waits stops nothing"


def test_a_workflow_is_told_by_its_arn_and_asked_with_the_client_of_step_functions():
    played, asked = Played([{"status": "SUCCEEDED"}]), list[str]()

    def client(service: str) -> Any:
        asked.append(service)
        return played

    assert converse(client, MACHINE, session_id(RUN, "workflow"), workflow.opening("h")).complete
    assert asked == ["stepfunctions"]
    assert workflow.is_workflow(MACHINE)
    assert not workflow.is_workflow(MACHINE.replace("stateMachine", "harness"))
    failing = Played([ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeExecution")])
    with pytest.raises(ModelError, match="no"):
        converse(lambda _: failing, MACHINE, session_id(RUN, "workflow"), "{}")


def test_stopping_what_has_ended_or_is_no_workflow_is_no_error():
    played = Played([])
    workflow.stop(played, MACHINE, RUN)
    workflow.stop(played, MACHINE.replace("stateMachine", "harness"), RUN)
    assert [name for name, _ in played.calls] == ["stop"]
