"""Step Functions: standard state machines. Rules: botocore, CreateStateMachine; the definition's own are checked with it."""

import time
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import AgenticError, LocalCloudError
from agentic.local.oracle.request import ApiRequest
from agentic.local.oracle.spelling import spelled
from agentic.local.program.hosts import MachineHost
from agentic.local.program.resources.existing import made_here
from agentic.local.program.schema import TAGS, Block, Text, Truth, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType
from agentic.local.workflows import MachineDeclaration

_SERVICE = "states"
_STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"
# What the service takes with logging too; more is allowed without, and not used.
_NAME = r"[0-9A-Za-z_-]{1,80}"


def _hosted(context: Context) -> MachineHost:
    if context.machines is None:
        raise LocalCloudError("this local cloud has no state machines")
    return context.machines


def _state_machine(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, place = inputs["name"], context.place
    machine_arn = place.arn(_SERVICE, f"stateMachine:{name}")
    _hosted(context).create(MachineDeclaration(machine_arn, name, inputs["roleArn"], inputs["definition"]))
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    outputs = {"arn": machine_arn, "name": name, "type": "STANDARD", "status": "ACTIVE", "creationDate": created}
    return Created(machine_arn, {**outputs, "tagsAll": inputs.get("tags", {}), "region": place.region})


def _check(context: Context, inputs: Inputs) -> None:
    if "roleArn" in inputs and "name" in inputs:
        context.check_role(inputs["roleArn"], _SERVICE, f"stateMachine:{inputs['name']}")
    if inputs.get("definition") is not None and inputs.get("name"):
        try:
            _hosted(context).check(context.place.arn(_SERVICE, f"stateMachine:{inputs['name']}"), inputs["definition"])
        except AgenticError as error:
            raise LocalCloudError(error.message, hint=error.hint) from error


def _delete(context: Context, machine_arn: str, inputs: Inputs) -> None:
    _hosted(context).remove(machine_arn)


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return [spelled("stepfunctions", "CreateStateMachine", inputs)]


def _update_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    machine_arn = context.place.arn(_SERVICE, f"stateMachine:{inputs['name']}")
    changed = {name: value for name, value in inputs.items() if name in ("definition", "roleArn")}
    return [spelled("stepfunctions", "UpdateStateMachine", {"stateMachineArn": machine_arn, **changed})]


TYPES = (
    ResourceType(
        _STATE_MACHINE,
        Block(
            {"name": Text(_NAME), "roleArn": arn("iam", "role/.+", region=""), "definition": Text(longest=1_048_576)},
            {
                # Express executions have no history, and a name does not keep a second one from starting.
                "type": Text(choices=("STANDARD",)),
                "publish": Truth(only=False),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _state_machine,
        Lifecycle(
            made_here(_STATE_MACHINE),
            _delete,
            ("name",),
            replaces=("type",),
            updates=("definition", "roleArn", "publish", "tags"),
            update=_state_machine,
            update_requests=_update_requests,
        ),
        verify=_check,
        requests=_requests,
    ),
)
