"""What a definition may hold: everything else is refused when it is created, by name. The whole one passes (control)."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from machine_stage import MachineStage, model_call, task

from agentic.core.errors import ConfigurationError
from agentic.local.workflows.definition import Retrier

INVOKE = "arn:aws:states:::lambda:invoke"
FAIL = {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"}


def whole() -> dict[str, Any]:
    """A machine with one of everything."""
    retry = [{"ErrorEquals": ["Lambda.ServiceException"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2}]
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}]
    choices = [{"Variable": "$.found.said", "StringEquals": "yes", "Next": "Ask"}]
    return {
        "StartAt": "Look",
        "TimeoutSeconds": 60,
        "States": {
            "Look": task(ResultPath="$.found", TimeoutSeconds=10, Retry=retry, Catch=catch, Next="Which"),
            "Which": {"Type": "Choice", "Choices": choices, "Default": "Done"},
            "Ask": model_call(),
            "Done": {"Type": "Succeed"},
            "Failed": FAIL,
        },
    }


def created(definition: dict[str, Any]) -> None:
    stage = MachineStage()
    states = definition.pop("States")
    start = definition.pop("StartAt")
    stage.create(states, **definition, StartAt=start)


def test_a_definition_of_what_is_known_is_taken():
    created(whole())


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Put `value` at a path of names and numbers; `...` takes it away."""

    def spoil(definition: dict[str, Any]) -> None:
        *way, last = (int(name) if name.isdecimal() else name for name in path.split("/"))
        found: Any = definition
        for name in way:
            found = found[name]
        if value is ...:
            del found[last]
        else:
            found[last] = value

    return spoil


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a state of another type": (change("States/Done", {"Type": "Map"}), "Map"),
    "a field of the machine": (change("Other", 1), "Other"),
    "another query language": (change("QueryLanguage", "JSONata"), "JSONPath"),
    "a field of a state": (change("States/Look/HeartbeatSeconds", 1), "HeartbeatSeconds"),
    "another service": (change("States/Look/Resource", "arn:aws:states:::sqs:sendMessage"), "sqs:sendMessage"),
    "waiting for a token": (
        change("States/Look/Resource", "arn:aws:states:::lambda:invoke.waitForTaskToken"),
        "waitForTaskToken",
    ),
    "another partition": (change("States/Look/Resource", "arn:aws-cn:states:::lambda:invoke"), "aws-cn"),
    "a start that is not there": (change("StartAt", "Nowhere"), "'Nowhere', which is no state"),
    "a way to nowhere": (change("States/Which/Default", "Nowhere"), "'Nowhere', which is no state"),
    "a catch to nowhere": (change("States/Look/Catch/0/Next", "Nowhere"), "'Nowhere', which is no state"),
    "a state that nothing leads to": (change("States/Lost", {"Type": "Succeed"}), "no way leads to Lost"),
    "neither next nor end": (change("States/Ask/End", ...), "needs either Next or End"),
    "next and end": (change("States/Ask/Next", "Done"), "needs either Next or End"),
    "a long name": (change("States/" + "x" * 81, {"Type": "Succeed"}), "81 characters"),
    "an intrinsic function": (change("States/Look/Parameters/Payload.$", "States.Format('{}', $.x)"), "States.Format"),
    "a path with an index": (change("States/Which/Choices/0/Variable", "$.list[0]"), "list[0]"),
    "a path into the context that is not there": (
        change("States/Ask/Parameters/Messages/0/Content/0", {"Text.$": "$$.Task.Token"}),
        "Task.Token",
    ),
    "another comparison": (
        change("States/Which/Choices/0", {"Variable": "$.x", "IsPresent": True, "Next": "Ask"}),
        "IsPresent",
    ),
    "an invented error": (change("States/Look/Retry/0/ErrorEquals", ["States.Whatever"]), "States.Whatever"),
    "everything among others": (change("States/Look/Catch/0/ErrorEquals", ["States.ALL", "Mine"]), "must stand alone"),
    "no seconds": (change("States/Look/TimeoutSeconds", 0), "TimeoutSeconds"),
    "a bound below the pause": (change("States/Look/Retry/0/MaxDelaySeconds", 1), "MaxDelaySeconds"),
    "a bound beyond a year": (change("States/Look/Retry/0/MaxDelaySeconds", 31622400), "MaxDelaySeconds"),
    "an invented jitter": (change("States/Look/Retry/0/JitterStrategy", "HALF"), "JitterStrategy"),
    "a shrinking pause": (change("States/Look/Retry/0/BackoffRate", 0.5), "BackoffRate"),
    "a field that Converse has not": (change("States/Ask/Parameters/Temperature", 1), "Temperature"),
    "a field in the API's own spelling": (change("States/Ask/Parameters/system", []), "no field system"),
    "no model": (change("States/Ask/Parameters/ModelId", ...), "needs ModelId"),
    "a number for a text": (change("States/Ask/Parameters/ModelId", 7), "ModelId must be a text"),
    "a parameter that Invoke has not": (change("States/Look/Parameters/Qualifier", "1"), "Qualifier"),
    "error and its path": (change("States/Failed/Error", "x"), "both Error and ErrorPath"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_definition_with_something_else_is_refused_by_name(name: str):
    spoil, said = FAULTS[name]
    definition = whole()
    spoil(definition)
    with pytest.raises(ConfigurationError) as error:
        created(definition)
    assert said in error.value.message


def test_a_definition_that_is_no_json_or_too_large_is_refused():
    from machine_stage import MACHINE, ROLE

    from agentic.local.workflows import MachineDeclaration

    machines = MachineStage().machines
    for text, said in (("{", "not JSON"), (json.dumps({"Comment": "x" * 1_048_576}), "larger than")):
        with pytest.raises(ConfigurationError, match=said):
            machines.create(MachineDeclaration(MACHINE, "tested", ROLE, text))


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_a_pause_grows_up_to_its_bound_and_with_jitter_has_any_length_up_to_that(chance: float):
    steady = Retrier(("Busy",), 2.0, 5, 2.0, 10.0)
    assert [steady.pause(tried, chance) for tried in range(5)] == [2, 4, 8, 10, 10]
    jittered = dataclasses.replace(steady, jitter=True)
    assert [jittered.pause(tried, chance) for tried in range(5)] == [chance * longest for longest in (2, 4, 8, 10, 10)]
