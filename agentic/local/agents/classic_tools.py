"""The tools of a Classic agent: each call is a Lambda invocation in the action groups' envelope, its answer read as AWS does.

Source: Bedrock user guide, "Configure Lambda functions to send information an agent elicits from the user" (agents-lambda).
"""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from agentic.core.errors import AgenticError, ModelError
from agentic.local.agents.classic import ActionGroup, Alias, Version
from agentic.local.agents.function_policies import FunctionPolicies
from agentic.local.agents.gateway import GatewayTool, ToolDeclaration
from agentic.local.agents.schema import as_object, faults
from agentic.local.services import FunctionService, InvokeResult

PRINCIPAL = "bedrock.amazonaws.com"

_VERSION = "1.0"
# AWS's own words for an answer that it cannot read.
_MALFORMED = "The server encountered an error processing the Lambda response. Check the Lambda response and retry the request"


@dataclass(slots=True)
class ToolCalls:
    """The calls of one invocation. The first that fails in a way that no model can mend is `failure`, and the last."""

    functions: FunctionService
    policies: FunctionPolicies
    alias: Alias
    version: Version
    session_id: str
    input_text: str
    session_attributes: Mapping[str, str]
    prompt_session_attributes: Mapping[str, str]
    failure: AgenticError | None = None
    made: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What traces tell of each call, in the order of the calls."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tools(self) -> Iterator[tuple[GatewayTool, Any]]:
        """Each function that the model is offered, and the blocking call behind it."""
        for group in self.version.groups:
            for function in group.functions:
                offer = GatewayTool(function.name, function.description, function.input_schema)
                yield offer, partial(self._call, group, function)

    def _call(self, group: ActionGroup, function: ToolDeclaration, arguments: Any) -> tuple[bool, Any]:
        wrong = "; ".join(faults(function.input_schema, arguments))
        if wrong:
            return True, f"Invalid arguments for {function.name}: {wrong}."
        # One at a time, as an agent does it; after a failure none, whatever the model asked for beside it.
        with self._lock:
            if self.failure:
                return True, "The agent has ended."
            parameters = [_parameter(function, name, value) for name, value in arguments.items()]
            self.made.append({"actionGroupName": group.name, "function": function.name, "parameters": parameters})
            try:
                return self._answer(group, function, self._invoke(group, function, parameters))
            except AgenticError as error:
                self.failure = error
                return True, error.message

    def _invoke(self, group: ActionGroup, function: ToolDeclaration, parameters: list[dict[str, str]]) -> InvokeResult:
        agent = self.version.agent
        self.policies.check(group.function_arn, PRINCIPAL, agent.arn, agent.arn.split(":")[4])
        event = {
            "messageVersion": _VERSION,
            "agent": {"name": agent.name, "id": agent.id, "alias": self.alias.id, "version": self.version.number},
            "inputText": self.input_text,
            "sessionId": self.session_id,
            "actionGroup": group.name,
            "function": function.name,
            "parameters": parameters,
            "sessionAttributes": dict(self.session_attributes),
            "promptSessionAttributes": dict(self.prompt_session_attributes),
        }
        return self.functions.invoke(group.function_arn, json.dumps(event).encode())

    def _answer(self, group: ActionGroup, function: ToolDeclaration, result: InvokeResult) -> tuple[bool, Any]:
        """(is_error, what the model is told). Raises what ends the invocation."""
        answer = _json(result.payload)
        if result.function_error or result.status >= 400:
            reason = as_object(answer).get("errorMessage") or "the function failed"
            raise ModelError(f"The Lambda function {group.function_arn} failed: {reason}")
        response = as_object(as_object(answer).get("response"))
        inner = as_object(response.get("functionResponse"))
        body = as_object(as_object(inner.get("responseBody")).get("TEXT")).get("body")
        state = inner.get("responseState")
        named = (response.get("actionGroup"), response.get("function")) == (group.name, function.name)
        version = as_object(answer).get("messageVersion")
        if version != _VERSION or not named or not isinstance(body, str) or state not in {None, "FAILURE", "REPROMPT"}:
            raise ModelError(_MALFORMED)
        if state == "FAILURE":
            raise ModelError(body)
        attributes = as_object(answer)
        self.session_attributes = as_object(attributes.get("sessionAttributes"))
        self.prompt_session_attributes = as_object(attributes.get("promptSessionAttributes"))
        # An object where it is one, so that who watches is told its facts; the model gets the same text either way.
        return state == "REPROMPT", as_object(_json(body.encode())) or body


def _parameter(function: ToolDeclaration, name: str, value: Any) -> dict[str, str]:
    """Name, declared type, and the value as text: Classic has no other values."""
    kind = as_object(as_object(function.input_schema.get("properties")).get(name)).get("type", "string")
    return {"name": name, "type": kind, "value": value if isinstance(value, str) else json.dumps(value)}


def _json(text: bytes) -> Any:
    try:
        return json.loads(text or b"null")
    except ValueError:
        return None
