"""An agent in an AgentCore harness: InvokeHarness, and the answer gathered from its event stream."""

from contextlib import closing
from typing import Any

from agentic.agents.conversation.reply import NO_BOUNDS, Bounds, Reply
from agentic.core.values import Usage

# A stream holds several messages when tools are used; these stop reasons only separate them.
_ON_THE_WAY = frozenset({"tool_use", "tool_result"})


def ask(client: Any, harness_arn: str, session: str, message: str, model: str, *, bounds: Bounds = NO_BOUNDS) -> Reply:
    """`client` is a boto3 bedrock-agentcore client; `model` overrides the harness's own. Raises botocore's errors."""
    request: dict[str, Any] = {
        "harnessArn": harness_arn,
        "runtimeSessionId": session,
        "messages": [{"role": "user", "content": [{"text": message}]}],
    }
    if model:
        request["model"] = {"bedrockModelConfig": {"modelId": model}}
    if bounds.model_calls is not None:
        request["maxIterations"] = bounds.model_calls
    if bounds.answer_tokens is not None:
        request["maxTokens"] = bounds.answer_tokens
    # A failure in mid-stream must not leave the connection open.
    with closing(client.invoke_harness(**request)["stream"]) as stream:
        return gather(stream, bounds)


def gather(stream: Any, bounds: Bounds = NO_BOUNDS) -> Reply:
    """The last message's text, the last stop reason and the summed usage of an InvokeHarness event stream."""
    parts: list[str] = []
    stop_reason = ""
    calls = tokens_in = tokens_out = 0
    for event in stream:
        if "messageStart" in event:
            parts.clear()
        elif "contentBlockDelta" in event:
            parts.append(event["contentBlockDelta"].get("delta", {}).get("text", ""))
        elif "messageStop" in event:
            stop_reason = event["messageStop"].get("stopReason", "")
        elif "metadata" in event:
            used = event["metadata"].get("usage", {})
            calls += 1
            tokens_in += used.get("inputTokens", 0)
            tokens_out += used.get("outputTokens", 0)
            if not bounds.goes_on():
                break
    return Reply("".join(parts).strip(), "" if stop_reason in _ON_THE_WAY else stop_reason, Usage(calls, tokens_in, tokens_out))
