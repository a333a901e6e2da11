"""A Strands model whose turns are Python functions, for tests of what is around a model."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strands.models.model import Model

from agentic.local.agents.models import ModelLimits, ModelName, Models


@dataclass(frozen=True)
class Text:
    """A text; before it, `wait` seconds; with `stop_reason` max_tokens it is one that did not fit."""

    text: str
    wait: float = 0.0
    stop_reason: str = "end_turn"


@dataclass(frozen=True)
class Tools:
    """Tool calls of one turn, as (name, arguments' JSON)."""

    calls: Sequence[tuple[str, str]]


class ScriptedModel(Model):
    """Takes the script's next turn for each call; the last one is repeated. Exceptions are raised."""

    def __init__(self, script: Sequence[Text | Tools | Exception], heard: list[Any]) -> None:
        self._script = list(script)
        self._heard = heard

    def update_config(self, **model_config: Any) -> None:
        raise NotImplementedError

    def get_config(self) -> Any:
        return {"model_id": "scripted", "context_window_limit": 1000}

    def structured_output(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream(
        self, messages: Any, tool_specs: Any = None, system_prompt: Any = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        self._heard.append((messages, tool_specs, system_prompt))
        turn = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(turn, Exception):
            raise turn
        yield {"messageStart": {"role": "assistant"}}
        if isinstance(turn, Text):
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": turn.text[:1]}}}
            await asyncio.sleep(turn.wait)
            yield {"contentBlockDelta": {"delta": {"text": turn.text[1:]}}}
            yield {"contentBlockStop": {}}
        else:
            for number, (name, arguments) in enumerate(turn.calls):
                yield {"contentBlockStart": {"start": {"toolUse": {"toolUseId": f"t{number}", "name": name}}}}
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": arguments}}}}
                yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": turn.stop_reason if isinstance(turn, Text) else "tool_use"}}
        yield {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}, "metrics": {"latencyMs": 1}}}


@dataclass
class ScriptedModels(Models):
    """Models whose every name is the script; `asked` are the names and limits, `heard` what the models were sent."""

    script: Sequence[Text | Tools | Exception] | Callable[[], Sequence[Text | Tools | Exception]]
    asked: list[tuple[str, ModelLimits | None]] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)

    def resolve(self, model_id: str) -> ModelName:
        return ModelName("ollama", "scripted")

    def provider(self, model_id: str, credentials: Mapping[str, str], limits: ModelLimits | None = None) -> Model:
        self.asked.append((model_id, limits))
        return ScriptedModel(self.script() if callable(self.script) else self.script, self.heard)
