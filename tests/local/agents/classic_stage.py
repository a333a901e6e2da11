"""One Classic agent with one tool over plain Python functions: book, policies and runtime are the product's."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent_stage import ACCOUNT, RUN_ID, Functions, Permissions, function_arn, role_arn
from scripted import ScriptedModels, Text, Tools

from agentic.local.agents import ClassicAgents, ClassicBook, FunctionPolicies, ToolDeclaration
from agentic.local.agents.classic import ActionGroup, Alias, ClassicAgent
from agentic.local.agents.function_policies import FunctionPermission
from agentic.local.trace import Event

AGENT_ID, ALIAS_ID = "AGENT12345", "ALIAS12345"
AGENT_ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/{AGENT_ID}"
ALIAS_ARN = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent-alias/{AGENT_ID}/{ALIAS_ID}"
MODEL = "us.anthropic.claude-haiku-5-5"
SESSION = f"{RUN_ID}-generator-0123456789abcdef"
PROMPT = "You store scripts with the one tool that you have. "
NAME = "generate_code"
SCHEMA = {
    "type": "object",
    "properties": {"handle": {"type": "string"}, "times": {"type": "integer"}},
    "required": ["handle"],
}
AGENT = ClassicAgent(
    id=AGENT_ID, arn=AGENT_ARN, name="aad-dev-generator", role_arn=role_arn("agent"), model_id=MODEL, instruction=PROMPT
)
GROUP = ActionGroup(
    id="GROUP12345", name=NAME, function_arn=function_arn(NAME), functions=(ToolDeclaration(NAME, "Store.", SCHEMA),)
)
ALIAS = Alias(id=ALIAS_ID, arn=ALIAS_ARN, name="current", description="one", version="")
PERMISSION = FunctionPermission(
    statement_id="s", principal="bedrock.amazonaws.com", source_arn=AGENT_ARN, source_account=ACCOUNT
)


def call(**arguments: Any) -> Tools:
    return Tools([(NAME, json.dumps(arguments))])


def answered(body: str, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a tool's function answers, in the action groups' envelope."""
    response = {"responseBody": {"TEXT": {"body": body}}, **more}
    return {
        "messageVersion": "1.0",
        "response": {"actionGroup": event["actionGroup"], "function": event["function"], "functionResponse": response},
        "sessionAttributes": event["sessionAttributes"],
        "promptSessionAttributes": event["promptSessionAttributes"],
    }


@dataclass
class ClassicStage:
    """An agent whose alias is at version 1, and whose tool may be called, unless `permission` is another one."""

    script: Sequence[Text | Tools | Exception] | Callable[[], Sequence[Text | Tools | Exception]]
    body: Callable[[dict[str, Any]], Any] = lambda event: answered('{"status": "stored"}', event)
    permission: FunctionPermission | None = PERMISSION
    permissions: Permissions = field(default_factory=Permissions)
    model_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book, self.policies, self.events = ClassicBook(), FunctionPolicies(), list[Event]()
        self.functions = Functions({NAME: self.body})
        self.models = ScriptedModels(self.script)
        self.agents = ClassicAgents(
            self.book,
            self.functions,
            self.permissions,
            self.policies,
            self.models,
            observer=self.events.append,
            model_of=lambda run_id: self.model_of.get(run_id, ""),
            clock=lambda: "2026-11-22T00:00:00+00:00",
        )
        self.book.put_agent(AGENT)
        self.book.put_group(AGENT_ID, GROUP)
        self.book.prepare(AGENT_ID)
        self.book.put_alias(AGENT_ID, ALIAS)
        if self.permission:
            self.policies.add(GROUP.function_arn, self.permission)

    def invoke(self, text: str = "go", **request: Any) -> list[dict[str, Any]]:
        return list(self.agents.invoke(AGENT_ID, ALIAS_ID, SESSION, {"inputText": text, **request}))

    def change(self, **changes: Any) -> None:
        """Another draft, prepared; the alias is not touched."""
        self.book.put_agent(replace(AGENT, **changes))
        self.book.prepare(AGENT_ID)

    def sent(self) -> dict[str, Any]:
        """The event of the only call of the tool."""
        ((_, event, _),) = self.functions.invocations
        return event


def said(events: list[dict[str, Any]]) -> str:
    return b"".join(event["chunk"]["bytes"] for event in events if "chunk" in event).decode()


def failure(events: list[dict[str, Any]]) -> str:
    """The message of the exception that ended the stream."""
    assert list(events[-1]) == ["dependencyFailedException"], events
    return events[-1]["dependencyFailedException"]["message"]


def traces(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["trace"]["trace"] for event in events if "trace" in event]
