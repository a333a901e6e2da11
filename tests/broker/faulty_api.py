"""A small API that counts what it has done, with an idempotency key or without, and breaks as a test says."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from broker_stage import GRANT, HOST, KEY, SPEC

from agentic.broker.broker import Broker
from agentic.broker.ledger import CallLedger, MemoryLedger
from agentic.core.errors import BrokerError, NotSentError
from agentic.core.lost_write import LostWrite
from agentic.core.values import Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse, Origin

KEYED = replace(SPEC, idempotency_header="Idempotency-Key")
UNKEYED = SPEC
PROBED = replace(SPEC, settle="faulty_api:found")
CUSTOMERS = f"https://{HOST}/v1/customers"

# Before or after the API has acted: the connection ends, or an error of the server's comes; or nothing leaves at all.
FAULTS = ("cut before", "cut after", "500 before", "500 after", "not sent")


class FaultyApi:
    """Each POST makes a customer. `faults`: for each request in order, a name in FAULTS, "409", a callable, or "" for none."""

    def __init__(self, *faults: "str | Callable[[], None]", keyed: bool = True) -> None:
        self.faults = list(faults)
        self.keyed = keyed
        self.made: list[str] = []
        self.sent: list[HttpRequest] = []
        self._answers: dict[str, HttpResponse] = {}
        self._lock = threading.Lock()

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        fault = self.faults.pop(0) if self.faults else ""
        if callable(fault):
            fault()
            fault = ""
        if fault == "not sent":
            raise NotSentError("refused")
        with self._lock:
            self.sent.append(request)
            if fault == "409":
                return HttpResponse(409, (), b'{"error": "in progress"}')
            if fault == "cut before":
                raise BrokerError("cut")
            if fault == "500 before":
                return HttpResponse(500, (), b"{}")
            answer = self._act(request)
        if fault == "cut after":
            raise BrokerError("cut")
        return HttpResponse(500, (), b"{}") if fault == "500 after" else answer

    def _act(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET":
            return HttpResponse(200, (), json.dumps({"made": self.made}).encode())
        key = next((value for name, value in request.headers if name == "Idempotency-Key"), "")
        if self.keyed and key in self._answers:
            return self._answers[key]
        self.made.append(request.body.decode())
        answer = HttpResponse(200, (), json.dumps({"id": f"cus_{len(self.made)}", "said": request.body.decode()}).encode())
        self._answers[key] = answer
        return answer


class Script:
    """What a sandboxed script's SDK would send, through a broker, to a faulty API."""

    def __init__(
        self,
        api: FaultyApi,
        ledger: CallLedger | None = None,
        *,
        writes: WriteMode | None = None,
        spec: Any = None,
        secret: Mapping[str, str] | None = None,
    ) -> None:
        self.api = api
        self.now = 1_768_000_000.0
        self.ledger = ledger or MemoryLedger(GRANT, SPEC.name, writes=writes)
        self.spec = spec or (KEYED if api.keyed else UNKEYED)
        self.secret = dict(secret or {"api_key": KEY})
        self.grant = GRANT
        self.numbers = 0
        self.broker = self.another_broker()

    def another_broker(self) -> Broker:
        """As after a crash of its function: a broker that knows nothing but the ledger."""
        return Broker(
            self.spec,
            self.ledger,
            lambda _: self.secret,
            {Target.FAKE: self.api, Target.REAL: self.api},
            clock=lambda: self.now,
            now=lambda: self.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def again(self, approval: Any = None, **more: Any) -> None:
        """The script runs again, from the start."""
        assert isinstance(self.ledger, MemoryLedger)
        self.ledger.again(approval, **more)
        self.numbers = 0

    def post(self, body: bytes = b"name=Ada", *, key: str = "", lane: str = "0", number: int = 0, **more: Any) -> HttpResponse:
        headers = (("Content-Type", "application/x-www-form-urlencoded"), *((("Idempotency-Key", key),) if key else ()))
        return self.send(HttpRequest("POST", CUSTOMERS, (*headers, *more.get("headers", ())), body), lane, number)

    def get(self, query: str = "", *, lane: str = "0") -> HttpResponse:
        return self.send(HttpRequest("GET", f"{CUSTOMERS}{query}"), lane)

    def send(self, request: HttpRequest, lane: str = "0", number: int = 0) -> HttpResponse:
        self.numbers += 1
        return self.broker.call(self.grant, request, Origin(lane, number or self.numbers))


def found(lost: LostWrite, get: Callable[[str], HttpResponse]) -> HttpResponse | None:
    """A plugin's `settle`: a customer of that name that no other write of the run has made."""
    made = json.loads(get(CUSTOMERS).body)["made"]
    mine = [name for name in made if name == lost.request.body.decode()]
    said = [json.loads(other.body)["said"] for other in lost.others]
    known = [name for name in said if name == lost.request.body.decode()]
    return HttpResponse(200, (), b'{"found": true}') if len(mine) > len(known) else None
