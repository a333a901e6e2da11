"""Attempts: the executions of a run's script. After a pause or a crash the script runs again, in the next attempt.

Each attempt has a grant of its own, and opening one ends every grant before it: of two attempts at most one can make calls.
"""

import secrets
from collections.abc import Callable

from agentic.core.errors import RefusedError
from agentic.core.values import Approval, Outcome, RunError, RunStatus
from agentic.runs.items import Attributes, RunItems, json_text
from agentic.runs.record import RunRecord, digest

_EXECUTOR = "executor"
MOST_ATTEMPTS = 1000


class Attempts:
    """`clock` gives epoch seconds."""

    def __init__(self, items: RunItems, clock: Callable[[], float]) -> None:
        self._items = items
        self._clock = clock

    def open(self, record: RunRecord, grant: str, seconds: float) -> RunRecord:
        """Let the next attempt begin: state executing, a fresh grant that expires. Raises `RefusedError`.

        The first one of a script needs a valid verdict. A further one needs that nobody is at the one before any more, and of a
        paused run an approval. All of a script have the same pins, which the first one makes.
        """
        if not (record.verdict and record.verdict.valid):
            raise RefusedError("the script was not validated", hint="call validate_code first")
        now = self._clock()
        sets: dict[str, dict[str, str]] = {
            "status": {"S": RunStatus.EXECUTING},
            "working": {"S": "1"},
            "attempt": {"N": str(record.attempt + 1)},
            "requests_made": {"N": "0"},
            "grant_hash": {"S": digest(grant)},
            "grant_expires": {"N": f"{now + seconds:.3f}"},
        }
        if not record.begun:
            sets |= {"pins_seed": {"S": secrets.token_hex(16)}, "pins_started": {"N": f"{now:.3f}"}}
        opened, changed = self._items.change(
            record.run_id,
            f"code_sha256 = :sha256 AND ({self._may_begin(record)})",
            self._begin_values(record, now),
            sets=sets,
            remove=("outcome", "error"),
        )
        if not changed:
            raise RefusedError("the script was already executed, or the run has ended")
        return opened

    def close(self, record: RunRecord, outcome: Outcome, error: RunError | None, *, sent: int | None = None) -> RunRecord:
        """Revoke the attempt's grant and record its outcome. A run that was executing is completed or failed with it.

        One that was paused, stopped or cancelled meanwhile stays so; one whose next attempt has begun stays untouched. `sent`:
        how many of the run's writes had left when it was looked what became of them; where it is more now, the run stays
        executing, but no further call is taken.
        """
        status = RunStatus.COMPLETED if outcome.success and not error else RunStatus.FAILED
        told = {"outcome": json_text(outcome)}
        ends = {"status": {"S": status}} | ({"error": json_text(error)} if error else {})
        this = {":attempt": {"N": str(record.attempt)}}
        condition, values = "#status = :executing AND attempt = :attempt", {":executing": {"S": RunStatus.EXECUTING}, **this}
        if sent is not None:
            condition += " AND size(sent) = :sent" if sent else " AND attribute_not_exists(sent)"
            values |= {":sent": {"N": str(sent)}} if sent else {}
        closed, changed = self._items.change(
            record.run_id,
            condition,
            values,
            sets=told | ends,
            remove=("grant_hash", "working"),
        )
        if changed:
            return closed
        closed, _ = self._items.change(record.run_id, "attempt = :attempt", this, sets=told, remove=("grant_hash", "working"))
        return closed

    def abandon(self, record: RunRecord) -> RunRecord:
        """End an attempt that broke for no fault of the script: its grant is revoked, and another attempt may begin."""
        left, _ = self._items.change(
            record.run_id,
            "attempt = :attempt",
            {":attempt": {"N": str(record.attempt)}},
            sets={},
            remove=("grant_hash", "working"),
        )
        return left

    def admit(self, record: RunRecord, handle: str, *, dead: bool = False) -> RunRecord:
        """Give the executor's tools a new handle, for a further attempt. `dead`: who worked on the one before is gone for sure.

        Raises `RefusedError` when the run is not one that can go on.
        """
        values: Attributes = {":attempt": {"N": str(record.attempt)}, ":status": {"S": record.status}}
        admitted, changed = self._items.change(
            record.run_id,
            "#status = :status AND " + ("attempt = :attempt" if record.attempt else "attribute_not_exists(attempt)"),
            values if record.attempt else {":status": values[":status"]},
            sets={f"handle_{_EXECUTOR}": {"S": digest(handle)}},
            remove=("working", "grant_hash") if dead else (),
        )
        if not changed:
            raise RefusedError(f"the run is {admitted.status}; it cannot be resumed")
        return admitted

    def approve(self, record: RunRecord, approval: Approval) -> RunRecord:
        """Record a person's leave for the pending write. Raises `RefusedError` when it is no longer the one asked for."""
        pending = record.pending
        if record.status is not RunStatus.PAUSED or pending is None:
            raise RefusedError(f"the run is {record.status}; nothing waits for approval", hint="`agentic runs show` has it")
        if approval.digest != pending.digest or approval.account != pending.account:
            raise RefusedError("this is not the call that the run waits with", hint="look at it again: `agentic runs show`")
        if not record.code_ref or pending.code_sha256 != record.code_ref.sha256:
            raise RefusedError("the script is not the one that asked", hint="run the task again")
        if self._clock() >= pending.expires:
            raise RefusedError("the question has expired", hint="run the task again")
        approved, changed = self._items.change(
            record.run_id,
            "#status = :paused AND pending = :pending AND code_sha256 = :sha256 AND attribute_not_exists(approval)",
            {
                ":paused": {"S": RunStatus.PAUSED},
                ":pending": json_text(pending),
                ":sha256": {"S": pending.code_sha256},
            },
            sets={"approval": json_text(approval)},
            remove=("takes",),
        )
        if not changed:
            raise RefusedError("it was answered already, or another call waits now", hint="`agentic runs show` has it")
        return approved

    def decline(self, record: RunRecord, status: RunStatus, error: RunError) -> RunRecord:
        """End a run at the question that it waits with. Raises `RefusedError` when it waits with none, or was answered."""
        if record.status is not RunStatus.PAUSED or record.pending is None:
            raise RefusedError(f"the run is {record.status}; nothing waits for approval", hint="`agentic runs show` has it")
        ended, changed = self._items.change(
            record.run_id,
            "#status = :paused AND pending = :pending AND attribute_not_exists(approval)",
            {":paused": {"S": RunStatus.PAUSED}, ":pending": json_text(record.pending)},
            sets={"status": {"S": status}, "error": json_text(error)},
            remove=("grant_hash",),
        )
        if not changed:
            raise RefusedError("it was answered already, or another call waits now", hint="`agentic runs show` has it")
        return ended

    def _may_begin(self, record: RunRecord) -> str:
        if not record.begun:
            same = "attempt = :attempt" if record.attempt else "attribute_not_exists(attempt)"
            return f"#status = :validating AND {same}"
        idle = "(attribute_not_exists(working) OR grant_expires < :now)"
        # Who worked on a paused run cannot do anything any more: its grant ended with the question. It may still be tidying up.
        going_on = f"(#status = :executing AND {idle}) OR (#status = :paused AND attribute_exists(approval))"
        return f"attempt = :attempt AND ({going_on})"

    def _begin_values(self, record: RunRecord, now: float) -> Attributes:
        values: dict[str, dict[str, str]] = {":sha256": {"S": record.code_ref.sha256 if record.code_ref else ""}}
        if record.attempt:
            values[":attempt"] = {"N": str(record.attempt)}
        if not record.begun:
            return values | {":validating": {"S": RunStatus.VALIDATING}}
        return values | {
            ":now": {"N": f"{now:.3f}"},
            ":executing": {"S": RunStatus.EXECUTING},
            ":paused": {"S": RunStatus.PAUSED},
        }
