"""Turns what Strands tells of an agent's turns into events as InvokeHarness (and ConverseStream) send them.

Strands' chunks have the same names but not the same rules: no block numbers, empty block starts and deltas (both break
boto3's parser), blocks that overlap (Ollama). Sources: botocore's service model; reference, "Harness on Strands".
"""

from collections.abc import Iterator, Mapping
from typing import Any

Wire = dict[str, Any]

# botocore, HarnessStopReason; the rest of Bedrock's and the providers' reasons are mapped below.
_STOP_REASONS = frozenset(
    {"end_turn", "tool_use", "max_tokens", "stop_sequence", "content_filtered", "malformed_model_output", "malformed_tool_use"}
)
_OTHER_REASONS = {"guardrail_intervened": "content_filtered", "refusal": "content_filtered"}


class WireMessages:
    """The messages of one stream. Numbers the blocks, closes what is open, leaves out what is empty."""

    def __init__(self) -> None:
        self._index = -1
        self._open: str = ""
        self._has_tool_use = False

    def chunk(self, chunk: Mapping[str, Any]) -> Iterator[Wire]:
        """The events for one chunk of a model's answer."""
        if "messageStart" in chunk:
            self._index, self._open, self._has_tool_use = -1, "", False
            yield {"messageStart": {"role": chunk["messageStart"]["role"]}}
        elif "contentBlockStart" in chunk:
            yield from self._start(chunk["contentBlockStart"].get("start") or {})
        elif "contentBlockDelta" in chunk:
            yield from self._delta(chunk["contentBlockDelta"]["delta"])
        elif "contentBlockStop" in chunk:
            yield from self.close()
        elif "messageStop" in chunk:
            yield from self.close()
            yield {"messageStop": {"stopReason": self._stop_reason(chunk["messageStop"].get("stopReason") or "end_turn")}}
        elif "metadata" in chunk:
            yield _metadata(chunk["metadata"])

    def tool_results(self, message: Mapping[str, Any]) -> Iterator[Wire]:
        """The events for a turn's tool results, which Strands tells as one whole message."""
        yield {"messageStart": {"role": "user"}}
        self._index = -1
        for result in (block["toolResult"] for block in message["content"] if "toolResult" in block):
            self._index += 1
            start = {"toolResult": {"toolUseId": result["toolUseId"], "status": result["status"]}}
            yield {"contentBlockStart": {"contentBlockIndex": self._index, "start": start}}
            content = [part for part in result["content"] if part.get("text") or "json" in part]
            if content:
                yield {"contentBlockDelta": {"contentBlockIndex": self._index, "delta": {"toolResult": content}}}
            yield {"contentBlockStop": {"contentBlockIndex": self._index}}
        yield {"messageStop": {"stopReason": "tool_result"}}

    def stop(self, reason: str) -> Iterator[Wire]:
        """The end that the loop itself makes, for example `timeout_exceeded`."""
        yield from self.close()
        yield {"messageStop": {"stopReason": reason}}

    def close(self) -> Iterator[Wire]:
        """The end of the open block, if one is open."""
        if self._open:
            self._open = ""
            yield {"contentBlockStop": {"contentBlockIndex": self._index}}

    def _start(self, start: Mapping[str, Any]) -> Iterator[Wire]:
        tool_use = start.get("toolUse")
        if tool_use:
            yield from self.close()
            self._index, self._open, self._has_tool_use = self._index + 1, "toolUse", True
            named = {"toolUseId": tool_use["toolUseId"], "name": tool_use["name"]}
            yield {"contentBlockStart": {"contentBlockIndex": self._index, "start": {"toolUse": named}}}

    def _delta(self, delta: Mapping[str, Any]) -> Iterator[Wire]:
        kind, said = _said(delta)
        if not said or (kind == "toolUse" and self._open != "toolUse"):
            return
        if kind != self._open:
            yield from self.close()
            self._index, self._open = self._index + 1, kind
        yield {"contentBlockDelta": {"contentBlockIndex": self._index, "delta": {kind: said}}}

    def _stop_reason(self, reason: str) -> str:
        if reason == "end_turn" and self._has_tool_use:  # some models say so; Strands runs the tools all the same
            return "tool_use"
        return reason if reason in _STOP_REASONS else _OTHER_REASONS.get(reason, "malformed_model_output")


def _metadata(metadata: Mapping[str, Any]) -> Wire:
    usage: Mapping[str, int] = metadata.get("usage") or {}
    metrics: Mapping[str, int] = metadata.get("metrics") or {}
    tokens = {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0, **usage}
    return {"metadata": {"usage": tokens, "metrics": {"latencyMs": metrics.get("latencyMs", 0)}}}


def _said(delta: Mapping[str, Any]) -> tuple[str, Any]:
    """The delta's kind and what it says; nothing for empty ones and for kinds that the wire lacks (citations)."""
    if "text" in delta:
        return "text", delta["text"]
    if "toolUse" in delta:
        written = delta["toolUse"].get("input")
        return "toolUse", {"input": written} if written else None
    if "reasoningContent" in delta:
        parts = {key: value for key, value in delta["reasoningContent"].items() if value}
        return "reasoningContent", parts
    return "", None
