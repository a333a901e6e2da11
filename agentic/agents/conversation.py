"""One conversation with an agent behind a harness: the request, and the answer gathered from the event stream."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agentic.core.errors import ModelError
from agentic.core.values import Usage

# A stream holds several messages when tools are used; these stop reasons only separate them.
_ON_THE_WAY = frozenset({"tool_use", "tool_result"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent said last, why it stopped, and what its model calls used."""

    text: str
    stop_reason: str
    usage: Usage

    @property
    def complete(self) -> bool:
        return self.stop_reason == "end_turn"


def session_id(run_id: str, agent: str) -> str:
    """A new runtime session (33 to 100 characters, letters, digits and hyphens); starts with the run's id."""
    return f"{run_id}-{agent}-{secrets.token_hex(8)}"


def converse(client: Any, harness_arn: str, session: str, message: str, model: str = "") -> Reply:
    """Send `message` to the agent and wait for its answer. `client` is a boto3 bedrock-agentcore client.

    `model` overrides the harness's own. Raises `ModelError` when the harness or its model fails.
    """
    request: dict[str, Any] = {
        "harnessArn": harness_arn,
        "runtimeSessionId": session,
        "messages": [{"role": "user", "content": [{"text": message}]}],
    }
    if model:
        request["model"] = {"bedrockModelConfig": {"modelId": model}}
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    try:
        return gather(client.invoke_harness(**request)["stream"])
    # EventStreamError, the failure in mid-stream, is a ClientError too.
    except ClientError as error:
        message, kind = aws_words(error)
        raise ModelError(message, kind=kind) from error
    except BotoCoreError as error:
        raise ModelError(f"the agent did not answer: {error}") from error


def aws_words(error: Any) -> tuple[str, str]:
    """Message and code of a botocore ClientError."""
    detail: Mapping[str, str] = error.response.get("Error", {})
    return detail.get("Message") or str(error), detail.get("Code", "")


def gather(stream: Any, on_event: Callable[[Mapping[str, Any]], None] | None = None) -> Reply:
    """The last message's text, the last stop reason and the summed usage of an InvokeHarness event stream."""
    parts: list[str] = []
    stop_reason = ""
    calls = tokens_in = tokens_out = 0
    for event in stream:
        if on_event:
            on_event(event)
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
    return Reply("".join(parts).strip(), "" if stop_reason in _ON_THE_WAY else stop_reason, Usage(calls, tokens_in, tokens_out))
