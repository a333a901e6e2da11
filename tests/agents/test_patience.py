"""A conversation that is refused because there are too many is asked for again, within bounds; one that has begun never."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from agentic.agents.conversation import Bounds, Patience, converse, session_id, workflow
from agentic.core.errors import ModelError

RUN = "run_0123456789abcdef"
HARNESS = "arn:aws:bedrock-agentcore:us-east-1:123456789012:harness/x-0123456789"
ALIAS = "arn:aws:bedrock:us-east-1:123456789012:agent-alias/AGENT12345/ALIAS12345"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:agentic-api-developer-dev-workflow"
THROTTLED = "ThrottlingException"


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "too many"}}, "InvokeHarness")


@dataclass
class Busy:
    """A client of all three kinds that raises each of `errors` in turn before it answers."""

    errors: list[Exception]
    in_stream: list[Exception] = field(default_factory=list[Exception])
    looks: list[Exception] = field(default_factory=list[Exception])
    asked: int = 0
    stopped: int = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)

    def invoke_harness(self, **request: Any) -> Any:
        self._ask()
        return {"stream": self._events({"messageStart": {}}, {"messageStop": {"stopReason": "end_turn"}})}

    def invoke_agent(self, **request: Any) -> Any:
        self._ask()
        return {"completion": self._events({"chunk": {"bytes": b"done"}})}

    def start_execution(self, **request: Any) -> Any:
        self._ask()
        return {"executionArn": "x"}

    def describe_execution(self, **request: Any) -> Any:
        if self.looks:
            raise self.looks.pop(0)
        return {"status": "SUCCEEDED"}

    def stop_execution(self, **request: Any) -> Any:
        self.stopped += 1

    def _events(self, *events: Any) -> Any:
        for event in events:
            yield event
            if self.in_stream:
                raise self.in_stream.pop(0)


@dataclass
class Waiting:
    pauses: list[float] = field(default_factory=list[float])
    told: list[str] = field(default_factory=list[str])

    def patience(self, chance: float = 0.5) -> Patience:
        return Patience(sleep=self.pauses.append, chance=lambda: chance, tell=self.told.append)


def ask(
    busy: Busy, waiting: Waiting, arn: str = HARNESS, goes_on: Callable[[], bool] = lambda: True, chance: float = 0.5
) -> Any:
    session = session_id(RUN, "generator")
    return converse(lambda _: busy, arn, session, "Do it", "", Bounds(goes_on=goes_on), waiting.patience(chance))


@pytest.mark.parametrize("arn", [HARNESS, ALIAS, MACHINE])
@pytest.mark.parametrize(
    "code",
    [
        THROTTLED,
        "TooManyRequestsException",
        "ServiceQuotaExceededException",
        "ServiceUnavailableException",
        "ModelNotReadyException",
    ],
)
def test_it_is_asked_for_again_whatever_the_backend(arn: str, code: str):
    busy, waiting = Busy([refused(code)] * 3), Waiting()
    assert ask(busy, waiting, arn).complete
    assert (busy.asked, waiting.pauses) == (4, [1, 2, 4])


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_pauses_are_of_any_length_up_to_a_bound_and_half_a_minute_in_all(chance: float):
    busy, waiting = Busy([refused(THROTTLED)] * 9), Waiting()
    with pytest.raises(ModelError) as failed:
        ask(busy, waiting, chance=chance)
    assert failed.value.data["kind"] == THROTTLED
    assert busy.asked == 5
    assert waiting.pauses == [chance * longest for longest in (2, 4, 8, 16)]
    assert sum(waiting.pauses) <= 30


def test_each_pause_is_told_in_the_log():
    waiting = Waiting()
    ask(Busy([refused(THROTTLED)]), waiting)
    assert [json.loads(line) for line in waiting.told] == [{"throttled": THROTTLED, "try": 1, "waits_ms": 1000}]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException", "RuntimeClientError"])
def test_what_does_not_get_better_is_not_asked_for_again(code: str):
    busy = Busy([refused(code)])
    with pytest.raises(ModelError):
        ask(busy, Waiting())
    assert busy.asked == 1


@pytest.mark.parametrize("arn", [HARNESS, ALIAS])
def test_a_conversation_that_has_begun_is_never_repeated(arn: str):
    broken = EventStreamError({"Error": {"Code": THROTTLED, "Message": "too many"}}, "InvokeHarness")
    busy = Busy([], in_stream=[broken])
    with pytest.raises(ModelError):
        ask(busy, Waiting(), arn)
    assert busy.asked == 1


def test_nobody_waits_for_a_run_that_has_ended_meanwhile():
    busy, waiting = Busy([refused(THROTTLED)] * 2), Waiting()
    with pytest.raises(ModelError):
        ask(busy, waiting, goes_on=lambda: False)
    assert not waiting.pauses


def test_a_workflow_is_not_stopped_because_there_are_too_many_who_look_at_it():
    busy, slept = Busy([], looks=[refused(THROTTLED)] * 3), list[float]()
    reply = workflow.ask(busy, MACHINE, session_id(RUN, "workflow"), "{}", "", sleep=slept.append)
    assert (reply.complete, busy.stopped, len(slept)) == (True, 0, 3)
