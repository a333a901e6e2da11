"""Where the Pulumi program is, in a checkout and in an installed package, and what its stack file says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import agentic
from agentic.core.errors import ConfigurationError

STACK = "dev"
REGION = "us-east-1"


def program() -> Path:
    """The `__main__.py` that the local cloud runs: the checkout's, or the one that travels in the package."""
    package = Path(agentic.__file__).parent
    beside, inside = package.parent / "__main__.py", package / "program" / "__main__.py"
    return beside if (beside.parent / "Pulumi.yaml").exists() else inside


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


def own(config: Mapping[str, str]) -> dict[str, str]:
    """The settings of this project among a stack's configuration, without their `agentic:`."""
    return {key.removeprefix("agentic:"): value for key, value in config.items() if key.startswith("agentic:")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
