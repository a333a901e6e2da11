"""A worker: does the run that a message names, and nobody else's at the same time.

A message may come twice, late, or after the run has ended: what is to be done is told by the record alone.
"""

import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

from agentic.agents.carrying import Carrying
from agentic.agents.notifying import Notifier
from agentic.agents.tools.services import Services
from agentic.core.errors import UnknownRunError
from agentic.core.names import StackNames
from agentic.runs import RunRecord
from agentic.runs.leases import LeaseLostError

LEASE_SECONDS = 60.0
MOST_TAKES = 5
_RENEWALS = 4


class Worker:
    """One stack's; may work on several runs at once, from several threads. `lease_seconds`: it renews it four times within."""

    def __init__(
        self, services: Services, names: StackNames, orchestrator_arn: str, *, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self._services = services
        self._names = names
        self._arn = orchestrator_arn
        self._seconds = lease_seconds
        self._notifier = Notifier(services, names.environment)

    def work(self, run_id: str) -> RunRecord | None:
        """Bring a run to its end or its next question. None where there is nothing to do here: it is unknown, in another
        worker's hands, or was taken so often without an end that the sweep will give it up.

        Raises what AWS's clients raise: then the message should come again.
        """
        store = self._services.store
        try:
            record = store.get(run_id)
        except UnknownRunError:
            self._services.tell(f"there is no run {run_id}")
            return None
        if record.status.final or record.waits:
            self._settle(record)
            return record
        if record.takes >= MOST_TAKES:
            return None
        owner = secrets.token_hex(8)
        if store.leases.take(run_id, owner, self._seconds) is None:
            return None
        store.submissions.begun(run_id)
        try:
            with self._renewed(run_id, owner) as lost:
                carrying = Carrying.of(self._services, self._names, self._arn, lambda: not lost.is_set())
                record = carrying.carry_on(run_id)
        except LeaseLostError:
            self._services.tell(f"{run_id} is in another worker's hands")
            return None
        finally:
            # One that is lost, or cannot be written, ends by itself.
            with suppress(Exception):
                store.leases.release(run_id, owner)
        if record.status.final or record.waits:
            self._notifier.tell(record)
        self._settle(record)
        return record

    def _settle(self, record: RunRecord) -> None:
        if record.status.final or record.waits:
            self._services.store.submissions.settled(record.run_id, record.caller)

    @contextmanager
    def _renewed(self, run_id: str, owner: str) -> Generator[threading.Event]:
        """Renews the lease meanwhile; gives what is set as soon as it is not this worker's any more, or may not be."""
        lost, over, clock = threading.Event(), threading.Event(), self._services.clock
        held_until = clock() + self._seconds

        def renew() -> None:
            nonlocal held_until
            while not over.wait(self._seconds / _RENEWALS):
                began = clock()
                try:
                    held = self._services.store.leases.renew(run_id, owner, self._seconds)
                except Exception as error:  # noqa: BLE001  whatever it is, the next time may go well; the lease goes on meanwhile
                    self._services.tell(f"the lease of {run_id} was not renewed: {error}")
                    held = clock() < held_until
                else:
                    held_until = began + self._seconds
                if not held:
                    lost.set()
                    return

        thread = threading.Thread(target=renew, name=f"lease of {run_id}", daemon=True)
        thread.start()
        try:
            yield lost
        finally:
            over.set()
            thread.join()
