"""What a state machine asks of a step, and how the steps answer.

The state machine carries one handle, the orchestrator's; those of generator and executor are derived from it here, so
that a step that is tried again finds its own claim. What comes next is decided from the run record alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from agentic.agents.declaration import EXECUTOR, GENERATOR
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.further_script import message_for
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError, UsageError
from agentic.core.names import derived_handle, run_of
from agentic.core.values import RunStatus
from agentic.runs import RunRecord
from agentic.runs.record import is_of

# What the state machine looks at: the next step, or that the run has ended.
GENERATE, VALIDATE, EXECUTE, END = "generate", "validate", "execute", "end"

Answer = dict[str, Any]

ENDED: Mapping[str, Any] = {"next": END, "round": 0, "message": "", "api": ""}
"""The answer for a run that has ended, or waits for a person, whatever the step."""

# An execution is named after its run; one that goes on with a run, after the round that it begins with as well.
_NAME = re.compile(r"(?P<run>.+?)(?:-(?P<round>[1-9]))?")


@dataclass(frozen=True, slots=True)
class StepWork:
    """One step of one run. `handle` is the orchestrator's, not yet checked against the record.

    `first` is the round in which the execution begins: 0, or another one where it goes on with a run.
    """

    run_id: str
    handle: str
    round: int
    first: int = 0

    @classmethod
    def of(cls, arguments: Arguments) -> Self:
        """Raises `UsageError`, and `RefusedError` when the execution is not the one that is named after the run.

        There is one execution of a name: whoever starts another one with the same handle gets nothing done.
        """
        name, handle, number = name_of(arguments, "run"), name_of(arguments, "handle"), arguments.get("round", 0)
        found = _NAME.fullmatch(name)
        if not found or not run_of(handle) or run_of(handle) != found["run"]:
            raise RefusedError("the handle is not one of the run that the execution is named after")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise UsageError("the argument 'round' must be a whole number")
        return cls(found["run"], handle, number, int(found["round"] or 0))

    def generator_handle(self, number: int | None = None) -> str:
        """The generator's handle in this round, or in the one with `number`."""
        return self._handle(GENERATOR, self.round if number is None else number)

    @property
    def executor_handle(self) -> str:
        return self._handle(EXECUTOR, self.round)

    def next_round(self, services: Services, record: RunRecord) -> Answer | None:
        """What the round after this one begins with, where the script of this one was taken back; None where it was not.

        Whoever asks again gets the same. Raises `RefusedError` where somebody else is at it.
        """
        number = self.round + 1
        if record.status is not RunStatus.GENERATING or record.repair is None or record.round != number:
            return None
        mine = self.generator_handle(number)
        record = services.store.rounds.claim_wanted(self.handle, mine) or services.store.get(record.run_id)
        if not is_of(mine, record.handles.get(GENERATOR, "")):
            raise RefusedError("the run is under way already")
        return {"next": GENERATE, "round": number, "message": message_for(record, mine), "api": record.api}

    def _handle(self, agent: str, number: int) -> str:
        """Two executions never have the same ones: whoever starts another one does not find the claims of the first."""
        return derived_handle(self.handle, f"{agent}:{number}" + (f":{self.first}" if self.first else ""))
