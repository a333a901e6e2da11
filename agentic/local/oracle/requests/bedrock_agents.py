"""Bedrock Agents Classic: the requests of agents, action groups and aliases (service bedrock-agent).

Tags of an update are left out: the model's pattern for TagResource has `/d` where `\\d` is meant, so that no ARN fits it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import ApiRequest
from agentic.local.oracle.spelling import only, spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

_SERVICE = "bedrock-agent"
# What only steers the provider; and the instruction, for which the model (as the API reference) still has the limit of
# 2024, 4,000 characters: today's (20,000, service quota L-6E3CDA2D) stands in the type's own schema.
_NOT_SENT = frozenset({"instruction", "prepareAgent", "skipResourceInUseCheck"})


def create_agent(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateAgent", _sent(inputs))]


def update_agent(context: "Context", agent_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    parameters = {"agentId": agent_id, **only(_SERVICE, "UpdateAgent", _sent(inputs))}
    return [spelled(_SERVICE, "UpdateAgent", parameters), *_prepare(agent_id, inputs)]


def create_action_group(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateAgentActionGroup", _group(inputs)), *_prepare(inputs["agentId"], inputs)]


def update_action_group(context: "Context", group_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    parameters = {"actionGroupId": group_id, **_group(inputs)}
    return [spelled(_SERVICE, "UpdateAgentActionGroup", parameters), *_prepare(inputs["agentId"], inputs)]


def create_alias(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "CreateAgentAlias", inputs)]


def update_alias(context: "Context", alias_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [spelled(_SERVICE, "UpdateAgentAlias", {"agentAliasId": alias_id, **only(_SERVICE, "UpdateAgentAlias", inputs)})]


def _sent(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in _NOT_SENT}


def _group(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The provider has one block more around the functions than the API."""
    return {**_sent(inputs), "functionSchema": inputs["functionSchema"]["memberFunctions"]}


def _prepare(agent_id: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    return [ApiRequest(_SERVICE, "PrepareAgent", {"agentId": agent_id})] if inputs.get("prepareAgent", True) else []
