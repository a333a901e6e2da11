"""What the broker may do to a run: count a call, keep its journal, pause it with a question, and stop it.

Each is one conditional write that checks what it acts on, because who asks for it holds nothing but a grant.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.names import run_of
from agentic.core.values import Approval, PendingCall, RunError, RunStatus
from agentic.runs.items import RunItems, json_text
from agentic.runs.journal import Entry, Journal
from agentic.runs.record import Item, RunRecord, TakenCall, digest, is_of


class Departure(StrEnum):
    """Whether a write may leave now: once, by the run's current attempt, and with an approval where it needs one.

    `again`: it has left already. `spent`: another call has used the approval. `over`: the attempt has ended.
    """

    FIRST = "first"
    AGAIN = "again"
    SPENT = "spent"
    OVER = "over"


class RunLedger:
    """The broker's part of the runs table. `clock` gives epoch seconds."""

    def __init__(self, items: RunItems, journal: Journal, clock: Callable[[], float]) -> None:
        self._items = items
        self._journal = journal
        self._clock = clock

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        """Count one call against the grant, in the same write that checks it.

        Raises `RefusedError` with data `reason`: `grant` for whoever does not hold the run's current grant, which then
        neither changes the record nor learns anything of it; `api`, `expired` or `state` for who does, counted in it; `stopped`
        where a limit is reached, with which the run has failed.
        """
        run_id = run_of(grant)
        if not run_id:
            raise RefusedError("the grant is not valid", reason="grant")
        values: Item = {
            ":grant": {"S": digest(grant)},
            ":executing": {"S": RunStatus.EXECUTING},
            ":api": {"S": api},
            ":now": {"N": f"{self._clock():.3f}"},
        }
        condition = (
            "grant_hash = :grant AND #status = :executing AND api = :api AND grant_expires > :now AND calls_made < call_limit"
        )
        try:
            record, changed = self._items.change(
                run_id, condition, values, add={"calls_made": 1} | ({"writes_made": 1} if write else {})
            )
        except UnknownRunError:
            raise RefusedError("the grant is not valid", reason="grant") from None
        if changed:
            return _taken(record)
        if not is_of(grant, record.grant_hash):
            raise RefusedError("the grant is not valid", reason="grant")
        problem = _beyond(record, api, self._clock())
        condition, held, sets = "grant_hash = :grant", {":grant": values[":grant"]}, dict[str, dict[str, Any]]()
        if problem.data["reason"] == "stopped":
            condition, held = f"{condition} AND #status = :executing", held | {":executing": values[":executing"]}
            sets = {"status": {"S": RunStatus.FAILED}, "error": json_text(RunError("budget", problem.message, problem.hint))}
        self._items.change(run_id, condition, held, sets=sets, add={"calls_refused": 1})
        raise problem

    def begin(self, taken: TakenCall, entry: Entry) -> Entry | None:
        return self._journal.begin(taken.run_id, entry)

    def settle(self, taken: TakenCall, entry: Entry) -> Entry:
        return self._journal.settle(taken.run_id, entry)

    def serve(self, taken: TakenCall, entry: Entry, number: int) -> bool:
        return self._journal.serve(taken.run_id, entry, taken.attempt, number)

    def entries(self, taken: TakenCall) -> tuple[Entry, ...]:
        return self._journal.entries(taken.run_id)

    def whole(self, entry: Entry) -> Entry:
        return self._journal.whole(entry)

    def depart(self, taken: TakenCall, entry: Entry, approval: Approval | None) -> Departure:
        condition, values = "attempt = :attempt AND #status = :executing", _this(taken)
        values[":key"] = {"S": entry.key}
        condition += " AND (attribute_not_exists(sent) OR NOT contains(sent, :key))"
        if approval:
            condition, values[":approval"] = f"{condition} AND approval = :approval", json_text(approval)
        used = ("approval", "pending") if approval else ()
        record, first = self._items.change(taken.run_id, condition, values, add={"sent": entry.key}, remove=used)
        if first:
            return Departure.FIRST
        if record.attempt != taken.attempt or record.status is not RunStatus.EXECUTING:
            return Departure.OVER
        return Departure.AGAIN if entry.key in record.sent else Departure.SPENT

    def give_back(self, taken: TakenCall, approval: Approval) -> None:
        asked = taken.pending
        if asked is not None:
            condition = "attempt = :attempt AND #status = :executing AND attribute_not_exists(approval)"
            kept = {"approval": json_text(replace(approval, returned=True)), "pending": json_text(asked)}
            self._items.change(taken.run_id, condition, _this(taken), sets=kept)

    def waits(self, taken: TakenCall) -> bool:
        values = {**_this(taken), ":approval": json_text(taken.approval)}
        same = {"attempt": values[":attempt"]}
        condition = "attempt = :attempt AND #status = :executing AND approval = :approval"
        return self._items.change(taken.run_id, condition, values, sets=same)[1]

    def pause(self, taken: TakenCall, pending: PendingCall) -> bool:
        # Nobody works on it any more whose work would count: the next attempt need not wait until this one has noticed.
        return self._end(taken, {"status": {"S": RunStatus.PAUSED}, "pending": json_text(pending)}, "working")

    def stop(self, taken: TakenCall, error: RunError) -> bool:
        return self._end(taken, {"status": {"S": RunStatus.FAILED}, "error": json_text(error)})

    def _end(self, taken: TakenCall, sets: Item, *removed: str) -> bool:
        """The grant stays known: the run's state alone makes it worthless, and who holds it learns why."""
        _, ended = self._items.change(
            taken.run_id,
            "attempt = :attempt AND #status = :executing",
            _this(taken),
            sets=sets,
            remove=("approval", *removed),
        )
        return ended


def _this(taken: TakenCall) -> Item:
    return {":attempt": {"N": str(taken.attempt)}, ":executing": {"S": RunStatus.EXECUTING}}


def _taken(record: RunRecord) -> TakenCall:
    return TakenCall(
        record.run_id,
        record.attempt,
        record.calls_made,
        record.target,
        record.writes,
        record.secret_id,
        round=record.round,
        code_sha256=record.code_ref.sha256 if record.code_ref else "",
        effect_seed=record.effect_seed,
        approval=record.approval,
        pending=record.pending,
        sent=record.sent,
    )


def _beyond(record: RunRecord, api: str, now: float) -> RefusedError:
    """Why a valid grant does not cover a call."""
    if record.api != api:
        return RefusedError("the grant is for another API", reason="api")
    if record.status is not RunStatus.EXECUTING:
        return RefusedError(f"the run is {record.status}", reason="state")
    if record.grant_expires <= now:
        return RefusedError("the grant has expired", reason="expired")
    message = f"the run's limit of {record.call_limit} API calls is reached"
    return RefusedError(message, hint="set agentic:run_calls higher", reason="stopped")
