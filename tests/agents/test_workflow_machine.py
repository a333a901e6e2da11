"""The state machine as it is defined: built from the declaration, bounded, and never executing twice."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agentic.agents.declaration import GENERATE_CODE, GENERATOR, declare, generators
from agentic.agents.tools.events import WORK as EVENT_WORK
from agentic.agents.workflow import WORK, StepFunction, definition
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec, Host, Sdk
from agentic.local.workflows import RunModel, Tasks
from agentic.local.workflows.definition import read

PARTITION = "aws-eusc"
LONGEST = {"generate_code": 30, "validate_code": 40, "execute_code": 90}
SPECS = tuple(
    ApiSpec(name, name.title(), Sdk(f"{name}>=1", (name,)), (Host(f"{name}.example.com", ()),), (), f"Write for {name}.")
    for name in ("acme", "umbrella")
)
PREFIX = f"arn:{PARTITION}:lambda:eusc-de-east-1:123456789012:function:x-"


def built(partition: str = PARTITION, specs: Sequence[ApiSpec] = (), **settings: Any) -> dict[str, Any]:
    chosen = Settings(**settings)
    functions = {name: StepFunction(f"{PREFIX}{name}", seconds) for name, seconds in LONGEST.items()}
    return definition(generators(declare(chosen, specs)), functions, partition=partition, regenerations=chosen.regenerations)


def tasks(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: state for name, state in machine["States"].items() if state["Type"] == "Task"}


@pytest.mark.parametrize("variants", ["shared", "api"])
@pytest.mark.parametrize("partition", ["aws", "aws-cn", PARTITION])
def test_the_definition_is_one_that_the_local_step_functions_take(partition: str, variants: str):
    """A fault of any kind is refused there by name (tests/local/workflows/test_workflow_definitions.py is the control)."""
    found = read(json.dumps(built(partition, SPECS, variants=variants)), partition)
    nobody: Any = None
    Tasks(nobody, nobody, nobody, lambda run_id: RunModel("", {})).check(found)
    assert found.start == "Begin"


def test_the_one_model_call_is_the_declared_generator():
    generator = next(agent for agent in declare(Settings(), ()) if agent.name == GENERATOR)
    calls = [state for state in tasks(built()).values() if state["Resource"].endswith(":converse")]
    assert len(calls) == 1
    asked = calls[0]["Parameters"]
    assert asked["ModelId"] == generator.model_id
    assert asked["System"] == [{"Text": generator.prompt}]
    assert asked["InferenceConfig"] == {"MaxTokens": generator.max_tokens}, "no sampling parameters: newer models refuse them"
    assert calls[0]["TimeoutSeconds"] == generator.timeout_seconds
    (tool,) = asked["ToolConfig"]["Tools"]
    assert tool["ToolSpec"]["Name"] == GENERATE_CODE.name
    assert "ToolChoice" not in asked["ToolConfig"], "a generator must be able to decline"
    assert tool["ToolSpec"]["InputSchema"]["Json"] == GENERATE_CODE.input_schema


def test_with_variants_each_api_has_a_model_call_that_knows_no_other_api_and_the_record_chooses():
    machine = built(specs=SPECS, variants="api")
    states = machine["States"]
    for spec, other in (SPECS, SPECS[::-1]):
        (system,) = states[f"Generate-{spec.name}"]["Parameters"]["System"]
        assert spec.prompt in system["Text"]
        assert other.prompt not in system["Text"]
        assert states[f"Generate-{spec.name}"]["Next"] == "Store"
    choices = {rule["StringEquals"]: rule["Next"] for rule in states["Generate"]["Choices"]}
    assert choices == {spec.name: f"Generate-{spec.name}" for spec in SPECS}
    assert {rule["Variable"] for rule in states["Generate"]["Choices"]} == {"$.turn.api"}
    for step in ("Begin", "Validate", "Execute"):
        assert states[step]["ResultSelector"]["api.$"] == "$.Payload.api"
    assert states[states["Generate"]["Default"]]["Type"] == "Fail"
    # The control: the shared generator knows both, and nothing is chosen.
    shared = built(specs=SPECS)
    assert all(spec.prompt in shared["States"]["Generate"]["Parameters"]["System"][0]["Text"] for spec in SPECS)
    assert machine["TimeoutSeconds"] == shared["TimeoutSeconds"], "one of the calls is made, not all"


def test_every_task_is_bounded_and_caught_and_a_step_is_never_given_up_before_its_function():
    for name, state in tasks(built()).items():
        assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name
        if name == "Generate":
            continue
        function = state["Parameters"]["FunctionName"].removeprefix(PREFIX)
        assert state["TimeoutSeconds"] > LONGEST[function], name


def test_the_step_that_runs_the_script_is_tried_again_only_when_it_cannot_have_begun():
    machine = built()
    after = {
        name: [error for again in state["Retry"] for error in again["ErrorEquals"]] for name, state in tasks(machine).items()
    }
    assert after["Execute"] == ["Lambda.TooManyRequestsException"]
    assert "Lambda.ServiceException" in after["Validate"], "the control"
    assert not any("States.ALL" in errors for errors in after.values()), "a refusal does not get better"


def test_every_pause_has_full_jitter_and_a_bound_and_throttling_is_waited_for_longest():
    for state in tasks(built()).values():
        for again in state["Retry"]:
            assert again["JitterStrategy"] == "FULL"
            assert again["IntervalSeconds"] < again["MaxDelaySeconds"] <= 30
    busy, failed = built()["States"]["Generate"]["Retry"]
    assert "BedrockRuntime.ThrottlingException" in busy["ErrorEquals"]
    assert busy["MaxAttempts"] > failed["MaxAttempts"]


def test_what_a_step_is_asked_comes_from_the_execution_and_the_record_alone():
    """Of the execution's input nothing but the handle is used; the run is the one that the execution is named after."""
    for name, state in tasks(built()).items():
        if name == "Generate":
            continue
        work = state["Parameters"]["Payload"][WORK]
        assert work["run.$"] == "$$.Execution.Name"
        assert work["handle.$"] == "$.handle"
        read_from = {value.split(".")[1] for key, value in work.items() if key.endswith(".$") and not value.startswith("$$")}
        assert read_from <= {"handle", "turn", "answer", "error"}, name
    assert WORK == EVENT_WORK


@pytest.mark.parametrize("regenerations", [0, 1, 5])
def test_the_rounds_are_those_of_the_setting_and_the_whole_execution_has_time_for_them(regenerations: int):
    machine = built(regenerations=regenerations)
    one_round = sum(machine["States"][name]["TimeoutSeconds"] for name in ("Generate", "Store", "Validate", "Execute"))
    assert machine["TimeoutSeconds"] > (1 + regenerations) * one_round
    assert machine["TimeoutSeconds"] < 24 * 3600
