"""What the broker may do to a run: count a call, keep its journal, pause it with a question, and stop it.

Each is one conditional write that checks what it acts on, because who asks for it holds nothing but a grant.
"""

from collections.abc import Callable
from typing import Any

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.names import run_of
from agentic.core.values import Approval, CallState, PendingCall, RunError, RunStatus
from agentic.runs.items import RunItems, json_text
from agentic.runs.journal import Entry, Journal
from agentic.runs.record import Item, RunRecord, TakenCall, digest, is_of


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
        there = self._journal.begin(taken.run_id, entry)
        # The next attempt may have begun since the call was counted, and have looked into the journal before this was there: it
        # would do the same write once more. Now that it is there, either this sees that attempt, or that one sees this.
        if there is None and entry.state is CallState.EXECUTING and entry.call.write and not self._stands(taken):
            self._journal.withdraw(taken.run_id, entry, "the attempt had ended")
            raise RefusedError("the attempt has ended", reason="state")
        return there

    def _stands(self, taken: TakenCall) -> bool:
        record = self._items.now(taken.run_id)
        return record is not None and record.attempt == taken.attempt and record.status is RunStatus.EXECUTING

    def settle(self, taken: TakenCall, entry: Entry) -> None:
        self._journal.settle(taken.run_id, entry)

    def serve(self, taken: TakenCall, entry: Entry, number: int) -> bool:
        return self._journal.serve(taken.run_id, entry, taken.attempt, number)

    def entries(self, taken: TakenCall) -> tuple[Entry, ...]:
        return self._journal.entries(taken.run_id)

    def whole(self, entry: Entry) -> Entry:
        return self._journal.whole(entry)

    def pause(self, taken: TakenCall, pending: PendingCall) -> bool:
        sets = {"status": {"S": RunStatus.PAUSED}, "pending": json_text(pending)}
        return self._end(taken, sets)

    def stop(self, taken: TakenCall, error: RunError) -> bool:
        return self._end(taken, {"status": {"S": RunStatus.FAILED}, "error": json_text(error)})

    def use(self, taken: TakenCall, approval: Approval) -> bool:
        _, used = self._items.change(
            taken.run_id,
            "attempt = :attempt AND #status = :executing AND approval = :approval",
            {**_this(taken), ":approval": json_text(approval)},
            remove=("approval", "pending"),
        )
        return used

    def _end(self, taken: TakenCall, sets: Item) -> bool:
        _, ended = self._items.change(
            taken.run_id,
            "attempt = :attempt AND #status = :executing",
            _this(taken),
            sets=sets,
            remove=("grant_hash", "approval"),
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
    return RefusedError(message, hint="set agentic:call_limit higher", reason="stopped")
