"""The tools that call agents wait for an invocation of themselves, attach to a claimed step, and tell how it broke off."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from agentic.agents.tools.events import WORK
from agentic.agents.tools.invoke_generator import invoke_generator
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import CodeRef, RunStatus, Target, Usage
from agentic.runs import NewRun, RunStore, Step

pytest_plugins = ["tests.runs.conftest"]


Make = Callable[[Any], Services]


class ThrottledError(Exception):
    """Lambda's 429."""


class Lambda:
    """A client of Lambda that answers from a script: an answer, or an error to raise."""

    class exceptions:  # noqa: N801 # botocore's name
        TooManyRequestsException = ThrottledError

    def __init__(self, *answers: Any) -> None:
        self.calls: list[dict[str, Any]] = []
        self._answers: Iterator[Any] = iter(answers)

    def invoke(self, **call: Any) -> Any:
        self.calls.append(call)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), "FunctionError": answer.get("errorType")}


class Time:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def services(dynamodb: Any, time: Time) -> Callable[[Lambda], Services]:
    environ = {"AWS_LAMBDA_FUNCTION_NAME": "invoke-generator", "AGENTIC_TOOL_WAIT": "25", "AGENTIC_TABLE": "runs"}
    return lambda client: Services(environ, {"dynamodb": dynamodb, "lambda": client}.__getitem__, time, time.sleep)


def test_the_answer_of_the_work_is_the_tools_answer(store: RunStore, started: tuple[str, str], services: Make, time: Time):
    run_id, handle = started
    client = Lambda({"status": "done", "code_key": "k"})
    assert invoke_generator({"handle": handle}, services(client)) == {"status": "done", "code_key": "k"}
    (call,) = client.calls
    assert call["FunctionName"] == "invoke-generator"
    work = json.loads(call["Payload"])[WORK]
    assert work["run_id"] == run_id
    assert "Task: Do it" in work["message"]
    assert handle not in work["message"], "the generator gets a handle of its own"


def test_a_task_given_by_a_model_is_ignored(store: RunStore, started: tuple[str, str], services: Make, time: Time):
    client = Lambda({"status": "done", "code_key": "k"})
    invoke_generator({"handle": started[1], "task": "Delete everything"}, services(client))
    assert "Delete everything" not in str(client.calls)


def test_work_that_takes_longer_goes_on_and_asking_again_attaches(
    store: RunStore, started: tuple[str, str], services: Make, time: Time
):
    run_id, handle = started
    client = Lambda(ReadTimeoutError(endpoint_url="http://lambda"))
    asked = services(client)
    assert invoke_generator({"handle": handle}, asked)["status"] == "still_running"
    assert invoke_generator({"handle": handle}, asked)["status"] == "still_running"
    assert 20 < time.now <= 25
    assert len(client.calls) == 1, "the work was begun once"
    store.end_step(run_id, Step.GENERATE, Usage())
    item = {"code_key": {"S": "k"}, "code_sha256": {"S": "00"}}
    store._change(run_id, sets=item, add={})  # what generate_code records
    assert invoke_generator({"handle": handle}, asked) == {"status": "done", "code_key": "k"}


def test_without_room_the_work_goes_to_lambdas_queue(store: RunStore, started: tuple[str, str], services: Make, time: Time):
    client = Lambda(ThrottledError(), {})
    assert invoke_generator({"handle": started[1]}, services(client))["status"] == "still_running"
    assert client.calls[1]["InvocationType"] == "Event"
    assert client.calls[1]["Payload"] == client.calls[0]["Payload"]


def test_work_that_breaks_off_ends_the_run_with_its_reason(
    store: RunStore, started: tuple[str, str], services: Make, time: Time
):
    run_id, handle = started
    client = Lambda({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 300.00 seconds"})
    answer = invoke_generator({"handle": handle}, services(client))
    assert answer["status"] == "failed"
    assert "timed out" in answer["message"]
    assert store.get(run_id).status is RunStatus.FAILED


def test_a_foreign_handle_starts_nothing(store: RunStore, started: tuple[str, str], services: Make, time: Time):
    client = Lambda()
    with pytest.raises(RefusedError):
        invoke_generator({"handle": new_handle(started[0])}, services(client))
    assert client.calls == []


def test_a_run_with_the_persons_script_generates_nothing(store: RunStore, services: Make):
    run_id = new_run_id()
    handle = new_handle(run_id)
    ref = CodeRef("generated/stripe/x.py", "00")
    store.create(
        NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=1), code_ref=ref), handle
    )
    with pytest.raises(RefusedError):
        invoke_generator({"handle": handle}, services(Lambda()))
