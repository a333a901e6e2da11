"""Submits runs: recorded at once, done by a worker as soon as one is free.

First a mark, then the record, then the message: what a crash leaves between two of them, the sweep finds by the mark.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace

from agentic.agents.aws_errors import told
from agentic.agents.front_door import FrontDoor
from agentic.agents.request import RunRequest
from agentic.agents.run_queue import RunQueue
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError, BusyError, StorageError, UnknownRunError, UsageError
from agentic.core.values import PendingCall, to_json
from agentic.runs import RunRecord

CALLER_RUNS = 100
QUEUE_RUNS = 10_000
_LONGEST_KEY = 255
_CALLER_RETRY_SECONDS, _QUEUE_RETRY_SECONDS = 10, 60


@dataclass(frozen=True, slots=True)
class Submitted:
    """`created` is False where the same request had been submitted before. About `position` runs waited before it."""

    run_id: str
    created: bool
    position: int


class Submitter:
    """One stack's. A caller may have `caller_runs` runs that wait or are worked on, all together `queue_runs` that wait.

    `services` give the clients and the settings `table`, `bucket` and `queue_url`.
    """

    def __init__(
        self, services: Services, door: FrontDoor, *, caller_runs: int = CALLER_RUNS, queue_runs: int = QUEUE_RUNS
    ) -> None:
        self._services = services
        self._door = door
        self._caller_runs = caller_runs
        self._queue_runs = queue_runs
        self._queue = RunQueue(services)

    def submit(self, request: RunRequest, *, caller: str, idempotency_key: str = "") -> Submitted:
        """Record a run and put it into the queue. `caller` is whoever asks: whatever tells the stack's callers from each other.

        With an `idempotency_key` the same request of the same caller is one run, however often it comes within a day; another
        request with that key is an `IdempotencyError`. Raises `UsageError` for what nobody could carry out, `BusyError` where
        there is no room, `StorageError` where the stack does not answer: then nothing begins.
        """
        if not caller:
            raise UsageError("it is not known who submits the run")
        if len(idempotency_key) > _LONGEST_KEY:
            raise UsageError(f"an idempotency key has {_LONGEST_KEY} characters at most")
        store = self._door.store
        request = self._door.checked(request)
        with told():
            if idempotency_key:
                run_id = store.submissions.claim(caller, idempotency_key, _asked(request), request.run_id)
                if run_id != request.run_id and self._known(run_id):
                    return Submitted(run_id, created=False, position=self.position(run_id) or 0)
                # Whoever came with it first did not get as far as the record.
                request = replace(request, run_id=run_id)
            return self._submitted(request, caller)

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunRecord:
        """Allow the write that `asked` showed to a person, and let a worker go on. Raises as `FrontDoor.approve`."""
        store = self._door.store
        with told():
            record = store.get(run_id)
            if record.secret_id:
                raise UsageError("this run needs a key that only its own command has", hint=f"agentic runs approve {run_id}")
            caller = record.caller or by
            store.submissions.mark(run_id, caller)
            try:
                record = self._door.allow(run_id, asked, by, every=every)
            except AgenticError:
                # Somebody else may have allowed it just before.
                self._settle(run_id, caller)
                raise
            store.submissions.admit(caller, run_id)
            self._enqueue(run_id, caller)
        return record

    def reject(self, run_id: str, by: str) -> RunRecord:
        """Do not allow it: the run ends. Raises as `FrontDoor.approve`."""
        self._door.reject(run_id, by)
        return self._ended(run_id)

    def cancel(self, run_id: str) -> RunRecord:
        """End a run, at once where it waits. One that has ended stays as it is. Raises `UnknownRunError`."""
        self._door.cancel(run_id)
        return self._ended(run_id)

    def position(self, run_id: str) -> int | None:
        """How many runs were submitted before this one and wait too; None when it does not wait."""
        with told():
            return self._door.store.submissions.before(run_id)

    def _submitted(self, request: RunRequest, caller: str) -> Submitted:
        store, run_id = self._door.store, request.run_id
        waiting = self._waiting()
        if waiting >= self._queue_runs:
            raise BusyError(
                f"{waiting} runs wait already", retry_after=_QUEUE_RETRY_SECONDS, position=waiting, hint="try again in a minute"
            )
        store.submissions.mark(run_id, caller)
        if not store.submissions.admit(caller, run_id, self._caller_runs):
            store.submissions.settled(run_id, caller)
            raise BusyError(
                f"{self._caller_runs} of your runs have not ended yet",
                retry_after=_CALLER_RETRY_SECONDS,
                position=waiting,
                hint="wait until one has, or cancel one",
            )
        code_ref = self._door.script_of(request)
        self._door.begin_turn(request)
        try:
            store.create(self._door.new_run(request, code_ref, caller=caller, submitted=True))
        except self._services.client("dynamodb").exceptions.ConditionalCheckFailedException:
            # The same request, twice at once.
            return Submitted(run_id, created=False, position=waiting)
        self._enqueue(run_id, caller)
        return Submitted(run_id, created=True, position=waiting)

    def _enqueue(self, run_id: str, caller: str) -> None:
        """The run is recorded: where SQS does not take it now, the sweep sends it."""
        try:
            with told():
                self._queue.send(run_id, caller)
        except StorageError as error:
            self._services.tell(f"{run_id} could not be put into the queue: {error.message}")
            return
        self._door.store.submissions.enqueued(run_id)

    def _waiting(self) -> int:
        # How full a queue is that does not answer nobody knows; what is submitted is recorded in any case.
        with suppress(StorageError), told():
            return self._queue.waiting()
        return 0

    def _known(self, run_id: str) -> bool:
        with suppress(UnknownRunError):
            return bool(self._door.store.get(run_id))
        return False

    def _settle(self, run_id: str, caller: str) -> None:
        with suppress(UnknownRunError):
            record = self._door.store.get(run_id)
            if not (record.status.final or record.waits):
                return
        self._door.store.submissions.settled(run_id, caller)

    def _ended(self, run_id: str) -> RunRecord:
        with told():
            record = self._door.store.get(run_id)
            if record.caller and record.status.final:
                self._door.store.submissions.settled(run_id, record.caller)
        return record


def _asked(request: RunRequest) -> str:
    """The request as it was asked, without what was found out for it since."""
    told_of = ("task", "target", "writes", "model", "session", "person", "code", "limits")
    # The API that the task told is told by the task again; one that the person named is another request.
    return json.dumps([request.api, *(to_json(getattr(request, name)) for name in told_of)], sort_keys=True)
