"""What happens in a run as a stream of events, made from its record and journal alone: the same on a laptop and on AWS.

A cursor says what was told already: how many steps, which state of which call. Nothing is kept for it on the server. Where
something turns up late between what was told (functions' clocks differ), that part is told once more; who listens goes by
the step's time and the call's number.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from agentic.core.values import Call, CallState, RunStatus, RunStep, to_json
from agentic.runs import RunRecord
from agentic.serving.problems import Problem
from agentic.serving.shapes import Event

_OPEN = CallState.EXECUTING
# Calls that are told while others before them are still under way: as many as a script's threads make.
_BEYOND = 64


@dataclass(frozen=True, slots=True)
class Cursor:
    """What was told: the first `steps` steps and `calls` settled calls (each with a digest), and further calls in a state."""

    steps: int = 0
    steps_digest: str = ""
    calls: int = 0
    calls_digest: str = ""
    beyond: tuple[tuple[int, str], ...] = ()
    pending: str = ""
    status: str = ""
    ended: bool = False

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises `Problem` 422 for what is no cursor."""
        if not text:
            return cls()
        try:
            values: Any = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=="))
            steps, steps_digest, calls, calls_digest, beyond, pending, status, ended = values
            pairs = tuple((int(number), str(state)) for number, state in beyond)
            return cls(
                int(steps), str(steps_digest), int(calls), str(calls_digest), pairs, str(pending), str(status), bool(ended)
            )
        except (ValueError, TypeError, RecursionError):
            raise Problem(422, "invalid", "after is no cursor of this API", hint="leave it out to begin anew") from None

    def __str__(self) -> str:
        values = [
            self.steps,
            self.steps_digest,
            self.calls,
            self.calls_digest,
            self.beyond,
            self.pending,
            self.status,
            self.ended,
        ]
        return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run at one moment. `position`: runs before it in the queue, None once it has begun."""

    record: RunRecord
    calls: tuple[Call, ...]
    position: int | None = None

    @property
    def done(self) -> bool:
        return self.record.status.final

    def since(self, told: Cursor) -> tuple[tuple[Event, ...], Cursor]:
        """The events that `told` has not, and the cursor behind them."""
        events: list[Event] = []
        for kind, at, data, behind in self._after(told):
            events.append(Event(id=str(behind), type=kind, at=at, data=data))
            told = behind
        return tuple(events), told

    def _after(self, told: Cursor) -> Iterator[tuple[str, float, dict[str, Any], Cursor]]:
        steps, calls = self.record.steps, self.calls
        if told.steps > len(steps) or told.steps_digest != _digest(_step_names(steps[: told.steps])):
            told = replace(told, steps=0, steps_digest="")
        if told.calls > len(calls) or told.calls_digest != _digest(_call_names(calls[: told.calls])):
            told = replace(told, calls=0, calls_digest="", beyond=())
        new_steps = list(steps[told.steps :])
        for call in self._new_calls(told):
            # What came before the call was made, first.
            while new_steps and new_steps[0].at <= call.at:
                told = _with_step(told, steps)
                yield _step(new_steps.pop(0), told)
            told = _with_call(told, calls, call)
            yield "call", call.at, to_json(call), told
        for step in new_steps:
            told = _with_step(told, steps)
            yield _step(step, told)
        last = steps[-1].at if steps else 0.0
        pending = self.record.pending if self.record.status is RunStatus.PAUSED else None
        shown = _digest([pending.digest, str(pending.asked_at), pending.lane]) if pending else ""
        if shown != told.pending:
            told = replace(told, pending=shown)
            if pending:
                yield "pending", pending.asked_at, to_json(pending), told
        status = f"{self.record.status}{'' if self.position is None else f' {self.position}'}"
        if status != told.status:
            told = replace(told, status=status)
            yield "status", last, {"status": self.record.status.value, "position": self.position}, told
        if self.done and not told.ended:
            told = replace(told, ended=True)
            error = to_json(self.record.error)
            yield "end", last, {"status": self.record.status.value, "error": error, "answer": _answer(self.record)}, told

    def _new_calls(self, told: Cursor) -> Iterator[Call]:
        known = dict(told.beyond)
        for call in self.calls[told.calls :]:
            if known.get(call.seq) != _state(call):
                yield call


def _answer(record: RunRecord) -> str:
    """The answer as `FrontDoor.result` has it: the orchestrator's words, else the script's output, of a run that was done."""
    if record.status is not RunStatus.COMPLETED:
        return record.error.message if record.error else ""
    return record.answer or (record.outcome.stdout.strip() if record.outcome else "")


def _with_step(told: Cursor, steps: Sequence[RunStep]) -> Cursor:
    count = told.steps + 1
    return replace(told, steps=count, steps_digest=_digest(_step_names(steps[:count])))


def _with_call(told: Cursor, calls: Sequence[Call], call: Call) -> Cursor:
    beyond = {**dict(told.beyond), call.seq: _state(call)}
    count = told.calls
    while count < len(calls) and calls[count].state is not _OPEN and beyond.get(calls[count].seq) == _state(calls[count]):
        del beyond[calls[count].seq]
        count += 1
    kept = tuple(sorted(beyond.items()))[-_BEYOND:]
    return replace(told, calls=count, calls_digest=_digest(_call_names(calls[:count])), beyond=kept)


def _state(call: Call) -> str:
    return f"{call.state}{' replayed' if call.replayed else ''}"


def _step(step: RunStep, told: Cursor) -> tuple[str, float, dict[str, Any], Cursor]:
    return "step", step.at, {"name": step.name, "facts": dict(step.facts)}, told


def _step_names(steps: Sequence[RunStep]) -> list[str]:
    return [f"{step.at:.6f} {step.name}" for step in steps]


def _call_names(calls: Sequence[Call]) -> list[str]:
    return [f"{call.at:.6f} {_state(call)}" for call in calls]


def _digest(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12] if names else ""
