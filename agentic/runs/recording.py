"""A recording: all that it takes to do a run's script again without the API, as its last execution did it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from agentic.core.errors import StorageError, UsageError
from agentic.core.values import Call, CallState, Outcome, RunStatus, to_json
from agentic.core.wire import HttpResponse
from agentic.runs.journal import Entry
from agentic.runs.record import RunRecord

# Words of an outcome's reason for a run that the broker stopped: what came next is not in the journal.
STOPPED = frozenset({"paused", "unknown", "diverged", "stopped", "unreadable", "budget"})


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request of the script and the answer that it was given: what makes it the same one again, and its lane."""

    digest: str
    lane: str
    call: Call
    response: HttpResponse

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "lane": self.lane, "call": to_json(self.call), "response": self.response.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["digest"], data["lane"], Call.from_json(data["call"]), HttpResponse.from_json(data["response"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The last execution of a run's script. `calls` are in the order in which the script made them.

    `seed`, `started_at` (epoch seconds) and `serial` are its pins. Nothing here is a credential: requests are kept as digests,
    answers as the script got them.
    """

    run_id: str
    api: str
    task: str
    status: RunStatus
    target: str
    created_at: str
    code: str
    seed: str
    started_at: float
    serial: bool
    outcome: Outcome
    calls: tuple[RecordedCall, ...]

    @classmethod
    def of(cls, record: RunRecord, code: str, entries: tuple[Entry, ...], *, serial: bool) -> Self:
        """`entries` is the run's whole journal. Raises `UsageError` for a run whose script was never executed to an end."""
        if not record.attempt or record.outcome is None or not record.pins_seed:
            raise UsageError(
                f"the script of {record.run_id} has not been executed to an end: the run is {record.status}",
                hint=f"`agentic runs show {record.run_id}` tells how far it came",
            )
        return cls(
            run_id=record.run_id,
            api=record.api,
            task=record.task,
            status=record.status,
            target=record.target,
            created_at=record.created_at,
            code=code,
            seed=record.pins_seed,
            started_at=record.pins_started,
            serial=serial,
            outcome=record.outcome,
            calls=_given(record, entries),
        )

    @property
    def stopped(self) -> str:
        """Why the broker stopped it; empty where the script came to an end by itself."""
        return self.outcome.reason if self.outcome.reason in STOPPED else ""

    def to_json(self) -> dict[str, Any]:
        facts = ("run_id", "api", "task", "status", "target", "created_at", "code", "seed", "started_at", "serial", "outcome")
        return {**{fact: to_json(getattr(self, fact)) for fact in facts}, "calls": [call.to_json() for call in self.calls]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        fields: dict[str, Any] = {
            **data,
            "status": RunStatus(data["status"]),
            "outcome": Outcome.from_json(data["outcome"]),
            "calls": tuple(RecordedCall.from_json(call) for call in data["calls"]),
        }
        return cls(**fields)


def _given(record: RunRecord, entries: tuple[Entry, ...]) -> tuple[RecordedCall, ...]:
    """The calls whose answers the script got in its last execution."""
    given = [
        entry
        for entry in entries
        if entry.round == record.round and entry.given == record.attempt and entry.state is not CallState.UNKNOWN
    ]
    given.sort(key=lambda entry: entry.number if entry.attempt == record.attempt else entry.served_as)
    calls: list[RecordedCall] = []
    for entry in given:
        if entry.response is None or "response" in entry.bodies_at:
            raise StorageError(
                f"the answer of {entry.call.method} {entry.call.url} cannot be read",
                hint="long answers are in the stack's bucket, for as long as the run's record",
            )
        calls.append(RecordedCall(entry.digest, entry.lane, entry.call, entry.response))
    return tuple(calls)
