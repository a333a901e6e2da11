"""Converse and ConverseStream answer in Bedrock's shapes, by the same models."""

from typing import Any

import pytest
from scripted import ScriptedModels, Text, Tools

from agentic.core.errors import ModelError, UsageError
from agentic.local.agents import Converse

HELLO: dict[str, Any] = {
    "messages": [{"role": "user", "content": [{"text": "hi"}]}],
    "system": [{"text": "be brief"}],
    "inferenceConfig": {"maxTokens": 9},
    "toolConfig": {"tools": [{"toolSpec": {"name": "t", "description": "d", "inputSchema": {"json": {"type": "object"}}}}]},
}
USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}


def test_a_text():
    models = ScriptedModels([Text("hello")])
    assert Converse(models).converse("any", HELLO) == {
        "output": {"message": {"role": "assistant", "content": [{"text": "hello"}]}},
        "stopReason": "end_turn",
        "usage": USAGE,
        "metrics": {"latencyMs": 1},
    }
    messages, tools, system = models.heard[0]
    assert (messages, system) == (HELLO["messages"], "be brief")
    assert tools == [HELLO["toolConfig"]["tools"][0]["toolSpec"]]
    assert models.asked[0][1].max_tokens == 9


def test_tool_calls_with_their_arguments():
    answer = Converse(ScriptedModels([Tools([("t", '{"a": 1}'), ("t", "")])])).converse("any", HELLO)
    assert answer["stopReason"] == "tool_use"
    assert answer["output"]["message"]["content"] == [
        {"toolUse": {"toolUseId": "t0", "name": "t", "input": {"a": 1}}},
        {"toolUse": {"toolUseId": "t1", "name": "t", "input": {}}},
    ]


def test_a_failing_model_raises_before_the_stream_begins():
    for method in ("converse", "converse_stream"):
        with pytest.raises(ModelError):
            getattr(Converse(ScriptedModels([ValueError("x")])), method)("any", HELLO)


def test_a_request_without_messages_is_refused():
    with pytest.raises(UsageError):
        Converse(ScriptedModels([Text("x")])).converse("any", {"messages": []})
