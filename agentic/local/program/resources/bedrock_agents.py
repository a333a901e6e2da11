"""Bedrock Agents Classic: agents, action groups by function schema, aliases. Patterns: botocore, bedrock-agent.

Two things differ from AWS's provider: it renames agents, groups and aliases in place, here a new name is a new resource;
and its ids are drawn, here they are made from names.
"""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.agents import ToolDeclaration
from agentic.local.agents.classic import (
    LONGEST_INSTRUCTION,
    SHORTEST_INSTRUCTION,
    ActionGroup,
    Alias,
    ClassicAgent,
)
from agentic.local.oracle import ApiRequest
from agentic.local.oracle.requests import bedrock_agents as requests
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.schema import TAGS, Block, ListOf, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

_SERVICE = "bedrock"
_ID_LENGTH = 10
_NAME = Text(r"([0-9a-zA-Z][_-]?){1,100}", longest=100)
_ID = Text(r"[0-9a-zA-Z]{10}")
_DESCRIPTION = Text(r"(?s).{1,200}")
# A model sees functions as group__function: a name with two underscores, or a hyphen, is taken apart wrongly.
_FUNCTION_NAME = Text(r"(?!.*__)[0-9a-zA-Z_]{1,100}")


def _agent(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, place, agent_id = inputs["agentName"], context.place, _agent_id(context, inputs)
    agent = ClassicAgent(
        id=agent_id,
        arn=place.arn(_SERVICE, f"agent/{agent_id}"),
        name=name,
        role_arn=inputs["agentResourceRoleArn"],
        model_id=inputs["foundationModel"],
        instruction=inputs["instruction"],
    )
    if context.classic.put_agent(agent) and inputs.get("prepareAgent", True):
        context.classic.prepare(agent_id)
    outputs = {"agentId": agent_id, "agentArn": agent.arn, "agentVersion": "DRAFT", "tagsAll": inputs.get("tags", {})}
    return Created(agent_id, {**outputs, "region": place.region})


def _agent_id(context: Context, inputs: Inputs) -> str:
    return context.place.stable("agent", inputs["agentName"], _ID_LENGTH).upper()


def _update_agent_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_agent(context, _agent_id(context, inputs), inputs)


def _check_agent(context: Context, inputs: Inputs) -> None:
    if "agentResourceRoleArn" in inputs:
        context.check_role(inputs["agentResourceRoleArn"], _SERVICE, "agent/NOTYETMADE")


def _delete_agent(context: Context, agent_id: str, inputs: Inputs) -> None:
    context.classic.remove_agent(agent_id, although_used=inputs.get("skipResourceInUseCheck", False))


def _group(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    agent_id, group_id = inputs["agentId"], _group_id(context, inputs)
    state = inputs.get("actionGroupState", "ENABLED")
    group = ActionGroup(
        id=group_id,
        name=inputs["actionGroupName"],
        function_arn=inputs["actionGroupExecutor"]["lambda"],
        functions=tuple(map(_function, inputs["functionSchema"]["memberFunctions"]["functions"])),
        enabled=state == "ENABLED",
    )
    context.classic.put_group(agent_id, group)
    if inputs.get("prepareAgent", True):
        context.classic.prepare(agent_id)
    outputs = {"actionGroupId": group_id, "actionGroupState": state, "region": context.place.region}
    return Created(f"{group_id},{agent_id},DRAFT", outputs)


def _group_id(context: Context, inputs: Inputs) -> str:
    return context.place.stable("action group", f"{inputs['agentId']}\0{inputs['actionGroupName']}", _ID_LENGTH).upper()


def _update_group_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_action_group(context, _group_id(context, inputs), inputs)


def _function(function: Mapping[str, Any]) -> ToolDeclaration:
    """A function as a tool: its parameters, which the provider writes as a list, as JSON Schema."""
    parameters: list[Mapping[str, Any]] = function.get("parameters", [])
    properties = {
        item["mapBlockKey"]: {key: item[key] for key in ("type", "description") if key in item} for item in parameters
    }
    required = [item["mapBlockKey"] for item in parameters if item.get("required")]
    schema = {"type": "object", "properties": properties, "required": required}
    return ToolDeclaration(function["name"], function.get("description", ""), schema)


def _check_group(context: Context, inputs: Inputs) -> None:
    _check_agent_id(context, inputs)
    function_arn = inputs.get("actionGroupExecutor", {}).get("lambda")
    if function_arn and not context.exists(FUNCTION, function_arn.rsplit(":", 1)[-1]):
        raise LocalCloudError(f"there is no function {function_arn}")


def _delete_group(context: Context, resource_id: str, inputs: Inputs) -> None:
    group_id = resource_id.split(",")[0]
    context.classic.remove_group(inputs["agentId"], group_id, although_used=inputs.get("skipResourceInUseCheck", False))


def _alias(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, agent_id, alias_id = inputs["agentAliasName"], inputs["agentId"], _alias_id(context, inputs)
    alias_arn = context.place.arn(_SERVICE, f"agent-alias/{agent_id}/{alias_id}")
    wanted = Alias(id=alias_id, arn=alias_arn, name=name, description=inputs.get("description", ""), version="")
    made = context.classic.put_alias(agent_id, wanted)
    outputs = {
        "agentAliasId": alias_id,
        "agentAliasArn": alias_arn,
        "routingConfigurations": [{"agentVersion": made.version}],
        "tagsAll": inputs.get("tags", {}),
        "region": context.place.region,
    }
    return Created(f"{alias_id},{agent_id}", outputs)


def _alias_id(context: Context, inputs: Inputs) -> str:
    return context.place.stable("alias", f"{inputs['agentId']}\0{inputs['agentAliasName']}", _ID_LENGTH).upper()


def _update_alias_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return requests.update_alias(context, _alias_id(context, inputs), inputs)


def _check_agent_id(context: Context, inputs: Inputs) -> None:
    agent_id = inputs.get("agentId")
    if agent_id and not context.exists(_AGENT, agent_id):
        raise LocalCloudError(f"there is no agent {agent_id}")


def _delete_alias(context: Context, resource_id: str, inputs: Inputs) -> None:
    context.classic.remove_alias(inputs["agentId"], resource_id.split(",")[0])


_PARAMETER = Block(
    {"mapBlockKey": _NAME, "type": Text(choices=("string", "number", "integer", "boolean", "array"))},
    {"description": Text(r"(?s).{1,500}"), "required": Truth()},
)
_FUNCTIONS = ListOf(
    # At most five parameters per function, eleven functions per group (quotas of Bedrock Agents).
    Block({"name": _FUNCTION_NAME}, {"description": Text(r"(?s).{1,1200}"), "parameters": ListOf(_PARAMETER, most=5)}),
    least=1,
    most=11,
)

_AGENT = "aws:bedrock/agentAgent:AgentAgent"
_GROUP = "aws:bedrock/agentAgentActionGroup:AgentAgentActionGroup"
ALIAS = "aws:bedrock/agentAgentAlias:AgentAgentAlias"

TYPES = (
    ResourceType(
        _AGENT,
        Block(
            {
                "agentName": _NAME,
                "agentResourceRoleArn": arn("iam", "role/.+", region=""),
                "foundationModel": Text(r"[^\s]{1,2048}"),
                "instruction": Text(rf"(?s).{{{SHORTEST_INSTRUCTION},}}", longest=LONGEST_INSTRUCTION),
            },
            {
                "description": _DESCRIPTION,
                "idleSessionTtlInSeconds": Whole(60, 5400),
                "agentCollaboration": Text(choices=("DISABLED",)),
                "prepareAgent": Truth(),
                "skipResourceInUseCheck": Truth(),
                "tags": TAGS,
            },
        ),
        ("agentId", "agentArn", "agentVersion"),
        _agent,
        Lifecycle(
            made_here(_AGENT),
            _delete_agent,
            ("agentName",),
            replaces=("agentResourceRoleArn",),
            updates=(
                *("foundationModel", "instruction", "description", "idleSessionTtlInSeconds", "agentCollaboration"),
                *("prepareAgent", "skipResourceInUseCheck", "tags"),
            ),
            update=_agent,
            update_requests=_update_agent_requests,
        ),
        _check_agent,
        requests.create_agent,
    ),
    ResourceType(
        _GROUP,
        Block(
            {
                "actionGroupName": _NAME,
                "agentId": _ID,
                "agentVersion": Text(choices=("DRAFT",)),
                "actionGroupExecutor": Block({"lambda": arn("lambda", r"function:[a-zA-Z0-9_-]+")}),
                "functionSchema": Block({"memberFunctions": Block({"functions": _FUNCTIONS})}),
            },
            {
                "actionGroupState": Text(choices=("ENABLED", "DISABLED")),
                "description": _DESCRIPTION,
                "prepareAgent": Truth(),
                "skipResourceInUseCheck": Truth(),
            },
        ),
        ("actionGroupId", "actionGroupState"),
        _group,
        Lifecycle(
            made_here(_GROUP),
            _delete_group,
            ("agentId", "actionGroupName"),
            replaces=("agentVersion",),
            updates=(
                *("actionGroupExecutor", "functionSchema", "actionGroupState", "description", "prepareAgent"),
                "skipResourceInUseCheck",
            ),
            update=_group,
            update_requests=_update_group_requests,
        ),
        _check_group,
        requests.create_action_group,
    ),
    ResourceType(
        ALIAS,
        # Without a routing configuration an alias gets a new version with each change: that is how ours are kept current.
        Block({"agentAliasName": _NAME, "agentId": _ID}, {"description": _DESCRIPTION, "tags": TAGS}),
        ("agentAliasId", "agentAliasArn"),
        _alias,
        Lifecycle(
            made_here(ALIAS),
            _delete_alias,
            ("agentId", "agentAliasName"),
            updates=("description", "tags"),
            update=_alias,
            update_requests=_update_alias_requests,
        ),
        _check_agent_id,
        requests.create_alias,
    ),
)
