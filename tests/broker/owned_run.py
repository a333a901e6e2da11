"""A run whose `run_code` belongs to the attacker: the grant, any request, any lane and number, at any time, from any thread.

The ledger is the real one, on a runs table in moto. What only the person or the launcher may do is here too.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from broker_stage import KEY
from faulty_api import CUSTOMERS, KEYED, FaultyApi

from agentic.agents.resume import Resumption
from agentic.agents.tools.services import Services
from agentic.broker.broker import Broker
from agentic.core.errors import RunStopped
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_grant, new_handle, new_run_id
from agentic.core.spec import ApiSpec
from agentic.core.values import CodeRef, PendingCall, RunStatus, Target, Verdict, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.journal import Bodies

REF = CodeRef("generated/paying/Do_it.py", "ab" * 32)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("Content-Type", "application/json"),)


class OneAtATime:
    """A client whose calls wait for each other: each is atomic in DynamoDB, but not in moto, which knows no threads."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)

        def call(**arguments: Any) -> Any:
            with self._lock:
                return found(**arguments)

        return found if name == "exceptions" else call


def runs_table() -> Any:
    """A client for a new table `runs`, within `mock_aws`."""
    client = boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")
    index = [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "created_at", "KeyType": "RANGE"}]
    client.create_table(
        TableName="runs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("run_id", "item", "kind", "created_at")],
        GlobalSecondaryIndexes=[{"IndexName": "recent", "KeySchema": index, "Projection": {"ProjectionType": "ALL"}}],
    )
    return OneAtATime(client)


class OwnedRun:
    """A run that executes, in its first attempt."""

    def __init__(
        self,
        table: Any,
        api: FaultyApi | None = None,
        *,
        writes: WriteMode | None = WriteMode.APPROVE,
        spec: ApiSpec = KEYED,
        limit: int = 100,
        bodies: Bodies | None = None,
    ) -> None:
        self.now = 1_768_000_000.0
        self.api = api or FaultyApi()
        self.spec = spec
        self.store = RunStore(table, "runs", clock=lambda: self.now, bodies=bodies)
        self.run_id = new_run_id()
        new = NewRun(
            run_id=self.run_id,
            api=spec.name,
            task="x",
            target=Target.FAKE,
            limits=RunLimits(calls=limit),
            writes=writes,
            code_ref=REF,
        )
        self.store.create(new, new_handle(self.run_id))
        self.store.record_verdict(self.run_id, Verdict(True))
        services = Services({}, lambda name: None, clock=lambda: self.now)
        vars(services)["store"] = self.store
        self._person = Resumption(services, StackNames("dev"))
        self.broker = self.another_broker()
        self.attempt()

    def another_broker(self) -> Broker:
        return Broker(
            self.spec,
            self.store.ledger,
            lambda _: {"api_key": KEY},
            {Target.FAKE: self.api},
            clock=lambda: self.now,
            now=lambda: self.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    # --- the launcher and the person ------------------------------------------------------------------------------

    @property
    def record(self) -> RunRecord:
        return self.store.get(self.run_id)

    @property
    def question(self) -> PendingCall:
        pending = self.record.pending
        assert pending
        return pending

    def attempt(self) -> None:
        """The launcher opens an attempt: the attacker gets its grant."""
        self.grant = new_grant(self.run_id)
        self.store.attempts.open(self.record, self.grant, 60)

    def broken_off(self) -> None:
        """The attacker crashes its function, and gets another attempt."""
        self.store.attempts.abandon(self.record)
        self.attempt()

    def approve(self, asked: PendingCall | None = None, *, every: bool = False) -> None:
        """The person says yes to what they were shown, and the run goes on."""
        self._person.allow(self.record, asked or self.question, "me", every=every)
        self.attempt()

    def reject(self, before: RunRecord) -> None:
        """The person says no to what they were shown in `before`."""
        self._person.reject(before, "me")

    # --- the attacker ---------------------------------------------------------------------------------------------

    def send(
        self,
        request: HttpRequest | bytes = b"name=Ada",
        lane: str = "0",
        number: int = 0,
        *,
        grant: str = "",
        headers: tuple[tuple[str, str], ...] = FORM,
    ) -> HttpResponse:
        if isinstance(request, bytes):
            request = HttpRequest("POST", CUSTOMERS, headers, request)
        return self.broker.call(grant or self.grant, request, Origin(lane, number))

    def tried(self, request: HttpRequest | bytes = b"name=Ada", lane: str = "0", number: int = 0, **more: Any) -> str:
        """The status of the answer, or the word with which the run was stopped."""
        try:
            return str(self.send(request, lane, number, **more).status)
        except RunStopped as stop:
            return stop.reason

    def at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        """All of them in parallel; what each gave."""
        ends: list[Any] = [None] * len(acts)
        start = threading.Barrier(len(acts))

        def act(number: int) -> None:
            start.wait()
            ends[number] = acts[number]()

        threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ends

    def paused(self) -> bool:
        return self.record.status is RunStatus.PAUSED


def with_header(name: str, value: str, *, headers: tuple[tuple[str, str], ...] = FORM) -> Mapping[str, Any]:
    return {"headers": (*headers, (name, value))}
