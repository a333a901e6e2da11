"""What a program registered, kept for the next start: the same program makes the same resources, so it need not run.

A plan is kept under the digest of everything the program reads (`agentic.local.control.program_digest`), the same
digest that tells when a running background is stale. All ids are made from stack and name, so the recorded inputs, with
their ARNs, fit again. A program with a secret among its inputs or exports has no plan: nothing secret is written.
"""

import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from agentic.core.errors import AgenticError
from agentic.local.program.program import CreatedResource, ProgramResult
from agentic.local.program.table import Context, ResourceTable
from agentic.local.trace import Event, Observer, ignore

# Older plans than these are removed when one is written.
_KEPT = 8
_FORM = 1


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """One resource as the program registered it, with all values known."""

    type: str
    name: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A program's resources in the order of their creation, its exports, and the provider's default tags."""

    resources: tuple[PlannedResource, ...]
    exports: Mapping[str, Any]
    default_tags: Mapping[str, str]

    def complete(self, table: ResourceTable, context: Context, *, observer: Observer = ignore) -> ProgramResult:
        """Create everything, as running the program would. Raises the first error.

        The oracle is not asked again: it passed these very inputs when the plan was made, and is itself part of the digest.
        """
        began = time.perf_counter()
        context = replace(context, oracle=None)
        created: list[CreatedResource] = []
        for resource in self.resources:
            begin = time.perf_counter()
            made = table.create(context, resource.type, resource.name, resource.inputs, self.default_tags)
            created.append(CreatedResource(resource.type, resource.name, made.id))
            milliseconds = (time.perf_counter() - begin) * 1000
            facts = {"type": resource.type, "id": made.id}
            observer(Event("resource", "end", resource.name, facts=facts, duration_ms=milliseconds))
        timings = {"plan": (time.perf_counter() - began) * 1000}
        return ProgramResult(self.exports, frozenset(), tuple(created), timings)


def load(folder: Path, digest: str) -> Plan | None:
    """The plan kept under `digest`; None without one, or when files that it names are gone."""
    try:
        content = json.loads((folder / f"{digest}.json").read_bytes())
        resources = tuple(PlannedResource(**resource) for resource in content["resources"])
        plan = Plan(resources, content["exports"], content["default_tags"])
        fits = content["form"] == _FORM and all(Path(path).is_file() for path in _files(plan))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return plan if fits else None


def save(folder: Path, digest: str, plan: Plan) -> None:
    """Keep the plan, whole or not at all. A cache that cannot be written only costs time: no error."""
    temporary = folder / f".{digest}.{secrets.token_hex(4)}"
    content = json.dumps({"form": _FORM, **asdict(plan)}).encode()
    with suppress(OSError, AgenticError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(folder / f"{digest}.json")
        known = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in known[_KEPT:]:
            old.unlink(missing_ok=True)


def forget(folder: Path, digest: str) -> None:
    """The plan did not work: the next start runs the program."""
    with suppress(OSError):
        (folder / f"{digest}.json").unlink(missing_ok=True)


def _files(plan: Plan) -> list[str]:
    """The archives that the plan's functions are made from."""
    codes: list[Any] = [resource.inputs.get("code") for resource in plan.resources]
    return [str(code["archive"]) for code in codes if code and "archive" in code]
