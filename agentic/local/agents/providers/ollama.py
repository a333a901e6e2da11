"""Models on this machine or in this network, by Ollama."""

from collections.abc import Mapping
from typing import Any, override

from httpx import Timeout
from strands.models.ollama import OllamaModel
from strands.types.streaming import StreamEvent

from agentic.local.agents.credentials import place
from agentic.local.agents.model_errors import CutAnswerError
from agentic.local.agents.models import ModelLimits


class _WholeAnswers(OllamaModel):
    """Ollama's last chunk says `done`; Strands does not look at it."""

    @override
    def format_chunk(self, event: dict[str, Any]) -> StreamEvent:
        if event["chunk_type"] == "metadata" and not event["data"].done:
            raise CutAnswerError
        if event["chunk_type"] == "message_stop" and event["data"] is None:
            raise CutAnswerError
        return super().format_chunk(event)


def make(model_id: str, credentials: Mapping[str, str], limits: ModelLimits) -> OllamaModel:
    config: OllamaModel.OllamaConfig = {"model_id": model_id, "max_tokens": limits.max_tokens}
    return _WholeAnswers(
        place("ollama", credentials),
        # Strands never closes this client: without keep-alive each connection ends with its answer.
        ollama_client_args={"timeout": Timeout(limits.silence_seconds, connect=10.0), "headers": {"Connection": "close"}},
        **config,
    )
