"""What of the person's environment goes with a run for its model's provider."""

import os

# What a model provider may need from the person's environment; nothing else leaves it.
_MODEL_VARIABLES = {
    "anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "ollama": ("OLLAMA_HOST",),
    "bedrock": (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    ),
}


def model_credentials(model: str) -> dict[str, str]:
    """Of the environment, what the provider of `model` ("openai:gpt-…") may need."""
    return {name: os.environ[name] for name in _MODEL_VARIABLES.get(model.partition(":")[0], ()) if name in os.environ}
