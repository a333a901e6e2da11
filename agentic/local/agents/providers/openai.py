"""OpenAI, and every server that speaks its chat completions (OPENAI_BASE_URL)."""

from collections.abc import Mapping
from typing import Any, override

from openai import Timeout
from strands.models.openai import OpenAIModel
from strands.types.streaming import StreamEvent

from agentic.local.agents.credentials import place
from agentic.local.agents.model_errors import CutAnswerError
from agentic.local.agents.models import ModelLimits


class _WholeAnswers(OpenAIModel):
    """Strands takes a stream without a finish reason, which is a cut one, for the end of a turn."""

    @override
    def format_chunk(self, event: dict[str, Any], **kwargs: Any) -> StreamEvent:
        if event["chunk_type"] == "message_stop" and event["data"] == "end_turn":
            raise CutAnswerError
        return super().format_chunk(event, **kwargs)


def make(model_id: str, credentials: Mapping[str, str], limits: ModelLimits) -> OpenAIModel:
    client = {
        "api_key": credentials.get("OPENAI_API_KEY") or "none",
        "base_url": place("openai", credentials),
        "max_retries": 1,
        "timeout": Timeout(limits.silence_seconds, connect=10.0),
    }
    # OpenAI's own newer models refuse the old name, other servers often know no other.
    name = "max_tokens" if credentials.get("OPENAI_BASE_URL") else "max_completion_tokens"
    params = {name: limits.max_tokens} if limits.max_tokens else {}
    return _WholeAnswers(client_args=client, model_id=model_id, params=params)
