"""Claude by Anthropic's own API."""

from collections.abc import Mapping

from anthropic import Timeout
from strands.models.anthropic import AnthropicModel

from agentic.local.agents.credentials import place
from agentic.local.agents.models import ModelLimits

# The API insists on a number.
_MAX_TOKENS = 4096


def make(model_id: str, credentials: Mapping[str, str], limits: ModelLimits) -> AnthropicModel:
    client = {
        "api_key": credentials["ANTHROPIC_API_KEY"],
        "base_url": place("anthropic", credentials),
        "max_retries": 1,
        "timeout": Timeout(limits.silence_seconds, connect=10.0),
    }
    return AnthropicModel(client_args=client, model_id=model_id, max_tokens=limits.max_tokens or _MAX_TOKENS)
