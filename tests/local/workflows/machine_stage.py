"""A state machine in miniature: functions that are Python, a model that answers what the test says, a role's rights."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentic.core.errors import AgenticError, RefusedError
from agentic.local.permissions import Permissions
from agentic.local.services import InvokeResult
from agentic.local.workflows import MachineDeclaration, RunModel, StateMachines, Tasks

ACCOUNT = "123456789012"
MACHINE = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:tested"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/tested"
FUNCTION = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:step"
MODEL = "us.anthropic.claude-haiku-5-5"
RUN = "run_0123456789abcdef"

Step = Callable[[Any], Any]


class FunctionError(Exception):
    """What the function raised: `kind` is the exception's class."""

    def __init__(self, kind: str, message: str = "no luck") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass
class PythonFunctions:
    """Lambda's Invoke over one Python function."""

    step: Step
    calls: list[Any] = field(default_factory=list)

    def invoke(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        client_context: Mapping[str, Any] | None = None,
        tenant: str | None = None,
        asynchronous: bool = False,
    ) -> InvokeResult:
        assert name_or_arn == FUNCTION
        event = json.loads(payload)
        self.calls.append(event)
        try:
            return InvokeResult(200, json.dumps(self.step(event)).encode())
        except FunctionError as error:
            told = {"errorMessage": str(error), "errorType": error.kind}
            return InvokeResult(200, json.dumps(told).encode(), "Unhandled")


@dataclass
class OneModel:
    """Converse: what it was asked, and what it says."""

    said: dict[str, Any] | AgenticError
    asked: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def converse_for(
        self, run_id: str, model_id: str, request: Mapping[str, Any], credentials: Mapping[str, str]
    ) -> dict[str, Any]:
        self.asked.append((run_id, model_id, request, credentials))
        if isinstance(self.said, AgenticError):
            raise self.said
        return self.said


@dataclass
class MachineStage:
    """`own` is what the run brings with it."""

    step: Step = lambda event: {"ok": True}
    said: dict[str, Any] | AgenticError = field(default_factory=lambda: {"stopReason": "end_turn"})
    own: RunModel = field(default_factory=lambda: RunModel("", {}))

    def __post_init__(self) -> None:
        self.permissions = Permissions()
        self.allow("lambda:InvokeFunction", FUNCTION)
        self.functions, self.model = PythonFunctions(lambda event: self.step(event)), OneModel(self.said)
        self.machines = StateMachines(Tasks(self.functions, self.model, self.permissions, lambda run_id: self.own))

    def allow(self, action: str, *resources: str) -> None:
        statement = {"Effect": "Allow", "Action": action, "Resource": list(resources)}
        self.permissions.set_policy(ROLE, action, {"Version": "2012-10-17", "Statement": [statement]})

    def create(self, states: Mapping[str, Any], **more: Any) -> None:
        text = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
        self.machines.create(MachineDeclaration(MACHINE, "tested", ROLE, text))

    def start(self, given: Any = None, name: str = RUN) -> str:
        return self.machines.start(MACHINE, name, json.dumps({} if given is None else given)).arn

    def ended(self, arn: str) -> Any:
        """The execution's status once it is over; an execution that hangs fails the test."""
        pause = threading.Event()
        for _ in range(2000):
            status, _ = self.machines.execution(arn)
            if status.status != "RUNNING":
                return status
            pause.wait(0.01)
        raise AssertionError("the execution does not end")

    def run(self, states: Mapping[str, Any], given: Any = None, **more: Any) -> Any:
        self.create(states, **more)
        return self.ended(self.start(given))

    def types(self, arn: str) -> list[str]:
        return [event["type"] for event in self.machines.execution(arn)[1]]


def task(**more: Any) -> dict[str, Any]:
    """A state that invokes the function with the whole input, and ends."""
    state: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": FUNCTION, "Payload.$": "$"},
        "ResultSelector": {"said.$": "$.Payload"},
        **more,
    }
    return state if "Next" in state else {**state, "End": True}


def model_call(**more: Any) -> dict[str, Any]:
    messages = [{"Role": "user", "Content": [{"Text.$": "$.text"}]}]
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:bedrockruntime:converse",
        "Parameters": {"ModelId": MODEL, "Messages": messages, **more},
        "End": True,
    }


def refused() -> RefusedError:
    return RefusedError("no", aws_code="TooManyRequestsException", aws_status=429)
