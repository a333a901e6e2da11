"""The types of Classic agents and of function permissions in the table: what is refused, and what a change means."""

import copy
import json
from typing import Any

import pytest
from classic_world import (
    A_FUNCTION,
    AGENT,
    AGENT_INPUTS,
    ALIAS,
    FUNCTION_ARN,
    GOOD,
    GROUP,
    PERMISSION,
    PLACE,
    PROMPT,
    ROLE_ARN,
    TABLE,
    World,
    alias,
    functions,
    group,
)

from agentic.core.errors import LocalCloudError
from agentic.local.provider.changes import change


@pytest.mark.parametrize("token", GOOD)
def test_the_good_form_passes(token: str):
    """The control of every refusal below."""
    assert TABLE.read(token, GOOD[token])


@pytest.mark.parametrize(
    ("token", "changes", "message"),
    [
        (AGENT, {"agentName": "two words"}, "agentName must match"),
        (AGENT, {"agentName": "x" * 101}, "agentName"),
        (AGENT, {"instruction": "Too short."}, "instruction must match"),
        (AGENT, {"instruction": "x" * 20_001}, "instruction may have 20000 characters"),
        (AGENT, {"agentResourceRoleArn": "agent"}, "agentResourceRoleArn must match"),
        (AGENT, {"idleSessionTtlInSeconds": 30}, "between 60 and 5400"),
        (AGENT, {"agentCollaboration": "SUPERVISOR"}, "must be one of DISABLED"),
        (AGENT, {"guardrailConfigurations": []}, "not supported by the local cloud"),
        (GROUP, {"agentVersion": "1"}, "must be one of DRAFT"),
        (GROUP, {"agentId": "short"}, "agentId must match"),
        (GROUP, {"description": ""}, "description must match"),
        (GROUP, {"actionGroupExecutor": {"customControl": "RETURN_CONTROL"}}, "lambda is missing"),
        (GROUP, {"functionSchema": functions({**A_FUNCTION, "name": "use-tool"})}, "name must match"),
        (GROUP, {"functionSchema": functions({**A_FUNCTION, "name": "use__tool"})}, "name must match"),
        (GROUP, {"functionSchema": functions({**A_FUNCTION, "description": "x" * 1201})}, "description must match"),
        (GROUP, {"functionSchema": functions({**A_FUNCTION, "parameters": [{"mapBlockKey": "a"}]})}, "type is missing"),
        (GROUP, {"functionSchema": functions(*[A_FUNCTION] * 12)}, "must have 1 to 11 items"),
        (GROUP, {"functionSchema": functions()}, "must have 1 to 11 items"),
        (ALIAS, {"agentAliasName": "a b"}, "agentAliasName must match"),
        (ALIAS, {"description": "x" * 201}, "description must match"),
        (ALIAS, {"routingConfigurations": []}, "not supported by the local cloud"),
        (PERMISSION, {"action": "*"}, "must be one of lambda:InvokeFunction"),
        (PERMISSION, {"principal": "*"}, "principal must match"),
        (PERMISSION, {"statementId": "a b"}, "statementId must match"),
        (PERMISSION, {"sourceAccount": "1"}, "sourceAccount must match"),
        (PERMISSION, {"functionUrlAuthType": "NONE"}, "not supported by the local cloud"),
    ],
)
def test_a_slip_is_told_by_name(token: str, changes: dict[str, Any], message: str):
    with pytest.raises(LocalCloudError) as caught:
        TABLE.read(token, copy.deepcopy(GOOD[token]) | changes)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("token", "changes", "message"),
    [
        (AGENT, {"agentResourceRoleArn": PLACE.arn("iam", "role/other", regional=False)}, "there is no role"),
        (GROUP, {}, "there is no agent AGENT12345"),
        (ALIAS, {}, "there is no agent AGENT12345"),
        (PERMISSION, {"function": "other"}, "there is no function other"),
    ],
)
def test_what_leads_nowhere_is_refused(token: str, changes: dict[str, Any], message: str):
    with pytest.raises(LocalCloudError, match=message):
        World().create(token, GOOD[token] | changes)


def test_a_group_for_a_function_that_is_not_there_is_refused():
    world = World()
    agent_id = world.agent()
    other = {"lambda": PLACE.arn("lambda", "function:other")}
    with pytest.raises(LocalCloudError, match="there is no function"):
        world.create(GROUP, group(agent_id, actionGroupExecutor=other))
    assert world.create(GROUP, group(agent_id))["actionGroupId"]


def test_a_role_that_bedrock_may_not_take_on_is_refused():
    world = World()
    world.context.made.trust[ROLE_ARN] = json.loads(json.dumps(world.context.made.trust[ROLE_ARN]).replace("bedrock", "lambda"))
    with pytest.raises(LocalCloudError, match=r"cannot be assumed by bedrock\.amazonaws\.com"):
        world.agent()


def test_an_agents_name_is_unique():
    world = World()
    world.agent()
    with pytest.raises(LocalCloudError, match="twice"):
        world.agent(description="another one")


@pytest.mark.parametrize(
    ("token", "changes", "replaces", "delete_first"),
    [
        (AGENT, {"instruction": PROMPT * 2}, False, False),
        (AGENT, {"foundationModel": "other.model"}, False, False),
        (AGENT, {"agentResourceRoleArn": ROLE_ARN + "2"}, True, True),
        (GROUP, {"functionSchema": functions({"name": "other"})}, False, False),
        (GROUP, {"actionGroupState": "DISABLED"}, False, False),
        (GROUP, {"agentId": "OTHER12345"}, True, False),
        (ALIAS, {"description": "two"}, False, False),
        (ALIAS, {"agentId": "OTHER12345"}, True, False),
        (PERMISSION, {"sourceArn": "arn:aws:bedrock:eu-central-1:123456789012:agent/OTHER12345"}, True, True),
        (PERMISSION, {"statementId": "other"}, True, False),
    ],
)
def test_what_a_change_means_is_what_the_real_provider_makes_of_it(
    token: str, changes: dict[str, Any], replaces: bool, delete_first: bool
):
    """From the provider's schema: an agent's role and a group's agent need a new one; a permission is never updated."""
    found = change(TABLE.type_of(token), GOOD[token], GOOD[token] | changes)
    assert (bool(found.replaces), found.delete_first) == (replaces, delete_first)


def asked(world: World, token: str, inputs: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What AWS would be asked to create it: parameters by operation."""
    requests = TABLE.type_of(token).requests
    assert requests
    return {request.operation: dict(request.parameters) for request in requests(world.context, "some", inputs)}


def test_what_aws_is_asked_has_the_apis_own_shape():
    """Parameters by name, no block around the functions, and nothing of what only steers the provider."""
    world = World()
    found = asked(world, GROUP, group("AGENT12345", skipResourceInUseCheck=True))
    assert found == {
        "CreateAgentActionGroup": {
            "actionGroupName": "use_tool",
            "agentId": "AGENT12345",
            "agentVersion": "DRAFT",
            "actionGroupExecutor": {"lambda": FUNCTION_ARN},
            "functionSchema": {
                "functions": [
                    {
                        "name": "use_tool",
                        "description": "Uses it.",
                        "parameters": {
                            "handle": {"type": "string", "description": "The handle.", "required": True},
                            "times": {"type": "integer"},
                        },
                    }
                ]
            },
        },
        "PrepareAgent": {"agentId": "AGENT12345"},
    }
    assert asked(world, AGENT, AGENT_INPUTS | {"prepareAgent": False, "idleSessionTtlInSeconds": 60}) == {
        "CreateAgent": {
            "agentName": "tiny-agent",
            "agentResourceRoleArn": ROLE_ARN,
            "foundationModel": "us.anthropic.claude-haiku-5-5",
            "idleSessionTTLInSeconds": 60,
        }
    }
    assert set(asked(world, PERMISSION, GOOD[PERMISSION])["AddPermission"]) == {
        *("Action", "FunctionName", "Principal", "StatementId", "SourceArn", "SourceAccount")
    }


@pytest.mark.parametrize(
    ("token", "changes", "message"),
    [
        (AGENT, {"foundationModel": "model_"}, "CreateAgent: foundationModel must match"),
        (GROUP, {"actionGroupExecutor": {"lambda": FUNCTION_ARN.replace("eu-central-1", "nowhere")}}, "lambda must match"),
        (ALIAS, {"tags": {"a": "é"}}, "CreateAgentAlias: tags"),
    ],
)
def test_what_only_the_services_model_knows_is_told_too(token: str, changes: dict[str, Any], message: str):
    """These pass the type's own schema; the request made of them does not pass AWS's."""
    world = World()
    agent_id = world.agent()
    inputs = {AGENT: AGENT_INPUTS | {"agentName": "another"}, GROUP: group(agent_id), ALIAS: alias(agent_id)}[token]
    assert TABLE.read(token, inputs | changes)
    with pytest.raises(LocalCloudError, match=message):
        world.create(token, inputs | changes)
    assert world.create(token, inputs)["id"]
