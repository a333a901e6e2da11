"""The requests that our own services answer: Lambda Invoke, InvokeHarness, InvokeAgent, Converse and ConverseStream,
and Step Functions."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, cast

from agentic.core.errors import AgenticError, UsageError
from agentic.local import event_stream
from agentic.local.endpoint.actions import (
    InvokedAgent,
    conversed_model,
    invoked_agent,
    invoked_function,
    invoked_harness,
    json_body,
)
from agentic.local.endpoint.message import Answer, Request
from agentic.local.services import Services

_JSON = (("Content-Type", "application/json"),)
_EVENTS = ("Content-Type", "application/vnd.amazon.eventstream")
_SESSION = "x-amzn-bedrock-agentcore-runtime-session-id"


def route(request: Request, services: Services) -> Answer | None:
    """The answer of one of our services; None when the request is for none of them. Raises AgenticError."""
    match request.service:
        case "lambda":
            name = invoked_function(request)
            return None if name is None else _invoke_function(request, name, services)
        case "bedrock-agentcore":
            arn = invoked_harness(request)
            return None if arn is None else _invoke_harness(request, arn, services)
        case "bedrock":
            agent = invoked_agent(request)
            if agent is not None:
                return _invoke_agent(request, agent, services)
            model = conversed_model(request)
            return None if model is None else _converse(request, *model, services)
        case "states" if services.workflows is not None:
            content = json.dumps(services.workflows.answer(request.operation, json_body(request) or {}))
            return Answer(200, (("Content-Type", "application/x-amz-json-1.0"),), content.encode())
        case _:
            return None


def _invoke_function(request: Request, name: str, services: Services) -> Answer:
    fields = request.head.fields
    kind = fields.get("x-amz-invocation-type", "RequestResponse")
    if kind not in {"RequestResponse", "Event"}:
        raise UsageError(
            f"The local cloud has no invocation type {kind}.", aws_code="InvalidParameterValueException", aws_status=400
        )
    result = services.functions.invoke(
        name,
        request.body,
        client_context=_client_context(fields.get("x-amz-client-context")),
        tenant=fields.get("x-amz-tenant-id"),
        asynchronous=kind == "Event",
    )
    error = (("X-Amz-Function-Error", result.function_error),) if result.function_error else ()
    return Answer(result.status, (*_JSON, ("X-Amz-Executed-Version", "$LATEST"), *error), result.payload)


def _client_context(header: str | None) -> dict[str, Any] | None:
    if header is None:
        return None
    try:
        context: object = json.loads(base64.b64decode(header, validate=True))
    except (ValueError, binascii.Error):
        context = None
    if not isinstance(context, dict):
        raise UsageError(
            "The client context is not a JSON object in base64.", aws_code="InvalidRequestContentException", aws_status=400
        )
    return cast("dict[str, Any]", context)


def _invoke_harness(request: Request, arn: str, services: Services) -> Answer:
    body = json_body(request)
    session = request.head.fields.get(_SESSION, "")
    messages = body.get("messages") if body is not None else None
    if body is None or not isinstance(messages, list) or not 33 <= len(session) <= 100:
        raise UsageError("InvokeHarness needs messages and a runtimeSessionId of 33 to 100 characters.")
    overrides = {name: value for name, value in body.items() if name != "messages"}
    events = services.harnesses.invoke(arn, session, cast("list[dict[str, Any]]", messages), overrides)
    return Answer(200, (_EVENTS, (_SESSION, session)), _encoded(_begun(events), "runtimeClientError"))


def _invoke_agent(request: Request, asked: InvokedAgent, services: Services) -> Answer | None:
    body = json_body(request)
    if services.classic is None:
        return None
    if body is None:
        raise UsageError("The request's body is not a JSON object.")
    events = services.classic.invoke(asked.agent_id, asked.alias_id, asked.session_id, body)
    session = ("x-amz-bedrock-agent-session-id", asked.session_id)
    headers = (_EVENTS, ("x-amzn-bedrock-agent-content-type", "application/json"), session)
    return Answer(200, headers, _encoded(_begun(events), "internalServerException"))


def _converse(request: Request, model_id: str, streamed: bool, services: Services) -> Answer:
    body = json_body(request)
    if body is None:
        raise UsageError("The request's body is not a JSON object.")
    if not streamed:
        return Answer(200, _JSON, json.dumps(services.models.converse(model_id, body)).encode())
    events = services.models.converse_stream(model_id, body)
    return Answer(200, (_EVENTS,), _encoded(_begun(events), "modelStreamErrorException"))


def _begun(events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same events, the first one already made: what fails before it can still be answered with a 4xx."""
    first = next(events, None)
    return events if first is None else chain((first,), events)


def _encoded(events: Iterator[Mapping[str, Any]], exception: str) -> Iterator[bytes]:
    """After the headers are out an error can only travel inside the stream."""
    try:
        for event in events:
            for name, payload in event.items():
                yield event_stream.encode(name, payload)
    except AgenticError as error:
        yield event_stream.exception(exception, error.message)
    except Exception:  # noqa: BLE001  whatever the service raises, the reader must get an end it understands
        yield event_stream.exception(exception, "The local cloud failed in the middle of the answer.")
