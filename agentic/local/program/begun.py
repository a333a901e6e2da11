"""The program at work: begun while the rest of a local cloud is still being imported, and completed once that is there.

A plan of the same program takes its place.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agentic.core.errors import AgenticError
from agentic.local.control import program_digest
from agentic.local.program.engine import RunningProgram
from agentic.local.program.program import Program
from agentic.local.trace import Observer

if TYPE_CHECKING:
    from agentic.local.program.plan import Plan
    from agentic.local.program.program import ProgramResult
    from agentic.local.program.table import Context


class BegunProgram(Protocol):
    def complete(self, context: "Context", observer: Observer) -> "ProgramResult":
        """Make everything, and wait for it. Raises what stopped it."""
        ...

    def close(self) -> None:
        """Nothing of it runs after this."""
        ...


def begin(program: Program, config: Mapping[str, str], *, plans: Path, log: Path) -> BegunProgram:
    """Begin to run the program, unless the folder `plans` has its plan. `config` is what is laid over the stack's own."""
    from agentic.local.program import plan

    digest = program_digest()
    if config:
        digest = hashlib.sha256(f"{digest}{sorted(config.items())}".encode()).hexdigest()
    if known := plan.load(plans, digest):
        return _Planned(known, plans, digest)
    return _Running(RunningProgram.launch(program, log), program, plans, digest)


@dataclass(frozen=True, slots=True)
class _Planned:
    plan: "Plan"
    plans: Path
    digest: str

    def complete(self, context: "Context", observer: Observer) -> "ProgramResult":
        from agentic.local.program import plan
        from agentic.local.program.resources import all_types

        try:
            return self.plan.complete(all_types(), context, observer=observer)
        except AgenticError:
            plan.forget(self.plans, self.digest)
            raise

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Running:
    running: RunningProgram
    program: Program
    plans: Path
    digest: str

    def complete(self, context: "Context", observer: Observer) -> "ProgramResult":
        from agentic.local.program import plan
        from agentic.local.program.resources import all_types

        made = self.running.complete(all_types(), context, observer=observer)
        if made.registered is not None:
            resources = tuple(plan.PlannedResource(*item) for item in made.registered)
            plan.save(self.plans, self.digest, plan.Plan(resources, made.exports, self.program.default_tags()))
        return made

    def close(self) -> None:
        self.running.close()
