"""What the broker asks of the run record: leave for each call, and a place in the journal."""

import hmac
import threading
from typing import Protocol

from agentic.core.errors import RefusedError
from agentic.core.values import Call, Target, WriteMode
from agentic.runs.record import TakenCall


class CallLedger(Protocol):
    """The part of the run record that concerns calls; `agentic.runs.RunStore` is one. Safe for calls in parallel."""

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        """Counts one call. Raises `RefusedError`: unknown, closed or expired grant, another API, limit reached."""
        ...

    def put_call(self, run_id: str, attempt: int, call: Call) -> None:
        """Journals a call: before it is sent (status None) and again with its answer."""
        ...


class MemoryLedger:
    """A ledger in memory, for tests and for trying things out: one grant, one run, one attempt."""

    def __init__(
        self,
        grant: str,
        api: str,
        *,
        run_id: str = "run_0000000000000000",
        target: Target = Target.FAKE,
        writes: WriteMode | None = None,
        limit: int = 100,
        secret_id: str = "",
    ) -> None:
        self._grant = grant
        self._api = api
        self._run_id = run_id
        self._target = target
        self._writes = writes
        self._limit = limit
        self._secret_id = secret_id
        self._lock = threading.Lock()
        self._taken = 0
        self._open = True
        self._calls: dict[int, Call] = {}
        self.intents: list[Call] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        """The journal, in order."""
        return tuple(call for _, call in sorted(self._calls.items()))

    def close(self) -> None:
        """Revokes the grant."""
        self._open = False

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        with self._lock:
            if not hmac.compare_digest(grant.encode(), self._grant.encode()) or api != self._api:
                raise RefusedError("no such grant")
            if not self._open:
                raise RefusedError("the attempt is over; its grant is closed")
            if self._taken >= self._limit:
                raise RefusedError(f"the run has made its {self._limit} calls")
            self._taken += 1
            return TakenCall(self._run_id, 1, self._taken, self._target, self._writes, self._secret_id)

    def put_call(self, run_id: str, attempt: int, call: Call) -> None:
        with self._lock:
            if call.status is None:
                self.intents.append(call)
            self._calls[call.seq] = call
