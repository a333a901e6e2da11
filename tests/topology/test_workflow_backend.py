"""The backend `workflow` as the program registers it: the state machine, its role, and nothing of the agents beside it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from recorded import Recorded, order, record

from agentic.local.workflows.definition import read

ARN = "arn:aws-eusc:{service}:eu-central-1:111122223333:{rest}"
PREFIX = "agentic-api-developer-dev"
NAME = f"{PREFIX}-workflow"
MACHINE = ARN.format(service="states", rest=f"stateMachine:{NAME}")
MODEL = "anthropic.claude-haiku-5-5"


def function_arn(name: str) -> str:
    return ARN.format(service="lambda", rest=f"function:{PREFIX}-{name}")


# Contract: what the state machine's role may do, written out independently of the program.
RIGHTS = {
    "lambda:InvokeFunction": [function_arn(name) for name in ("generate-code", "validate-code", "execute-code")],
    "bedrock:InvokeModel": [
        ARN.format(service="bedrock", rest=f"inference-profile/us.{MODEL}"),
        f"arn:aws-eusc:bedrock:*::foundation-model/{MODEL}",
    ],
}


@pytest.fixture(scope="module")
def stack() -> Recorded:
    return record(order(apis=("stripe",), backend="workflow", regenerations="1", run_seconds="100"))


def definition(recorded: Recorded) -> dict[str, Any]:
    return json.loads(recorded.one("StateMachine", "workflow").inputs["definition"])


def rights_differ(recorded: Recorded) -> Iterator[str]:
    """The role allows exactly what the contract says, and is taken on by this one state machine."""
    found: dict[str, list[str]] = {}
    for statement in recorded.policy(NAME)["Statement"]:
        if statement["Effect"] != "Allow":
            yield f"{statement['Sid']} is no Allow"
        for action in statement["Action"]:
            found.setdefault(action, []).extend(statement["Resource"])
    if found != RIGHTS:
        yield f"the role may {found}"
    (role,) = [role for role in recorded.of("Role") if role.inputs["name"] == NAME]
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    if trust["Principal"] != {"Service": "states.amazonaws.com"}:
        yield f"the role trusts {trust['Principal']}"
    wanted = {"StringEquals": {"aws:SourceAccount": "111122223333"}, "ArnLike": {"aws:SourceArn": MACHINE}}
    if trust["Condition"] != wanted:
        yield f"the role is taken on under {trust['Condition']}"


def waits_too_short(recorded: Recorded) -> Iterator[str]:
    """No step is given up before Lambda itself would stop its function."""
    limits = {function.inputs["name"]: function.inputs["timeout"] for function in recorded.of("Function")}
    for name, state in definition(recorded)["States"].items():
        if state["Type"] == "Task" and "FunctionName" in state["Parameters"]:
            function = state["Parameters"]["FunctionName"].rpartition(":")[2]
            if state["TimeoutSeconds"] <= limits[function]:
                yield f"{name} waits {state['TimeoutSeconds']} s for {function}"


def test_the_state_machines_role_may_what_it_needs_and_nothing_else(stack: Recorded):
    assert list(rights_differ(stack)) == []


def widen(recorded: Recorded) -> None:
    (policy,) = [item for item in recorded.of("RolePolicy") if item.inputs["role"] == NAME]
    document = json.loads(policy.inputs["policy"])
    document["Statement"][0]["Resource"].append("*")
    policy.inputs["policy"] = json.dumps(document)


def trust_everybody(recorded: Recorded) -> None:
    (role,) = [role for role in recorded.of("Role") if role.inputs["name"] == NAME]
    document = json.loads(role.inputs["assumeRolePolicy"])
    del document["Statement"][0]["Condition"]["ArnLike"]
    role.inputs["assumeRolePolicy"] = json.dumps(document)


@pytest.mark.parametrize("spoil", [widen, trust_everybody])
def test_the_check_of_the_role_can_fail(stack: Recorded, spoil: Any):
    copied = stack.copy()
    spoil(copied)
    assert list(rights_differ(copied)) != []


def test_each_step_waits_longer_than_its_function_may_take(stack: Recorded):
    assert list(waits_too_short(stack)) == []
    copied = stack.copy()
    machine = definition(copied)
    machine["States"]["Execute"]["TimeoutSeconds"] = 60
    copied.one("StateMachine", "workflow").inputs["definition"] = json.dumps(machine)
    assert len(list(waits_too_short(copied))) == 1, "the control"


def test_the_state_machine_is_a_standard_one_and_waits_for_its_rights(stack: Recorded):
    machine = stack.one("StateMachine", "workflow")
    assert machine.inputs["name"] == NAME
    assert machine.inputs["type"] == "STANDARD"
    assert "loggingConfiguration" not in machine.inputs, "its rights would know no resources"
    assert stack.one("RolePolicy", "workflow").urn in machine.dependencies
    read(machine.inputs["definition"], "aws-eusc")


def test_the_functions_that_take_a_script_back_know_how_many_rounds_there_are(stack: Recorded):
    for name in ("validate-code", "execute-code"):
        assert stack.one("Function", name).inputs["environment"]["variables"]["AGENTIC_REGENERATIONS"] == "1"


def test_there_is_nothing_of_the_agents_beside_it(stack: Recorded):
    for kind in ("AgentcoreHarness", "AgentcoreGateway", "AgentcoreGatewayTarget", "AgentAgent"):
        assert stack.of(kind) == []
    names = {function.inputs["name"].removeprefix(f"{PREFIX}-") for function in stack.of("Function")}
    tools = {"generate-code", "validate-code", "execute-code", "run-code-stripe", "call-api-stripe"}
    assert names == tools | {"worker", "sweep"}


def test_the_front_door_is_told_the_state_machine(stack: Recorded):
    assert (stack.exports["backend"], stack.exports["orchestrator"], stack.exports["state_machine"]) == (
        "workflow",
        MACHINE,
        MACHINE,
    )
