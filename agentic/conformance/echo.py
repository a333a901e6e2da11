"""Two upstreams: one gives back everything it is sent, the worst an API can do with a key; one answers what it is told."""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from agentic.broker.broker import Broker
from agentic.broker.ledger import MemoryLedger
from agentic.core.names import new_grant
from agentic.core.operation_paths import PLACEHOLDER
from agentic.core.spec import ApiSpec, Operation
from agentic.core.values import Target
from agentic.core.wire import HttpRequest, HttpResponse

_RUN = "run_0000000000000000"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class EchoTransport:
    """Satisfies `agentic.broker.transport.Transport`; keeps the requests that the broker sent."""

    def __init__(self) -> None:
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        self.sent.append(request)
        told = {"url": request.url, "headers": dict(request.headers), "body": request.body.decode("latin-1")}
        headers = (("Content-Type", "application/json"), ("X-Echo", json.dumps(told)))
        return HttpResponse(200, headers, json.dumps(told).encode())


class CannedTransport:
    """Answers each request with the same JSON text."""

    def __init__(self, body: str) -> None:
        self._body = body

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        return HttpResponse(200, (("Content-Type", "application/json"),), self._body.encode())


def call(
    spec: ApiSpec, secret: Mapping[str, str], transport: EchoTransport | CannedTransport, request: HttpRequest
) -> tuple[HttpResponse, str]:
    """What the broker makes of one request to `transport`: its answer, and the reason when it refused."""
    grant = new_grant(_RUN)
    ledger = MemoryLedger(grant, spec.name, run_id=_RUN)
    broker = Broker(spec, ledger, lambda _secret_id: secret, {Target.FAKE: transport})
    answer = broker.call(grant, request)
    return answer, ledger.calls[-1].refused


def requests(spec: ApiSpec) -> Iterator[tuple[Operation, HttpRequest]]:
    """Each operation of each host with a plain request for it: only the fields without which it is refused."""
    for host in spec.hosts:
        # Of a pattern "*.example.com", some host.
        name = host.name.replace("*", "some", 1)
        for operation in host.operations:
            url = f"https://{name}{PLACEHOLDER.sub('1', operation.path)}"
            needed = urlencode([(field, values[0]) for field, values in operation.allowed_values])
            if needed and operation.method in _WITH_BODY:
                yield operation, HttpRequest(operation.method, url, _FORM, needed.encode())
            else:
                yield operation, HttpRequest(operation.method, f"{url}?{needed}" if needed else url)
