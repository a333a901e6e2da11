"""The stack that the local cloud runs, and what its stack file says."""

import json
from pathlib import Path
from typing import Any

from agentic.core.errors import ConfigurationError

STACK = "dev"
REGION = "us-east-1"


def stack_config(main: Path, stack: str = STACK) -> dict[str, str]:
    """The stack file's configuration as Pulumi keeps it: texts by full key. Empty without such a file."""
    path = main.parent / f"Pulumi.{stack}.yaml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    import yaml

    try:
        content: Any = yaml.safe_load(text) or {}
        config: Any = content.get("config") or {}
        return {str(key): _text(value) for key, value in config.items()}
    except (yaml.YAMLError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"{path.name} is not a stack file: {reason}") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
