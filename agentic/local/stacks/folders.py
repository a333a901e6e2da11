"""Where a stack of the real engine lives in the state folder. Light: the command line asks this at every run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentic.core.errors import LocalCloudError, StorageError, UsageError
from agentic.core.names import is_stack_name


@dataclass(frozen=True, slots=True)
class StackFolder:
    """`stacks/<name>` of a state folder: the engine's files, the ledger and the outputs."""

    home: Path
    name: str

    def __post_init__(self) -> None:
        if not is_stack_name(self.name):
            raise UsageError(
                f"{self.name!r} is no name for a stack", hint="lower-case letters and digits, joined by hyphens, such as dev"
            )

    @property
    def root(self) -> Path:
        return self.home / "stacks" / self.name

    @property
    def ledger(self) -> Path:
        """There as long as the real engine has this stack: without it, the stack (dev only) is built by each start."""
        return self.root / "resources.jsonl"

    @property
    def place(self) -> dict[str, str]:
        """The region and project that the stack was opened with."""
        return self._read("place.json")

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs of the last complete `up`; empty before it."""
        return self._read("outputs.json")

    def keep_place(self, region: str, project: str) -> None:
        self._write("place.json", {"region": region, "project": project})

    def keep_outputs(self, outputs: Mapping[str, Any]) -> None:
        self._write("outputs.json", outputs)

    def claim(self) -> None:
        """From now on the real engine has this stack."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.ledger.touch(mode=0o600)
        except OSError as error:
            raise StorageError(f"cannot write {self.root}: {error.strerror}") from error

    def forget(self) -> None:
        """The stack is destroyed: the engine's history and configuration stay, what the account knows of it goes."""
        for name in ("resources.jsonl", "outputs.json", "place.json"):
            (self.root / name).unlink(missing_ok=True)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            return json.loads((self.root / name).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise LocalCloudError(f"cannot read {self.root / name}: {error}", hint="run `agentic up` again") from error

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        temporary = self.root / f".{name}"
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(json.dumps(content))
            temporary.replace(self.root / name)
        except OSError as error:
            raise StorageError(f"cannot write {self.root / name}: {error.strerror}") from error


def owned(home: Path) -> tuple[str, ...]:
    """The stacks that the real engine has in this state folder."""
    return tuple(sorted(path.parent.name for path in (home / "stacks").glob("*/resources.jsonl")))
