"""The API that the broker's tests use, and a broker for it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from agentic.broker.broker import Broker
from agentic.broker.ledger import MemoryLedger
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Refusal, Sdk, SecretField
from agentic.core.values import Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse

KEY = "sk_test_CANARY_7f3a+/=secret"
LIVE_KEY = "sk_live_CANARY_7f3a"
PLACEHOLDER = "sk_test_placeholder"
GRANT = "run_0000000000000000.grant"
HOST = "api.stripe.com"

SPEC = ApiSpec(
    name="paying",
    title="Paying",
    sdk=Sdk("stripe", ("stripe", "requests", "httpx", "urllib3")),
    hosts=(
        Host(
            HOST,
            (
                Operation("GET", "/v1/customers", "customers"),
                Operation("GET", "/v1/customers/{id}", "customers"),
                Operation("GET", "/v1/customers/search", "search"),
                Operation("POST", "/v1/customers", "customers", refused_fields=("transfer_data", "card.number")),
                Operation("POST", "/v1/customers/{id}", "customers"),
                Operation("POST", "/v1/query", "search", write=False),
                Operation("DELETE", "/v1/customers/{id}", "customers"),
                Operation("GET", "/v1/redirect", "redirect"),
            ),
            Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization"),
        ),
    ),
    secrets=(
        SecretField("api_key", "key", ("STRIPE_API_KEY",), PLACEHOLDER, test_pattern=r"^sk_test_", live_pattern=r"^sk_live_"),
    ),
    prompt="",
    refused=(Operation("*", "/v1/payouts", "payouts"), Operation("POST", "/v1/{kind}/secret", "secrets")),
    dropped_headers=("Stripe-Account",),
    scrubbed_fields=("temporary_token", "card.number"),
    refusal=Refusal(403, "application/json", '{{"error": {{"type": "invalid_request_error", "message": "{message}"}}}}'),
)
WIDE = Operation("POST", "/v1/{kind}", "everything")


def widened(*, refused: tuple[Operation, ...]) -> ApiSpec:
    """The API as a stack that widens its operations would have it."""
    host = dataclasses.replace(SPEC.hosts[0], operations=(*SPEC.hosts[0].operations, WIDE))
    return dataclasses.replace(SPEC, hosts=(host,), refused=refused)


@dataclass
class RecordingTransport:
    """Keeps what it is asked to send and gives `answer`."""

    answer: HttpResponse = field(default_factory=lambda: HttpResponse(200, (), b"{}"))
    sent: list[HttpRequest] = field(default_factory=list[HttpRequest])

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        self.sent.append(request)
        return self.answer


def broker(
    transport: RecordingTransport,
    ledger: MemoryLedger | None = None,
    *,
    spec: ApiSpec = SPEC,
    secret: Mapping[str, str] | None = None,
    live_keys: bool = False,
) -> Broker:
    fields = {"api_key": KEY} if secret is None else secret
    transports = {Target.FAKE: transport, Target.REAL: transport}
    return Broker(spec, ledger or ledger_for(), lambda _secret_id: fields, transports, live_keys=live_keys)


def ledger_for(*, target: Target = Target.FAKE, writes: WriteMode | None = None, limit: int = 100) -> MemoryLedger:
    return MemoryLedger(GRANT, SPEC.name, target=target, writes=writes, limit=limit)


def request(
    method: str, path: str, body: bytes = b"", *, headers: tuple[tuple[str, str], ...] = (), host: str = HOST
) -> HttpRequest:
    form = (("Content-Type", "application/x-www-form-urlencoded"),) if body and not headers else ()
    return HttpRequest(method, f"https://{host}{path}", (*form, *headers), body)
