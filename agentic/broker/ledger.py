"""What the broker asks of the run record: leave for each call, a place in the journal, and an end where one is due."""

import hmac
import threading
from dataclasses import replace
from typing import Protocol

from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.values import Approval, Call, CallState, PendingCall, RunError, Target, WriteMode
from agentic.runs.journal import Entry, calls_of
from agentic.runs.ledger import Departure
from agentic.runs.record import TakenCall


class CallLedger(Protocol):
    """The part of the run record that concerns calls; `agentic.runs.RunLedger` is one. Safe for calls in parallel."""

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        """Counts one request. Raises `RefusedError`: unknown, closed or expired grant, another API; data `reason` is `stopped`
        where the run has ended with it, because a limit is reached.
        """
        ...

    def count(self, taken: TakenCall) -> None:
        """Counts one that is no `counted` call yet, because it could have been replayed. Raises as `take_call`."""
        ...

    def begin(self, taken: TakenCall, entry: Entry) -> Entry | None:
        """Journals a call before it is sent. The entry that has its place already, if one has."""
        ...

    def depart(self, taken: TakenCall, entry: Entry, approval: Approval | None) -> Departure:
        """Asks for a journalled write, right before it is sent, whether it may leave, and uses up its approval with that."""
        ...

    def give_back(self, taken: TakenCall, approval: Approval) -> None:
        """Makes the approval that a write has used good for one more: that write has certainly not been sent."""
        ...

    def settle(self, taken: TakenCall, entry: Entry) -> Entry:
        """Journals what became of it, unless that is known already; gives the entry as it stands then."""
        ...

    def serve(self, taken: TakenCall, entry: Entry, number: int) -> bool:
        """Marks an entry of an earlier attempt as given to the script again. False: somebody has been quicker."""
        ...

    def entries(self, taken: TakenCall) -> tuple[Entry, ...]:
        """The run's journal."""
        ...

    def whole(self, entry: Entry) -> Entry:
        """An entry with the bodies that are kept elsewhere."""
        ...

    def pause(self, taken: TakenCall, pending: PendingCall) -> bool:
        """Pauses the run with a question and ends the attempt's grant. False: it has paused or ended already."""
        ...

    def waits(self, taken: TakenCall) -> bool:
        """Whether the approval of `taken` waits for its call still."""
        ...

    def stop(self, taken: TakenCall, error: RunError) -> bool:
        """Fails the run and ends the attempt's grant. False: it has ended already."""
        ...


class MemoryLedger:
    """A ledger in memory, for tests and for trying things out: one grant, one run, and attempt after attempt (`again`)."""

    def __init__(
        self,
        grant: str,
        api: str,
        *,
        run_id: str = "run_0000000000000000",
        target: Target = Target.FAKE,
        writes: WriteMode | None = None,
        limit: int = 100,
        writes_limit: int = 1000,
        secret_id: str = "",
    ) -> None:
        self._grant = grant
        self._api = api
        self._limits = RunLimits(calls=limit, writes=writes_limit)
        self._calls_made = 0
        self._lock = threading.Lock()
        self._open, self._closed = True, False
        self._taken: TakenCall = TakenCall(
            run_id,
            1,
            0,
            target,
            writes,
            secret_id,
            effect_seed=f"{run_id}.seed",
            limits=self._limits,
            writes_left=writes_limit,
        )
        self._entries: dict[tuple[int, int, int], Entry] = {}
        self.intents: list[Call] = []
        self.pending: PendingCall | None = None
        self.error: RunError | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls, in order."""
        return calls_of(self.journal)

    @property
    def journal(self) -> tuple[Entry, ...]:
        """The entries, in order."""
        with self._lock:
            return tuple(entry for _, entry in sorted(self._entries.items()))

    def close(self) -> None:
        """Revokes the grant."""
        self._open, self._closed = False, True

    def again(self, approval: Approval | None = None, *, round_: int | None = None) -> None:
        """The script runs again: the next attempt, under the same grant."""
        with self._lock:
            before = self._taken
            self._taken = replace(
                before,
                attempt=before.attempt + 1,
                seq=0,
                approval=approval,
                pending=self.pending,
                round=before.round if round_ is None else round_,
                counted=False,
            )
            self._open, self._closed, self.error = True, False, None

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        with self._lock:
            if not hmac.compare_digest(grant.encode(), self._grant.encode()) or api != self._api:
                raise RefusedError("no such grant")
            if not self._open:
                raise RefusedError("the attempt is over; its grant is closed", reason="grant" if self._closed else "state")
            if self._taken.counted:
                self._count()
            self._taken = replace(self._taken, seq=self._taken.seq + 1)
            return self._taken

    def count(self, taken: TakenCall) -> None:
        with self._lock:
            self._count()

    def _count(self) -> None:
        if self._calls_made >= self._limits.calls:
            self._open, self.error = False, self._limits.reached("calls")
            raise RefusedError(self.error.message, hint=self.error.hint, reason="stopped")
        self._calls_made += 1

    def begin(self, taken: TakenCall, entry: Entry) -> Entry | None:
        with self._lock:
            if entry.state is CallState.EXECUTING:
                self.intents.append(entry.call)
            there = self._entries.setdefault((entry.round, *entry.place), entry)
            return None if there is entry else there

    def depart(self, taken: TakenCall, entry: Entry, approval: Approval | None) -> Departure:
        with self._lock:
            now = self._taken
            if not self._open or now.attempt != taken.attempt:
                return Departure.OVER
            if entry.key in now.sent:
                return Departure.AGAIN
            if approval and now.approval != approval:
                return Departure.SPENT
            if now.writes_left <= 0:
                return Departure.BEYOND
            self._taken = replace(now, sent=now.sent | {entry.key}, writes_left=now.writes_left - 1)
            if approval:
                self._taken = replace(self._taken, approval=None, pending=None)
            return Departure.FIRST

    def give_back(self, taken: TakenCall, approval: Approval) -> None:
        with self._lock:
            if self._open and self._taken.attempt == taken.attempt and not self._taken.approval:
                self._taken = replace(self._taken, approval=replace(approval, returned=True), pending=taken.pending)

    def waits(self, taken: TakenCall) -> bool:
        with self._lock:
            return self._open and self._taken.attempt == taken.attempt and self._taken.approval == taken.approval

    def settle(self, taken: TakenCall, entry: Entry) -> Entry:
        with self._lock:
            kept = self._entries[entry.round, *entry.place]
            if kept.state is not CallState.EXECUTING and not (
                kept.state is CallState.UNKNOWN and entry.state is not CallState.UNKNOWN
            ):
                return kept
            settled = replace(kept, call=entry.call, response=entry.response or kept.response)
            self._entries[entry.round, *entry.place] = settled
            return settled

    def serve(self, taken: TakenCall, entry: Entry, number: int) -> bool:
        with self._lock:
            kept = self._entries[entry.round, *entry.place]
            if kept.served >= taken.attempt:
                return False
            self._entries[entry.round, *entry.place] = replace(kept, served=taken.attempt, served_as=number)
            return True

    def entries(self, taken: TakenCall) -> tuple[Entry, ...]:
        return self.journal

    def whole(self, entry: Entry) -> Entry:
        return entry

    def pause(self, taken: TakenCall, pending: PendingCall) -> bool:
        with self._lock:
            first, self._open = self._open, False
            if first:
                self.pending = pending
            # It was not made: it is counted when it is.
            self._calls_made -= taken.counted
            return first

    def stop(self, taken: TakenCall, error: RunError) -> bool:
        with self._lock:
            first, self._open = self._open, False
            if first:
                self.error = error
            return first
