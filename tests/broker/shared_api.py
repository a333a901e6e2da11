"""An API behind gates that share one runs table, on a clock that only sleeping moves on; and the brokers of several runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError
from broker_stage import GRANT, KEY, SPEC, request
from moto import mock_aws

from agentic.broker.broker import Broker
from agentic.broker.gate import SharedGate
from agentic.broker.ledger import MemoryLedger
from agentic.core.errors import BrokerError
from agentic.core.spec import ApiSpec
from agentic.core.values import Approval, Call, Target
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.runs.journal import Entry
from agentic.runs.ledger import Departure
from agentic.runs.outside import OutsideTable
from agentic.runs.record import TakenCall

DOWN = "down"
Answer = HttpResponse | str | Callable[[HttpRequest], HttpResponse]


class Table:
    """A DynamoDB client that can stop answering."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.gone = False
        self.writes = 0

    def update_item(self, **request: Any) -> Any:
        self.writes += 1
        if self.gone:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")
        return self._client.update_item(**request)

    @property
    def exceptions(self) -> Any:
        return self._client.exceptions


@contextmanager
def table() -> Iterator[Table]:
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t")
        client.create_table(
            TableName="runs",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("run_id", "item")],
        )
        yield Table(client)


class SharedApi:
    """Gives `answer` to every request; `sent` has the time of each. DOWN: no answer, after `seconds`."""

    def __init__(self, dynamodb: Table) -> None:
        self.dynamodb = dynamodb
        self.now = 1_768_000_000.0
        self.answer: Answer = HttpResponse(200, (), b"{}")
        self.seconds = 0.0
        self.sent: list[float] = []
        self.slept: list[float] = []
        self.notes: list[str] = []
        self.table = OutsideTable(dynamodb, "runs", lambda: self.now)

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        self.sent.append(self.now)
        self.now += min(self.seconds, timeout)
        if self.answer == DOWN:
            raise BrokerError("cut")
        assert not isinstance(self.answer, str)
        return self.answer if isinstance(self.answer, HttpResponse) else self.answer(request)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def note(self, name: str, taken: TakenCall, numbers: object) -> None:
        self.notes.append(name)

    def run(self, number: int = 1, *, spec: ApiSpec = SPEC, key: str = KEY, **more: Any) -> "SharedRun":
        """A run of its own, in a broker process of its own."""
        return SharedRun(self, f"run_{number:016x}", spec, key, **more)


class SharedRun:
    """What one run's script sends."""

    def __init__(
        self, api: SharedApi, run_id: str, spec: ApiSpec, key: str, *, shared: bool = True, until: float = 0.0, limit: int = 100
    ) -> None:
        self._api = api
        self.ledger = Expiring(GRANT, spec.name, run_id=run_id, limit=limit)
        self.ledger.until = until
        gate = SharedGate(spec, api.table, now=lambda: api.now, sleep=api.sleep, chance=lambda: 0.5, note=api.note)
        self._broker = Broker(
            spec,
            self.ledger,
            lambda _: {"api_key": key},
            {Target.FAKE: api},
            gate=gate if shared else None,
            clock=lambda: api.now,
            now=lambda: api.now,
            sleep=api.sleep,
            chance=lambda: 0.5,
        )
        self._numbers = 0

    def get(self, path: str = "/v1/customers") -> HttpResponse:
        return self.send(request("GET", path))

    def post(self, path: str = "/v1/customers") -> HttpResponse:
        return self.send(request("POST", path, b"name=Ada"))

    def send(self, wanted: HttpRequest) -> HttpResponse:
        self._numbers += 1
        return self._broker.call(GRANT, wanted, Origin("0", self._numbers))

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.ledger.calls


class Expiring(MemoryLedger):
    """A ledger whose grant ends at `until`."""

    until = 0.0
    over = False

    def take_call(self, grant: str, api: str, write: bool) -> TakenCall:
        taken = super().take_call(grant, api, write)
        return replace(taken, until=self.until) if self.until else taken

    def writes_over(self) -> None:
        """From here on a write is one too many, as a quicker one of the run's would have it."""
        self.over = True

    def depart(self, taken: TakenCall, entry: Entry, approval: Approval | None) -> Departure:
        return Departure.OVER if self.over else super().depart(taken, entry, approval)
