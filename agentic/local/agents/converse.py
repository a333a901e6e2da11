"""Bedrock's Converse and ConverseStream over the same models, for whatever calls bedrock-runtime in the local cloud."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agentic.core.errors import AgenticError, UsageError
from agentic.local.agents.bridge import drive
from agentic.local.agents.models import ModelLimits, Models
from agentic.local.agents.schema import as_object
from agentic.local.trace import Observer, ignore


class Converse:
    """Satisfies `agentic.local.services.ModelService`. A caller that belongs to no run has the process's own `credentials`."""

    def __init__(self, models: Models, observer: Observer = ignore, credentials: Mapping[str, str] | None = None) -> None:
        self._models = models
        self._observer = observer
        self._credentials = credentials or {}

    def converse(self, model_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The whole answer. Raises UsageError and its kinds, and ModelError."""
        return self.converse_for("", model_id, request, self._credentials)

    def converse_for(
        self, run_id: str, model_id: str, request: Mapping[str, Any], credentials: Mapping[str, str]
    ) -> dict[str, Any]:
        """The same in the name of a run, with its own credentials."""
        content: list[dict[str, Any]] = []
        answer: dict[str, Any] = {"stopReason": "end_turn", "usage": {}, "metrics": {"latencyMs": 0}}
        for event in self._events(run_id, model_id, request, credentials):
            if "contentBlockStart" in event:
                content.append({"toolUse": {**event["contentBlockStart"]["start"]["toolUse"], "input": ""}})
            elif "contentBlockDelta" in event:
                _add(content, event["contentBlockDelta"])
            elif "messageStop" in event:
                answer["stopReason"] = event["messageStop"]["stopReason"]
            elif "metadata" in event:
                answer |= event["metadata"]
        for block in content:
            if "toolUse" in block:
                block["toolUse"]["input"] = _arguments(block["toolUse"]["input"])
        return {"output": {"message": {"role": "assistant", "content": content}}, **answer}

    def converse_stream(self, model_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The events as they come; a failure after the first is a `modelStreamErrorException`."""
        events = self._events("", model_id, request, self._credentials)
        first = next(events)

        def rest() -> Iterator[dict[str, Any]]:
            yield first
            try:
                yield from events
            except AgenticError as error:
                yield {"modelStreamErrorException": {"message": error.message}}

        return rest()

    def _events(
        self, run_id: str, model_id: str, request: Mapping[str, Any], credentials: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        if not request.get("messages"):
            raise UsageError("Converse needs at least one message")
        limits = ModelLimits(as_object(request.get("inferenceConfig")).get("maxTokens"))
        model = self._models.provider(model_id, credentials, limits)
        reach = self._models.reach(model_id, credentials)

        from agentic.local.agents.watched_model import WatchedModel
        from agentic.local.agents.wire import WireMessages

        async def work(emit: Callable[[dict[str, Any]], None]) -> None:
            watched, wire = WatchedModel(model, reach, self._observer, run_id), WireMessages()
            try:
                async for chunk in watched.stream(request["messages"], _tools(request), _system(request)):
                    for event in wire.chunk(chunk):
                        emit(event)
            finally:
                await watched.aclose()

        return drive(work)


def _tools(request: Mapping[str, Any]) -> list[Any]:
    return [tool["toolSpec"] for tool in as_object(request.get("toolConfig")).get("tools", ()) if "toolSpec" in tool]


def _system(request: Mapping[str, Any]) -> str:
    return "\n\n".join(block["text"] for block in request.get("system") or () if "text" in block)


def _add(content: list[Any], event: Mapping[str, Any]) -> None:
    """One delta into the block it belongs to; texts have no start event, so they make their block."""
    index, delta = event["contentBlockIndex"], event["delta"]
    if index == len(content):
        beginning: dict[str, Any] = {"text": ""} if "text" in delta else {"reasoningContent": {"reasoningText": {"text": ""}}}
        content.append(beginning)
    block = content[index]
    if "text" in delta:
        block["text"] += delta["text"]
    elif "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    elif "text" in delta.get("reasoningContent", {}):
        block["reasoningContent"]["reasoningText"]["text"] += delta["reasoningContent"]["text"]


def _arguments(written: str) -> Any:
    try:
        return json.loads(written or "{}")
    except ValueError:
        return {}
