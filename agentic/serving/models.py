"""Which model a run may name, by where the API is served."""

from collections.abc import Callable

from agentic.agents.conversation import takes_model
from agentic.core.errors import UsageError

_OFFLINE = "offline"


def of_stack(orchestrator: str) -> Callable[[str], str]:
    """On AWS: Bedrock's models, where the stack's backend takes one. Gives the id, empty for the stack's own."""

    def read(name: str) -> str:
        provider, _, model = name.partition(":")
        if name and provider != "bedrock":
            hint = "leave the model out, or bedrock:ID"
            raise UsageError(f"a deployed stack asks Bedrock's models only, not {name[:60]}", hint=hint)
        if model and not takes_model(orchestrator):
            raise UsageError("this stack's backend answers with its own models", hint="leave the model out")
        return model

    return read


def offline_only(name: str) -> str:
    """On a laptop: a worker has nobody's credentials for a model provider."""
    if name not in ("", _OFFLINE):
        hint = f"`agentic run --model {name[:60]}` uses your own credentials"
        raise UsageError("runs of `agentic serve` use the offline model", hint=hint)
    return _OFFLINE
