"""What the broker may do to a run: count a call, keep its journal, pause it with a question, and stop it.

Each is one conditional write that checks what it acts on, because who asks for it holds nothing but a grant.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.names import run_of
from agentic.core.values import Approval, PendingCall, RunError, RunStatus
from agentic.runs.items import RunItems, json_text
from agentic.runs.journal import Entry, Journal
from agentic.runs.record import Item, RunRecord, TakenCall, digest, is_of

# Whether the run may make one more call.
_LEFT = "calls_made < limit_calls"


class Departure(StrEnum):
    """Whether a write may leave now: once, by the run's current attempt, and with an approval where it needs one.

    `again`: it has left already. `spent`: another call has used the approval. `beyond`: the run's writes are used up.
    `over`: the attempt has ended.
    """

    FIRST = "first"
    AGAIN = "again"
    SPENT = "spent"
    BEYOND = "beyond"
    OVER = "over"


class RunLedger:
    """The broker's part of the runs table. `clock` gives epoch seconds."""

    def __init__(self, items: RunItems, journal: Journal, clock: Callable[[], float]) -> None:
        self._items = items
        self._journal = journal
        self._clock = clock

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        """Count one request against the grant, in the same write that checks it; and as a call, where that is known to be new.

        In a script's first attempt every request is. In a further one it may be replayed: whether it is a new call shows in the
        journal, and `count` is for that.

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
        condition = "grant_hash = :grant AND #status = :executing AND api = :api AND grant_expires > :now"
        held = {**values, ":first": {"N": "1"}}
        counted = True
        try:
            record, changed = self._items.change(
                run_id, f"{condition} AND attempt = :first AND {_LEFT}", held, add={"requests_made": 1, "calls_made": 1}
            )
        except UnknownRunError:
            raise RefusedError("the grant is not valid", reason="grant") from None
        if not changed and record.attempt > 1:
            counted = False
            record, changed = self._items.change(run_id, f"{condition} AND attempt > :first", held, add={"requests_made": 1})
        if changed:
            return _taken(record, counted=counted)
        if not is_of(grant, record.grant_hash):
            raise RefusedError("the grant is not valid", reason="grant")
        raise self._refused(record, api)

    def count(self, taken: TakenCall) -> None:
        """Count a call that was taken as a request only, and that turned out to be new. Raises as `take_call`."""
        record, counted = self._items.change(
            taken.run_id, f"attempt = :attempt AND #status = :executing AND {_LEFT}", _this(taken), add={"calls_made": 1}
        )
        if not counted:
            same = record.attempt == taken.attempt and record.status is RunStatus.EXECUTING
            raise self._refused(record, record.api) if same else RefusedError("the attempt has ended", reason="state")

    def _refused(self, record: RunRecord, api: str) -> RefusedError:
        """Why a request with the run's current grant is refused, counted in its record; a budget used up ends the run."""
        problem = _beyond(record, api, self._clock())
        current, held, one = "grant_hash = :grant", {":grant": {"S": record.grant_hash}}, {"calls_refused": 1}
        if problem.data["reason"] == "stopped":
            sets = {"status": {"S": RunStatus.FAILED}, "error": json_text(record.limits.reached("calls"))}
            executing = {**held, ":executing": {"S": RunStatus.EXECUTING}}
            if self._items.change(record.run_id, f"{current} AND #status = :executing", executing, sets=sets, add=one)[1]:
                return problem
        # Another one beyond the limit has ended the run meanwhile; this one counts too.
        self._items.change(record.run_id, current, held, add=one)
        return problem

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
        # An effect is counted when it leaves, and it leaves once, in whichever attempt.
        condition += " AND (attribute_not_exists(sent) OR NOT contains(sent, :key)) AND writes_made < limit_writes"
        if approval:
            condition, values[":approval"] = f"{condition} AND approval = :approval", json_text(approval)
        used = ("approval", "pending") if approval else ()
        leaving = {"sent": entry.key, "writes_made": 1}
        record, first = self._items.change(taken.run_id, condition, values, add=leaving, remove=used)
        if first:
            return Departure.FIRST
        if record.attempt != taken.attempt or record.status is not RunStatus.EXECUTING:
            return Departure.OVER
        if entry.key in record.sent:
            return Departure.AGAIN
        return Departure.BEYOND if record.writes_made >= record.limits.writes else Departure.SPENT

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
        # And the call was not made: it is counted when it is.
        asked = {"status": {"S": RunStatus.PAUSED}, "pending": json_text(pending)}
        paused = self._end(taken, asked, "working", uncounted=int(taken.counted))
        if not paused and taken.counted:
            this = {":attempt": {"N": str(taken.attempt)}}
            self._items.change(taken.run_id, "attempt = :attempt", this, add={"calls_made": -1})
        return paused

    def stop(self, taken: TakenCall, error: RunError) -> bool:
        return self._end(taken, {"status": {"S": RunStatus.FAILED}, "error": json_text(error)})

    def _end(self, taken: TakenCall, sets: Item, *removed: str, uncounted: int = 0) -> bool:
        """The grant stays known: the run's state alone makes it worthless, and who holds it learns why."""
        _, ended = self._items.change(
            taken.run_id,
            "attempt = :attempt AND #status = :executing",
            _this(taken),
            sets=sets,
            add={"calls_made": -uncounted} if uncounted else None,
            remove=("approval", *removed),
        )
        return ended


def _this(taken: TakenCall) -> Item:
    return {":attempt": {"N": str(taken.attempt)}, ":executing": {"S": RunStatus.EXECUTING}}


def _taken(record: RunRecord, *, counted: bool) -> TakenCall:
    return TakenCall(
        record.run_id,
        record.attempt,
        record.requests_made,
        record.target,
        record.writes,
        record.secret_id,
        round=record.round,
        code_sha256=record.code_ref.sha256 if record.code_ref else "",
        effect_seed=record.effect_seed,
        approval=record.approval,
        pending=record.pending,
        sent=record.sent,
        limits=record.limits,
        writes_left=record.limits.writes - record.writes_made,
        counted=counted,
        until=record.grant_expires,
    )


def _beyond(record: RunRecord, api: str, now: float) -> RefusedError:
    """Why a valid grant does not cover a call."""
    if record.api != api:
        return RefusedError("the grant is for another API", reason="api")
    if record.status is not RunStatus.EXECUTING:
        return RefusedError(f"the run is {record.status}", reason="state")
    if record.grant_expires <= now:
        return RefusedError("the grant has expired", reason="expired")
    reached = record.limits.reached("calls")
    return RefusedError(reached.message, hint=reached.hint, reason="stopped")
