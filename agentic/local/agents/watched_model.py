"""A model as an agent uses it here: told to the observer, its failures in one line, its answer known to be whole."""

import inspect
import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar, override

from pydantic import BaseModel
from strands.models.model import Model
from strands.types.content import Messages
from strands.types.streaming import MetadataEvent, StreamEvent
from strands.types.tools import ToolSpec

from agentic.local.agents.model_errors import CutAnswerError, Reach, model_error
from agentic.local.trace import Event, Observer

_Output = TypeVar("_Output", bound=BaseModel)

_UNCOUNTED: MetadataEvent = {
    "usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0},
    "metrics": {"latencyMs": 0},
}


class WatchedModel(Model):
    """Passes everything to `model`. Raises only `ModelError`.

    `broken_arguments` collects the ids of tool uses whose arguments were not JSON: Strands makes them empty, and the
    model should be told the real reason.
    """

    def __init__(self, model: Model, reach: Reach, observer: Observer, run_id: str = "") -> None:
        self._model = model
        self._reach = reach
        self._observer = observer
        self._run_id = run_id
        self.broken_arguments: set[str] = set()

    async def aclose(self) -> None:
        """Closes the provider's connections, where it keeps some."""
        close = getattr(getattr(self._model, "client", None), "close", None)
        closing = close() if close else None
        if inspect.isawaitable(closing):
            await closing

    @override
    def update_config(self, **model_config: Any) -> None:
        self._model.update_config(**model_config)

    @override
    def get_config(self) -> Any:
        return self._model.get_config()

    @override
    def structured_output(
        self, output_model: type[_Output], prompt: Messages, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[dict[str, _Output | Any], None]:
        return self._model.structured_output(output_model, prompt, system_prompt, **kwargs)

    @override
    async def stream(
        self, messages: Messages, tool_specs: list[ToolSpec] | None = None, system_prompt: str | None = None, **kwargs: Any
    ) -> AsyncGenerator[StreamEvent, None]:
        started = time.perf_counter()
        self._observer(Event("model", "start", self._reach.model, self._run_id))
        answer = _Answer(self.broken_arguments)
        try:
            async for chunk in self._model.stream(messages, tool_specs, system_prompt, **kwargs):
                for told in answer.take(chunk):
                    yield told
            if not answer.stop_reason:
                raise CutAnswerError
            if not answer.usage:  # not every server counts; one metadata event per call is what callers count
                yield {"metadata": _UNCOUNTED}
        except Exception as error:
            failure = model_error(error, self._reach)
            answer.stop_reason = failure.message
            raise failure from error
        finally:
            facts = {
                "stop_reason": answer.stop_reason or "interrupted",
                "input_tokens": answer.usage.get("inputTokens", 0),
                "output_tokens": answer.usage.get("outputTokens", 0),
            }
            duration = (time.perf_counter() - started) * 1000
            self._observer(Event("model", "end", self._reach.model, self._run_id, facts, duration))


class _Answer:
    """What has been seen of one answer.

    Its beginning is held back until it says something: Strands announces Ollama's answers before it sends the request,
    and a request that fails is no answer.
    """

    def __init__(self, broken_arguments: set[str]) -> None:
        self.stop_reason = ""
        self.usage: Mapping[str, int] = {}
        self._broken_arguments = broken_arguments
        self._tool_use: str = ""
        self._written: list[str] = []
        self._held: list[StreamEvent] = []

    def take(self, chunk: StreamEvent) -> list[StreamEvent]:
        """Remembers the chunk; the chunks to pass on now."""
        self._note(chunk)
        self._held.append(chunk)
        if "messageStart" in chunk or ("contentBlockStart" in chunk and not self._tool_use):
            return []
        told, self._held = self._held, []
        return told

    def _note(self, chunk: Mapping[str, Any]) -> None:
        if "contentBlockStart" in chunk:
            start: Mapping[str, Any] = chunk["contentBlockStart"].get("start") or {}
            tool_use: Mapping[str, Any] = start.get("toolUse") or {}
            self._tool_use, self._written = tool_use.get("toolUseId", ""), []
        elif "contentBlockDelta" in chunk:
            self._written.append(chunk["contentBlockDelta"]["delta"].get("toolUse", {}).get("input") or "")
        elif "contentBlockStop" in chunk:
            if self._tool_use and not _is_json("".join(self._written)):
                self._broken_arguments.add(self._tool_use)
            else:  # some servers give each call the same id
                self._broken_arguments.discard(self._tool_use)
            self._tool_use = ""
        elif "messageStop" in chunk:
            self.stop_reason = chunk["messageStop"].get("stopReason") or "end_turn"
        elif "metadata" in chunk:
            self.usage = chunk["metadata"].get("usage") or {}


def _is_json(text: str) -> bool:
    if not text.strip():
        return True  # a call without arguments
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
