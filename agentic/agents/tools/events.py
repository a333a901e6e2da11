"""What a tool's function receives and answers: a gateway event, a Classic action-group event, or our own.

A gateway sends the bare arguments and names the tool in the client context; Classic sends an envelope whose values are
all texts. One core behind both; each is answered in kind.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError, UsageError

Arguments = Mapping[str, Any]
Core = Callable[[Arguments, Services], dict[str, Any]]

# The event a function sends to itself. A gateway cannot produce it: what comes through one has a client context.
WORK = "agentic_work"

# S3 allows keys of 1,024 bytes; ours and handles are ASCII without blanks.
_NAME = re.compile(r"[!-~]{1,1024}")


def handler(
    tool: Core, work: Core | None = None, *, clients: tuple[str, ...] = (), services: Services | None = None
) -> Callable[[Any, Any], Any]:
    """A Lambda handler for `tool`. `work` takes the events that the function sends to itself (see `WORK`).

    `clients` are the AWS services whose clients are made now, in the function's initialisation, not in its first call.
    """
    services = services or Services.of_function()
    for service in clients:
        services.client(service)

    def handle(event: Any, context: Any) -> Any:
        if not isinstance(event, Mapping):
            raise UsageError("the event must be a JSON object")
        arguments = cast("Arguments", event)
        # First of all: an agent chooses every argument, and so could send what looks like another kind of event.
        if _from_gateway(context):
            return _gateway(tool, arguments, services)
        if "messageVersion" in arguments and "actionGroup" in arguments:
            return _classic(tool, arguments, services)
        if work and WORK in arguments:
            return work(arguments[WORK], services)
        return _gateway(tool, arguments, services)

    return handle


def text(arguments: Arguments, name: str) -> str:
    """A required argument that must be a non-empty text."""
    value = arguments.get(name)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"the argument {name!r} must be a non-empty text")
    return value


def name_of(arguments: Arguments, name: str) -> str:
    """A required argument that names something we made: a handle or a key, which are short and plain."""
    value = text(arguments, name)
    if not _NAME.fullmatch(value):
        raise UsageError(f"the argument {name!r} is not one", hint=f"pass the {name} exactly as given")
    return value


def _from_gateway(context: Any) -> bool:
    client_context = getattr(context, "client_context", None)
    custom: Any = getattr(client_context, "custom", None) or {}
    return "bedrockAgentCoreToolName" in custom


def _gateway(tool: Core, arguments: Arguments, services: Services) -> dict[str, Any]:
    try:
        return tool(arguments, services)
    except AgenticError as error:
        return {"content": [{"type": "text", "text": _sentence(error)}], "isError": True}


def _classic(tool: Core, event: Arguments, services: Services) -> dict[str, Any]:
    state: dict[str, str] = {}
    try:
        body = json.dumps(tool(_classic_arguments(event), services), ensure_ascii=False)
    except AgenticError as error:
        # The model is told, as by a gateway. FAILURE would end the agent's whole invocation instead.
        body, state = _sentence(error), {"responseState": "REPROMPT"}
    if "apiPath" in event:
        response = {
            "actionGroup": event["actionGroup"],
            "apiPath": event["apiPath"],
            "httpMethod": event["httpMethod"],
            "httpStatusCode": 400 if state else 200,
            "responseBody": {"application/json": {"body": body}},
        }
    else:
        response = {
            "actionGroup": event["actionGroup"],
            "function": event.get("function", ""),
            "functionResponse": {**state, "responseBody": {"TEXT": {"body": body}}},
        }
    return {
        "messageVersion": "1.0",
        "response": response,
        "sessionAttributes": event.get("sessionAttributes", {}),
        "promptSessionAttributes": event.get("promptSessionAttributes", {}),
    }


def _classic_arguments(event: Arguments) -> dict[str, str]:
    body = event.get("requestBody", {}).get("content", {}).get("application/json", {}).get("properties", [])
    return {item["name"]: item["value"] for item in [*event.get("parameters", []), *body]}


def _sentence(error: AgenticError) -> str:
    return f"{error.code}: {error.message}" + (f" ({error.hint})" if error.hint else "")
