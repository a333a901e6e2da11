"""A program to run and what came of running it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentic.core.errors import ConfigurationError
from agentic.local.program.place import Place


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `config` is Pulumi's ("agentic:apis", "aws:region"), all of it plain texts as in the stack's file.

    `extra_environment` is added to the built environment of the program's process (such as AGENTIC_LOAD_PLUGINS).
    """

    main: Path
    place: Place
    config: Mapping[str, str]
    secret_config: frozenset[str] = frozenset()
    extra_environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def default_tags(self) -> Mapping[str, str]:
        """The provider's default tags (`aws:defaultTags`, JSON). Raises `ConfigurationError` for another form."""
        try:
            tags = json.loads(self.config.get("aws:defaultTags", "{}")).get("tags", {})
            return {str(name): str(value) for name, value in tags.items()}
        except (ValueError, AttributeError):
            raise ConfigurationError('aws:defaultTags must be JSON like {"tags": {"name": "value"}}') from None


@dataclass(frozen=True, slots=True)
class CreatedResource:
    """One resource that now exists: its type token, the program's name for it, and its id."""

    type: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """What came of it. `exports` are plain values, also of the names in `secret_exports`; resources in creation order.

    `registered` is type, name and inputs of each resource in the same order; None when a secret is among them.
    `timings_ms`: `start` of the process, import of `pulumi`, and `program` (its imports, registering and creating).
    """

    exports: Mapping[str, Any]
    secret_exports: frozenset[str]
    resources: tuple[CreatedResource, ...]
    timings_ms: Mapping[str, float]
    registered: tuple[tuple[str, str, Mapping[str, Any]], ...] | None = None


def project_name(program: Path) -> str:
    """The project's name from the `Pulumi.yaml` beside the program. Raises `ConfigurationError` without one."""
    path = program.parent / "Pulumi.yaml"
    try:
        found = re.search(r"""^name:[ \t]*["']?([\w.-]+)["']?[ \t]*(?:#.*)?$""", path.read_text("utf-8"), re.MULTILINE)
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error
    if found is None:
        raise ConfigurationError(f"{path} names no project", hint="it begins with a line like `name: my-project`")
    return found[1]
