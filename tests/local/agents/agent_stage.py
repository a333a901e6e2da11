"""A small local cloud for agent tests: the three agents with real gateways, over functions that are plain Python."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentic.agents.declaration import Agent, declare
from agentic.core.errors import RefusedError
from agentic.core.settings import Settings
from agentic.local.agents import (
    GatewayDeclaration,
    Gateways,
    HarnessDeclaration,
    Harnesses,
    Models,
    TargetDeclaration,
    ToolDeclaration,
)
from agentic.local.services import InvokeResult
from agentic.local.trace import Event

ACCOUNT = "000000000000"
RUN_ID = "run_0123456789abcdef"
SESSION = f"{RUN_ID}-test-0123456789abcdef"


@dataclass
class Functions:
    """A FunctionService over plain functions, by tool name. Each takes the arguments and returns JSON, or raises."""

    bodies: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    invocations: list[tuple[str, Any, Mapping[str, Any]]] = field(default_factory=list)

    def invoke(
        self,
        name_or_arn: str,
        payload: bytes,
        *,
        client_context: Mapping[str, Any] | None = None,
        tenant: str | None = None,
        asynchronous: bool = False,
    ) -> InvokeResult:
        name = name_or_arn.rpartition(":")[2]
        self.invocations.append((name, json.loads(payload), client_context or {}))
        try:
            return InvokeResult(200, json.dumps(self.bodies[name](json.loads(payload))).encode())
        except ValueError as error:
            failure = {"errorType": "ValueError", "errorMessage": str(error), "stackTrace": ["a line"]}
            return InvokeResult(200, json.dumps(failure).encode(), "Unhandled")

    def called(self) -> list[str]:
        return [name for name, _, _ in self.invocations]


@dataclass
class Permissions:
    """Allows everything but what `refused` names as (principal, action)."""

    refused: set[tuple[str, str]] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def check(self, principal: str, action: str, resource_arn: str) -> None:
        self.asked.append((principal, action, resource_arn))
        if (principal, action) in self.refused:
            raise RefusedError(f"{principal} is not allowed to {action} on {resource_arn}")


@dataclass
class Stage:
    """Everything wired together; `events` is what the observer was told."""

    models: Models
    credentials: Mapping[str, str] = field(default_factory=dict)
    functions: Functions = field(default_factory=Functions)
    permissions: Permissions = field(default_factory=Permissions)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gateways = Gateways(self.functions, self.permissions)
        self.harnesses = Harnesses(self.gateways, self.models, self.events.append, lambda run_id: self.credentials)
        self.agents = {agent.name: agent for agent in declare(Settings(), ())}
        for agent in self.agents.values():
            self._build(agent)

    def _build(self, agent: Agent) -> None:
        gateway = GatewayDeclaration(gateway_arn(agent.name), agent.name, "http://unused", role_arn(f"{agent.name}-gateway"))
        self.gateways.create(gateway)
        for tool in agent.tools:
            declared = ToolDeclaration(tool.name, tool.description, tool.input_schema)
            self.gateways.add_target(agent.name, TargetDeclaration(tool.target, function_arn(tool.name), (declared,)))
        self.harnesses.create(
            HarnessDeclaration(
                arn=harness_arn(agent.name),
                name=f"aad_test_{agent.name}",
                role_arn=role_arn(agent.name),
                model_id=agent.model_id,
                system_prompt=agent.prompt,
                tools=((agent.name, gateway_arn(agent.name)),),
                allowed_tools=agent.allowed_tools,
                max_iterations=agent.max_turns,
                max_tokens=agent.max_tokens,
                timeout_seconds=agent.timeout_seconds,
            )
        )

    def invoke(self, agent: str, text: str, **overrides: Any) -> list[dict[str, Any]]:
        messages = [{"role": "user", "content": [{"text": text}]}]
        return list(self.harnesses.invoke(harness_arn(agent), SESSION, messages, overrides))


def gateway_arn(agent: str) -> str:
    return f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:gateway/aad-test-{agent}-abcdefghij"


def harness_arn(agent: str) -> str:
    return f"arn:aws:bedrock-agentcore:us-east-1:{ACCOUNT}:harness/aad_test_{agent}-abcdefghij"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def stop_reason(events: list[dict[str, Any]]) -> str:
    """The last message's stop reason."""
    return [event["messageStop"]["stopReason"] for event in events if "messageStop" in event][-1]


def answer(events: list[dict[str, Any]]) -> str:
    """The last message's text."""
    parts: list[str] = []
    for event in events:
        if "messageStart" in event:
            parts.clear()
        parts.append(event.get("contentBlockDelta", {}).get("delta", {}).get("text", ""))
    return "".join(parts)


def tool_results(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every tool result as (status, text)."""
    found: list[tuple[str, str]] = []
    for event in events:
        result = event.get("contentBlockStart", {}).get("start", {}).get("toolResult")
        if result:
            found.append((result["status"], ""))
        for part in event.get("contentBlockDelta", {}).get("delta", {}).get("toolResult", ()):
            found[-1] = (found[-1][0], found[-1][1] + part["text"])
    return found
