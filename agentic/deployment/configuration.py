"""A local stack's configuration: the program's stack file with this stack's own changes over it, as the engine reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from agentic.core.errors import ConfigurationError, StorageError
from agentic.local import project


class Configuration:
    """`folder` is the engine's work folder in the stack's `root`. The program's own file is only ever read."""

    def __init__(self, root: Path, program: Path, stack: str) -> None:
        self.folder = root / "work"
        self._main = program
        self._stack = stack
        self._changes = root / "config.json"

    @property
    def region(self) -> str:
        return self.all().get("aws:region", project.REGION)

    def all(self) -> dict[str, str]:
        """Full keys to texts."""
        return {"aws:region": project.REGION, **project.stack_config(self._main, self._stack), **self._own()}

    def set(self, key: str, value: str) -> None:
        if ":" not in key:
            raise ConfigurationError(f"{key} is no full key", hint=f"did you mean agentic:{key}?")
        self._keep(self._changes, json.dumps({**self._own(), key: value}))

    def write(self) -> None:
        """Bring the engine's file up to date; what the engine itself keeps in it stays."""
        import yaml

        path = self.folder / f"Pulumi.{self._stack}.yaml"
        kept: dict[str, Any] = {}
        if path.exists():
            loaded: Any = yaml.safe_load(path.read_text("utf-8")) or {}
            kept = {key: value for key, value in cast("dict[str, Any]", loaded).items() if key != "config"}
        self._keep(path, yaml.safe_dump({**kept, "config": self.all()}))

    def _own(self) -> Mapping[str, str]:
        try:
            return json.loads(self._changes.read_bytes())
        except FileNotFoundError:
            return {}

    def _keep(self, path: Path, text: str) -> None:
        temporary = path.with_name(f".{path.name}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(text, "utf-8")
            temporary.replace(path)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror}") from error
