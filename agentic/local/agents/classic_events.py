"""An agent's turns as InvokeAgent tells them: traces on the way, and the final answer in one chunk.

Of AWS's traces there are those that say what happened here: a model's answer with its usage, a tool's call and answer,
the final response. Not here: the prompts sent, rationale, citations, guardrails.
"""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from agentic.core.errors import AgenticError
from agentic.local.agents.classic_tools import ToolCalls
from agentic.local.agents.wire import Wire

END_TURN = "end_turn"


@dataclass(slots=True)
class ClassicEvents:
    """Translates the events of the agent loop. `clock` gives the time in ISO format."""

    calls: ToolCalls
    traced: bool
    clock: Callable[[], str]
    _trace_id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])
    _text: list[str] = field(default_factory=list[str])
    _stop_reason: str = ""
    _told: int = 0

    def translate(self, events: Iterator[Wire]) -> Iterator[Wire]:
        """Events in InvokeAgent's shape. The agent is stopped at the first failure that no model can mend."""
        results: list[str] = []
        for event in events:
            if "messageStart" in event:
                self._text.clear()
                results = []
            elif "contentBlockDelta" in event:
                delta = event["contentBlockDelta"]["delta"]
                self._text.append(delta.get("text", ""))
                results += [part["text"] for part in delta.get("toolResult", ()) if "text" in part]
            elif "messageStop" in event:
                self._stop_reason = event["messageStop"]["stopReason"]
                if self._stop_reason == "tool_result":
                    yield from self._tools(results)
                    if self.calls.failure:
                        break
            elif "metadata" in event:
                yield from self._model(event["metadata"]["usage"])
            elif "runtimeClientError" in event:
                yield from self._failed(event["runtimeClientError"]["message"])
                return
        yield from self._end()

    def _end(self) -> Iterator[Wire]:
        if self.calls.failure:
            yield from self._failed(_words(self.calls.failure))
        elif self._stop_reason != END_TURN:
            yield from self._failed(f"the agent stopped before it was done: {self._stop_reason or 'no answer'}")
        else:
            answer = "".join(self._text)
            yield from self._trace({"observation": {"type": "FINISH", "finalResponse": {"text": answer}}})
            yield {"chunk": {"bytes": answer.encode()}}

    def _failed(self, message: str) -> Iterator[Wire]:
        if self.traced:
            yield self._part({"failureTrace": {"traceId": self._trace_id, "failureReason": message}})
        yield {"dependencyFailedException": {"message": message}}

    def _model(self, usage: dict[str, int]) -> Iterator[Wire]:
        tokens = {name: usage.get(name, 0) for name in ("inputTokens", "outputTokens")}
        raw = json.dumps({"text": "".join(self._text), "stop_reason": self._stop_reason}, ensure_ascii=False)
        yield from self._trace({"modelInvocationOutput": {"metadata": {"usage": tokens}, "rawResponse": {"content": raw}}})

    def _tools(self, results: list[str]) -> Iterator[Wire]:
        """The calls since the last time, and what came back."""
        made = self.calls.made[self._told :]
        self._told += len(made)
        for call in made:
            facts = {**call, "executionType": "LAMBDA"}
            yield from self._trace({"invocationInput": {"invocationType": "ACTION_GROUP", "actionGroupInvocationInput": facts}})
        for text in results:
            output = {"type": "ACTION_GROUP", "actionGroupInvocationOutput": {"text": text}}
            yield from self._trace({"observation": output})

    def _trace(self, step: dict[str, dict[str, Any]]) -> Iterator[Wire]:
        if self.traced:
            ((kind, facts),) = step.items()
            yield self._part({"orchestrationTrace": {kind: {"traceId": self._trace_id, **facts}}})

    def _part(self, trace: dict[str, Any]) -> Wire:
        version, alias = self.calls.version, self.calls.alias
        names = {"agentId": version.agent.id, "agentAliasId": alias.id, "agentVersion": version.number}
        return {"trace": {**names, "sessionId": self.calls.session_id, "eventTime": self.clock(), "trace": trace}}


def _words(error: AgenticError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message
