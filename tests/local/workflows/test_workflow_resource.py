"""A program's state machine on the local cloud: made, updated in place, deleted, refused where AWS or we would refuse it."""

import json
from typing import Any

import pytest
from machine_stage import MACHINE, ROLE, MachineStage, task

from agentic.core.errors import LocalCloudError
from agentic.local.program.place import Place
from agentic.local.program.resources.state_machines import TYPES
from agentic.local.program.table import Context, ResourceTable

TOKEN = "aws:sfn/stateMachine:StateMachine"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture
def stage() -> MachineStage:
    return MachineStage()


@pytest.fixture
def context(stage: MachineStage) -> Context:
    nobody: Any = None
    place = Place("tiny", "dev", "eu-central-1", "123456789012")
    context = Context(place, nobody, stage.permissions, nobody, nobody, nobody, machines=stage.machines)
    context.made.trust[ROLE] = TRUST
    return context


def inputs(**more: Any) -> dict[str, Any]:
    machine = {"StartAt": "Look", "States": {"Look": task()}}
    return {"name": "tested", "roleArn": ROLE, "definition": json.dumps(machine), "type": "STANDARD", **more}


def test_it_is_made_found_updated_in_place_and_deleted(stage: MachineStage, context: Context):
    table = ResourceTable(TYPES)
    made = table.create(context, TOKEN, "workflow", inputs())
    assert (made.id, made.outputs["arn"]) == (MACHINE, MACHINE)
    assert stage.ended(stage.start({"x": 1}, "first")).status == "SUCCEEDED"
    other = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    changed = inputs(definition=json.dumps(other))
    assert table.update(context, TOKEN, "workflow", changed).id == MACHINE
    assert stage.ended(stage.start({"x": 2}, "second")).status == "SUCCEEDED"
    assert len(stage.functions.calls) == 1, "the new definition invokes nothing"
    table.delete(context, TOKEN, "workflow", MACHINE, changed)
    assert stage.machines.machines() == ()
    table.delete(context, TOKEN, "workflow", MACHINE, changed)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a role that is not there": ({"roleArn": f"{ROLE}-other"}, "there is no role"),
    "a name with blanks": ({"name": "a b"}, "name must match"),
    "a long name": ({"name": "x" * 81}, "name must match"),
    "an express one": ({"type": "EXPRESS"}, "type must be one of STANDARD"),
    "no JSON": ({"definition": "{"}, "not JSON"),
    "a state of an unknown kind": ({"definition": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Map"}}})}, "Map"),
    "logs, whose delivery is not emulated": ({"loggingConfiguration": {"level": "ALL"}}, "loggingConfiguration"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_would_be_refused_is_refused_before_anything_is_made(stage: MachineStage, context: Context, name: str):
    wrong, said = FAULTS[name]
    with pytest.raises(LocalCloudError) as error:
        ResourceTable(TYPES).create(context, TOKEN, "workflow", inputs(**wrong))
    assert said in error.value.message
    assert stage.machines.machines() == ()


def test_a_role_that_the_service_cannot_take_on_is_refused(context: Context):
    context.made.trust[ROLE] = json.loads(json.dumps(TRUST).replace("states.", "lambda."))
    with pytest.raises(LocalCloudError, match=r"cannot be assumed by states\.amazonaws\.com"):
        ResourceTable(TYPES).create(context, TOKEN, "workflow", inputs())
