"""The workflow: the state machine that drives a run without a model in the control flow, in the Amazon States Language.

    Begin → Generate (the one model call) → Store → Validate → Execute
                 ↑______________________ Validate or Execute: the script failed, and rounds are left

With a generator for each API (setting `variants`) there is a Generate for each of them, chosen by the record's API.
Every step looks into the run record and answers what comes next; whatever goes wrong ends in GiveUp, which closes the
run. Prompt, model, tool and limits are those of `agents.declaration`. What was decided and why: docs/adr/0009-the-workflow.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentic.agents.declaration import Agent

_BACKOFF = 2


@dataclass(frozen=True, slots=True)
class _Again:
    """After one of these errors a state is tried again, `attempts` times, after pauses of any length up to one that grows.

    `lasting`: a try that ends so may have taken all of its time; else it was refused at once.
    """

    errors: tuple[str, ...]
    attempts: int
    seconds: int
    longest: int
    lasting: bool

    @property
    def pauses(self) -> int:
        """The seconds of all pauses at their longest."""
        return sum(min(self.longest, self.seconds * _BACKOFF**number) for number in range(self.attempts))

    def written(self) -> dict[str, Any]:
        # With full jitter, or all that were refused together would come together again.
        return {
            "ErrorEquals": list(self.errors),
            "IntervalSeconds": self.seconds,
            "MaxAttempts": self.attempts,
            "BackoffRate": _BACKOFF,
            "MaxDelaySeconds": self.longest,
            "JitterStrategy": "FULL",
        }


# Errors before a function could begin: trying again is harmless even for the step that runs the script.
_NOT_BEGUN = _Again(("Lambda.TooManyRequestsException",), attempts=6, seconds=2, longest=30, lasting=False)
# Failures of the service, not of the function or of a right (developer guide, "Handle transient Lambda service exceptions").
_TRANSIENT = _Again(("Lambda.ServiceException", "Lambda.SdkClientException"), attempts=3, seconds=1, longest=10, lasting=True)
# Of the model's own errors those that pass (Bedrock, Converse, errors).
_MODEL_BUSY = _Again(
    tuple(
        f"BedrockRuntime.{name}" for name in ("ThrottlingException", "ServiceUnavailableException", "ModelNotReadyException")
    ),
    attempts=5,
    seconds=2,
    longest=30,
    lasting=False,
)
_MODEL_FAILED = _Again(
    tuple(
        f"BedrockRuntime.{name}"
        for name in ("InternalServerException", "ModelTimeoutException", "ModelErrorException", "SdkClientException")
    ),
    attempts=2,
    seconds=2,
    longest=10,
    lasting=True,
)
# Beyond the function's own limit: Lambda's answer comes back.
_MARGIN_SECONDS = 10
_ALL = (_NOT_BEGUN, _TRANSIENT, _MODEL_BUSY, _MODEL_FAILED)

_GENERATE = "Generate"

# What the functions take from nobody but their own stack's callers (`agents.tools.events.WORK`).
WORK = "agentic_work"


@dataclass(frozen=True, slots=True)
class StepFunction:
    """A function that carries out steps: its ARN, and the seconds after which Lambda stops it."""

    arn: str
    timeout_seconds: int


def definition(
    generators: Mapping[str, Agent], functions: Mapping[str, StepFunction], *, partition: str, regenerations: int
) -> dict[str, Any]:
    """The state machine's definition. `functions` are generate_code, validate_code and execute_code by name.

    `generators` are by API; one for all APIs stands under the empty name. `regenerations` are the rounds after the first one:
    the execution has time for them, and the record counts them.
    """
    generate, validate, execute = (functions[name] for name in ("generate_code", "validate_code", "execute_code"))
    turn = ("next", "round", "message", *(() if "" in generators else ("api",)))
    model = next(iter(generators.values())).model_id
    states: dict[str, Any] = {
        "Begin": _step(partition, generate, "begin", {"model": model}, result=turn, to=_GENERATE),
        **_model_calls(partition, generators),
        "Store": _step(
            partition,
            generate,
            "store",
            {
                "round.$": "$.turn.round",
                "stop_reason.$": "$.answer.stop_reason",
                "usage.$": "$.answer.usage",
                "content.$": "$.answer.content",
            },
            # In the answer's place: a state's data is bounded, and a script need not be in it twice.
            result=("next",),
            at="$.answer",
            to="Stored",
        ),
        "Stored": _choice("$.answer.next", {"validate": "Validate"}),
        "Validate": _step(
            partition,
            validate,
            "validate",
            {"round.$": "$.turn.round"},
            result=turn,
            to="Validated",
        ),
        "Validated": _choice("$.turn.next", {"execute": "Execute", "generate": _GENERATE}),
        "Execute": _step(
            partition,
            execute,
            "execute",
            {"round.$": "$.turn.round"},
            result=turn,
            to="Executed",
            # A function that may have begun tries by itself what can be tried again.
            again=(_NOT_BEGUN,),
        ),
        "Executed": _choice("$.turn.next", {"end": "Ended", "generate": _GENERATE}),
        "Ended": {"Type": "Succeed", "Comment": "How the run ended stands in its record."},
        "GiveUp": {
            **_step(partition, generate, "fail", {"error.$": "$.error"}, result=("next",), to="Failed"),
            "ResultPath": None,
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.unrecorded", "Next": "Failed"}],
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }
    return {
        "Comment": "One run: generate, validate, execute. Its name is the run's id, its input the run's handle.",
        "StartAt": "Begin",
        "TimeoutSeconds": _whole_seconds(states, regenerations),
        "States": states,
    }


def _step(
    partition: str,
    function: StepFunction,
    step: str,
    arguments: Mapping[str, Any],
    *,
    result: tuple[str, ...],
    to: str,
    at: str = "$.turn",
    again: Sequence[_Again] = (_NOT_BEGUN, _TRANSIENT),
) -> dict[str, Any]:
    """One step in a function. The run it is for is the one that the execution is named after."""
    work = {"step": step, "run.$": "$$.Execution.Name", "handle.$": "$.handle", **arguments}
    return {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function.arn, "Payload": {WORK: work}},
        "ResultSelector": {f"{name}.$": f"$.Payload.{name}" for name in result},
        "ResultPath": at,
        "TimeoutSeconds": function.timeout_seconds + _MARGIN_SECONDS,
        "Retry": [after.written() for after in again],
        "Catch": _CATCH,
        "Next": to,
    }


def _model_calls(partition: str, generators: Mapping[str, Agent]) -> dict[str, Any]:
    """The state Generate: the model call itself, or the choice between those of the APIs."""
    if "" in generators:
        return {_GENERATE: _model_call(partition, generators[""])}
    calls = {f"{_GENERATE}-{api}": (api, agent) for api, agent in generators.items()}
    # Begin and Validate answer with the record's API, which is one of the stack's.
    choice = {**_choice("$.turn.api", {api: name for name, (api, _) in calls.items()}), "Default": "Unknown"}
    unknown = {"Type": "Fail", "Error": "UnknownApi", "Cause": "the run's API is none of this workflow's"}
    return {
        _GENERATE: choice,
        **{name: _model_call(partition, agent) for name, (_, agent) in calls.items()},
        "Unknown": unknown,
    }


def _model_call(partition: str, generator: Agent) -> dict[str, Any]:
    """Converse, by Step Functions itself. No tool is forced: a refusal is a text, and thinking models take no forced tool."""
    (tool,) = generator.tools
    spec = {"Name": tool.name, "Description": tool.description, "InputSchema": {"Json": tool.input_schema}}
    return {
        "Type": "Task",
        "Resource": f"arn:{partition}:states:::aws-sdk:bedrockruntime:converse",
        "Parameters": {
            "ModelId": generator.model_id,
            "System": [{"Text": generator.prompt}],
            "Messages": [{"Role": "user", "Content": [{"Text.$": "$.turn.message"}]}],
            "InferenceConfig": {"MaxTokens": generator.max_tokens},
            "ToolConfig": {"Tools": [{"ToolSpec": spec}]},
        },
        "ResultSelector": {"content.$": "$.Output.Message.Content", "stop_reason.$": "$.StopReason", "usage.$": "$.Usage"},
        "ResultPath": "$.answer",
        "TimeoutSeconds": generator.timeout_seconds,
        "Retry": [_MODEL_BUSY.written(), _MODEL_FAILED.written()],
        "Catch": _CATCH,
        "Next": "Store",
    }


def _choice(variable: str, ways: Mapping[str, str]) -> dict[str, Any]:
    rules = [{"Variable": variable, "StringEquals": text, "Next": to} for text, to in ways.items()]
    return {"Type": "Choice", "Choices": rules, "Default": "Ended"}


_CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "GiveUp"}]


def _whole_seconds(states: Mapping[str, Any], regenerations: int) -> int:
    """The longest that an execution can take by its steps' own limits: the bound for everything unforeseen."""
    total = 0
    # Of the APIs' model calls, which have the same limits, an execution makes one.
    tasks = {name.partition("-")[0]: state for name, state in states.items() if state["Type"] == "Task"}
    for name, state in tasks.items():
        after = [again for again in _ALL if again.written() in state["Retry"]]
        tries = 1 + sum(again.attempts for again in after if again.lasting)
        rounds = 1 if name in ("Begin", "GiveUp") else 1 + regenerations
        total += rounds * (sum(again.pauses for again in after) + tries * state["TimeoutSeconds"])
    return total
