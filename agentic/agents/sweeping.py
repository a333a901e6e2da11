"""The sweep: finds submitted runs that nobody is going to come to, and sees to it that somebody does.

Runs that were never put into the queue, whose worker died, whose message was lost, and those that no worker survives.
"""

from dataclasses import dataclass

from agentic.agents.notifying import Notifier
from agentic.agents.run_queue import RunQueue
from agentic.agents.tools.services import Services
from agentic.agents.working import MOST_TAKES
from agentic.core.errors import UnknownRunError
from agentic.core.names import StackNames
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord
from agentic.runs.submissions import WAITING, WORKED_ON, Mark

POISON = "poison"
# What is on its way has had its time: between a mark and its record or message, and until SQS's counts are right again.
_ON_ITS_WAY_SECONDS = 60
_ABANDONED_SECONDS = 300
_DEAD_LETTERS_AT_ONCE = 200


@dataclass(slots=True)
class Swept:
    """How many runs were sent again, given up as poison, and found to have ended; `dead`: messages that name no run."""

    sent: int = 0
    poison: int = 0
    settled: int = 0
    dead: int = 0


class Sweep:
    """One stack's. `services` give the clients and the settings `table`, `queue_url` and `dead_letters_url`."""

    def __init__(self, services: Services, names: StackNames) -> None:
        self._services = services
        self._notifier = Notifier(services, names.environment)
        self._queue = RunQueue(services)

    def sweep(self, *, lost: bool = False) -> Swept:
        """Look at all of them once. Raises botocore's errors.

        `lost`: the queue has lost all it had, and nobody works on anything.
        """
        swept = Swept()
        self._bury(swept)
        idle = lost or self._queue.empty()
        for state in (WAITING, WORKED_ON):
            for mark in self._services.store.submissions.marks(state):
                # Of one that has its message in a queue that is being worked on, there is nothing to be known yet.
                if state == WORKED_ON or idle or not mark.enqueued_at:
                    self._each(mark, swept, idle=idle, lost=lost)
        return swept

    def _each(self, mark: Mark, swept: Swept, *, idle: bool, lost: bool) -> None:
        try:
            self._look(mark, swept, idle=idle, lost=lost)
        except (KeyError, TypeError, ValueError) as error:
            # A record that cannot be read must not stand in the way of the others.
            self._services.tell(f"{mark.run_id} could not be looked at: {type(error).__name__}")

    def _look(self, mark: Mark, swept: Swept, *, idle: bool, lost: bool) -> None:
        store, now = self._services.store, self._services.clock()
        try:
            record = store.get(mark.run_id)
        except UnknownRunError:
            if now - mark.marked_at > _ABANDONED_SECONDS:
                store.submissions.settled(mark.run_id, mark.caller)
                swept.settled += 1
            return
        if record.status.final or record.waits:
            # A question is answered just now, where the mark is a moment old.
            if record.status.final or now - mark.marked_at > _ON_ITS_WAY_SECONDS:
                store.submissions.settled(mark.run_id, mark.caller)
                swept.settled += 1
        elif record.lease_until > now and not lost:
            pass
        elif record.takes >= MOST_TAKES:
            self._queue.bury(mark.run_id)
            self._give_up(mark.run_id, record, swept)
        elif lost or self._is_lost(mark, record, now, idle=idle):
            if record.lease_until > now:
                store.leases.void(mark.run_id)
            self._queue.send(mark.run_id, mark.caller)
            store.submissions.enqueued(mark.run_id)
            swept.sent += 1

    def _is_lost(self, mark: Mark, record: RunRecord, now: float, *, idle: bool) -> bool:
        """Whether no message is going to bring the run to a worker."""
        if not mark.enqueued_at:
            return now - mark.marked_at > _ON_ITS_WAY_SECONDS
        # Its worker is gone, and nobody has sent it since.
        died = record.lease_until >= mark.enqueued_at
        return died or (idle and now - mark.enqueued_at > _ON_ITS_WAY_SECONDS)

    def _bury(self, swept: Swept) -> None:
        """Runs whose messages SQS has given up are failed; the messages stay for people."""
        store, now = self._services.store, self._services.clock()
        for run_id, sent_at in sorted(set(self._queue.dead(_DEAD_LETTERS_AT_ONCE))):
            mark = store.submissions.mark_of(run_id) if run_id else None
            if not run_id:
                swept.dead += 1
            # One that has been sent on since, as after a question, is not the one that was given up.
            elif mark and sent_at >= mark.marked_at - 1:
                record = store.get(run_id)
                if not (record.status.final or record.waits) and record.lease_until <= now:
                    self._give_up(run_id, record, swept)

    def _give_up(self, run_id: str, record: RunRecord, swept: Swept) -> None:
        hint = f"its message is among the dead letters; `agentic runs show {run_id}` has what it did"
        error = RunError(POISON, "no worker could bring this run to an end, however often it was tried", hint)
        self._notifier.tell(self._services.store.finish(run_id, RunStatus.FAILED, error=error, paused=True))
        self._services.store.submissions.settled(run_id, record.caller)
        swept.poison += 1
