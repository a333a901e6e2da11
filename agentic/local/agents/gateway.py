"""AgentCore gateways: the tools of an agent, each a function behind a target, called as AWS's gateway calls it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agentic.core.errors import AgenticError, ConfigurationError, LocalCloudError
from agentic.local.agents.schema import as_object, faults
from agentic.local.services import FunctionService, InvokeResult


class PermissionCheck(Protocol):
    """Whether a role may do something; `agentic.local.permissions` is the real one."""

    def check(self, principal: str, action: str, resource_arn: str) -> None:
        """Raises RefusedError when it may not."""
        ...


@dataclass(frozen=True, slots=True)
class ToolDeclaration:
    """A tool as its target declares it; `input_schema` is JSON Schema of type object."""

    name: str
    description: str
    input_schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TargetDeclaration:
    """A function behind a gateway, and the tools it answers to."""

    name: str
    function_arn: str
    tools: tuple[ToolDeclaration, ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class GatewayDeclaration:
    """A gateway. `role_arn` is the role with which it calls its targets' functions."""

    arn: str
    id: str
    url: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class GatewayTool:
    """A tool under the name that a model sees: `<target>___<tool>`."""

    name: str
    description: str
    input_schema: Mapping[str, Any]


@dataclass(slots=True)
class _Gateway:
    declaration: GatewayDeclaration
    targets: dict[str, TargetDeclaration] = field(default_factory=dict[str, TargetDeclaration])


class Gateways:
    """Every gateway of the local cloud. Thread-safe: entries are only ever replaced whole."""

    def __init__(self, functions: FunctionService, permissions: PermissionCheck) -> None:
        self._functions = functions
        self.permissions = permissions
        self._gateways: dict[str, _Gateway] = {}

    def create(self, declaration: GatewayDeclaration) -> None:
        """Adds the gateway, or replaces the one with the same id, whose targets it keeps."""
        known = self._gateways.get(declaration.id)
        self._gateways[declaration.id] = _Gateway(declaration, known.targets if known else {})

    def add_target(self, gateway_id: str, target: TargetDeclaration) -> None:
        """Adds the target, or replaces the one with the same name."""
        if gateway_id not in self._gateways:
            raise ConfigurationError(f"there is no gateway {gateway_id!r} for the target {target.name!r}")
        self._gateways[gateway_id].targets[target.name] = target

    def remove(self, gateway_id: str) -> None:
        """Removes the gateway with its targets; one that is gone is no error."""
        self._gateways.pop(gateway_id, None)

    def remove_target(self, gateway_id: str, name: str) -> None:
        """Removes the target; one that is gone is no error."""
        if gateway_id in self._gateways:
            self._gateways[gateway_id].targets.pop(name, None)

    def tools(self, gateway_arn: str) -> tuple[GatewayTool, ...]:
        """What an agent is offered by this gateway."""
        return tuple(
            GatewayTool(f"{target.name}___{tool.name}", tool.description, tool.input_schema)
            for target in self._find(gateway_arn).targets.values()
            for tool in target.tools
        )

    def check(self, gateway_arn: str, principal: str) -> None:
        """Raises RefusedError unless the principal may use the gateway."""
        self.permissions.check(principal, "bedrock-agentcore:InvokeGateway", gateway_arn)

    def call(self, gateway_arn: str, tool_name: str, arguments: Any, principal: str) -> tuple[bool, Any]:
        """Calls a tool: (is_error, the function's JSON answer or an error's message), made for a model to read.

        Only a fault of the local cloud itself is raised; everything that an agent can answer to is a result.
        """
        gateway = self._find(gateway_arn)
        found = _tool(gateway, tool_name)
        if found is None:
            known = ", ".join(tool.name for tool in self.tools(gateway_arn)) or "none"
            return True, f"Unknown tool: {tool_name}. The tools are: {known}."
        target, tool = found
        wrong = "; ".join(faults(tool.input_schema, arguments))
        if wrong:
            return True, f"Invalid arguments for {tool_name}: {wrong}."
        try:
            self.check(gateway_arn, principal)
            self.permissions.check(gateway.declaration.role_arn, "lambda:InvokeFunction", target.function_arn)
            result = self._functions.invoke(
                target.function_arn,
                json.dumps(arguments).encode(),
                client_context={"custom": _custom(gateway.declaration, target, tool)},
            )
        except AgenticError as error:
            return True, f"{tool_name} could not be called: {error.message}"
        return _answer(tool_name, result)

    def _find(self, gateway_arn: str) -> _Gateway:
        for gateway in self._gateways.values():
            if gateway.declaration.arn == gateway_arn:
                return gateway
        raise LocalCloudError(f"there is no gateway {gateway_arn}", hint="a harness's tools name it, but it was never made")


def _tool(gateway: _Gateway, tool_name: str) -> tuple[TargetDeclaration, ToolDeclaration] | None:
    target_name, _, name = tool_name.partition("___")
    target = gateway.targets.get(target_name)
    tools = [tool for tool in target.tools if tool.name == name] if target else []
    return (target, tools[0]) if target and tools else None


def _custom(gateway: GatewayDeclaration, target: TargetDeclaration, tool: ToolDeclaration) -> dict[str, str]:
    """What the function finds in `context.client_context.custom` (reference: "What a Lambda receives")."""
    return {
        "bedrockAgentCoreToolName": f"{target.name}___{tool.name}",
        "bedrockAgentCoreMessageVersion": "1.0",
        "bedrockAgentCoreAwsRequestId": str(uuid.uuid4()),
        "bedrockAgentCoreMcpMessageId": str(uuid.uuid4()),
        "bedrockAgentCoreGatewayId": gateway.id,
        "bedrockAgentCoreTargetId": target.id or target.name,
    }


def _answer(tool_name: str, result: InvokeResult) -> tuple[bool, Any]:
    try:
        payload = json.loads(result.payload or b"null")
    except ValueError:
        return True, f"{tool_name} answered with something that is not JSON."
    if result.function_error or result.status >= 400:
        return True, f"{tool_name} failed: {_reason(payload)}"
    answer = as_object(payload)
    if answer.get("isError") is True and isinstance(answer.get("content"), list):
        texts = [part["text"] for part in map(as_object, answer["content"]) if "text" in part]
        return True, "\n".join(texts) or f"{tool_name} failed."
    return False, payload


def _reason(payload: Any) -> str:
    """A function error in one line: `ValueError: no such key`. Its stack trace is for the log, not for the agent."""
    failure = as_object(payload)
    parts = (failure.get("errorType"), failure.get("errorMessage") or failure.get("message"))
    return ": ".join(str(part) for part in parts if part) or "the function failed"
