"""An agent of Bedrock Agents Classic: InvokeAgent on its alias, and the answer gathered from its event stream."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from agentic.agents.conversation.reply import NO_BOUNDS, Bounds, Reply
from agentic.core.values import Usage


def ask(client: Any, alias_arn: str, session: str, message: str, model: str, *, bounds: Bounds = NO_BOUNDS) -> Reply:
    """`client` is a boto3 bedrock-agent-runtime client. Raises botocore's errors.

    An agent of this kind answers with its own model only (`takes_model`): on AWS whoever starts a run sees to it that
    `model` is none or that one; the local cloud lets each run's model answer for it. InvokeAgent takes no `bounds`.
    """
    agent_id, alias_id = alias_arn.split("/")[1:]
    # The traces, because tokens are only told there. A stream that ends in an exception leaves its connection open.
    answer = client.invoke_agent(
        agentId=agent_id, agentAliasId=alias_id, sessionId=session, inputText=message, enableTrace=True
    )
    with closing(answer["completion"]) as stream:
        return gather(stream, bounds)


def gather(stream: Any, bounds: Bounds = NO_BOUNDS) -> Reply:
    """The text of all chunks, and the usage that the traces tell. What ends with a chunk has ended its turn."""
    parts: list[bytes] = []
    stop_reason = ""
    calls = tokens_in = tokens_out = 0
    for event in stream:
        if "chunk" in event:
            parts.append(event["chunk"].get("bytes", b""))
            stop_reason = "end_turn"
        elif "returnControl" in event:
            stop_reason = "return_control"
        elif "trace" in event:
            for output in _model_outputs(event["trace"].get("trace", {})):
                used = output.get("metadata", {}).get("usage", {})
                calls += 1
                tokens_in += used.get("inputTokens", 0)
                tokens_out += used.get("outputTokens", 0)
            if not bounds.goes_on():
                break
    return Reply(b"".join(parts).decode(errors="replace").strip(), stop_reason, Usage(calls, tokens_in, tokens_out))


def _model_outputs(trace: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Models are asked before, during and after the orchestration; each kind of trace has its outputs under one name."""
    for step in trace.values():
        if "modelInvocationOutput" in step:
            yield step["modelInvocationOutput"]
