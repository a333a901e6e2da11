"""What a state machine asks of a step, and how the steps answer.

The state machine carries one handle, the orchestrator's; those of generator and executor are derived from it here, so
that a step that is tried again finds its own claim. What comes next is decided from the run record alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from agentic.agents.declaration import EXECUTOR, GENERATOR
from agentic.agents.tools.events import Arguments, name_of
from agentic.core.errors import RefusedError, UsageError
from agentic.core.names import derived_handle, run_of

# What the state machine looks at: the next step, or that the run has ended.
GENERATE, VALIDATE, EXECUTE, END = "generate", "validate", "execute", "end"

Answer = dict[str, Any]

ENDED: Mapping[str, Any] = {"next": END, "round": 0, "message": "", "api": ""}
"""The answer for a run that has ended, whatever the step."""


@dataclass(frozen=True, slots=True)
class StepWork:
    """One step of one run. `handle` is the orchestrator's, not yet checked against the record."""

    run_id: str
    handle: str
    round: int

    @classmethod
    def of(cls, arguments: Arguments) -> Self:
        """Raises `UsageError`, and `RefusedError` when the execution is not the one that is named after the run.

        There is one execution of a name: whoever starts another one with the same handle gets nothing done.
        """
        run_id, handle, number = name_of(arguments, "run"), name_of(arguments, "handle"), arguments.get("round", 0)
        if not run_of(handle) or run_of(handle) != run_id:
            raise RefusedError("the handle is not one of the run that the execution is named after")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise UsageError("the argument 'round' must be a whole number")
        return cls(run_id, handle, number)

    def generator_handle(self, number: int | None = None) -> str:
        """The generator's handle in this round, or in the one with `number`."""
        return derived_handle(self.handle, f"{GENERATOR}:{self.round if number is None else number}")

    @property
    def executor_handle(self) -> str:
        return derived_handle(self.handle, f"{EXECUTOR}:{self.round}")
