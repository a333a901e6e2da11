"""Asks an API whether a key is valid, by the request that its plugin names, sent as the broker sends a script's.

So the key goes only where a script's request with it could go, and the answer is scrubbed like any other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.broker.broker import Broker
from agentic.broker.credentials import key_class
from agentic.broker.ledger import MemoryLedger
from agentic.broker.transport import HttpsTransport, Transport
from agentic.core.errors import BrokerError, UsageError
from agentic.core.names import PROJECT
from agentic.core.spec import ApiSpec
from agentic.core.values import Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse

VALID, INVALID, UNCLEAR, UNREACHABLE, NO_CHECK = "valid", "invalid", "unclear", "unreachable", "no check"

_SECONDS = 10.0
_GRANT = "key check"


@dataclass(frozen=True, slots=True)
class KeyVerdict:
    """What became of a check. `kind` is `test`, `live` or `unknown`; `text` says it in a line, never with the key."""

    state: str
    kind: str
    text: str


def check_key(spec: ApiSpec, secret: Mapping[str, str], transport: Transport | None = None) -> KeyVerdict:
    """Whether the API takes the key; one request, which only reads. `transport` is how the API is reached."""
    kind = key_class(spec.secrets, secret)
    check = spec.key_check
    if check is None:
        return KeyVerdict(
            NO_CHECK, kind, f"the plugin names no request that would tell whether it is valid ({kind_text(kind)})"
        )
    noting = _Noting(transport or HttpsTransport())
    ledger = MemoryLedger(_GRANT, spec.name, target=Target.REAL, writes=WriteMode.REFUSE)
    broker = Broker(spec, ledger, lambda _: secret, {Target.REAL: noting}, live_keys=True, send_seconds=_SECONDS)
    headers = (("Accept", "application/json"), ("User-Agent", PROJECT))
    answer = broker.call(_GRANT, HttpRequest("GET", f"https://{check.host}{check.path}", headers, b""))
    (call,) = ledger.calls
    if call.refused:
        return KeyVerdict(UNCLEAR, kind, f"not asked: {call.refused}")
    if call.status is None:
        return KeyVerdict(UNREACHABLE, kind, f"not checked, is there a network? {noting.problem or f'{check.host} is silent'}")
    if 200 <= call.status < 300:
        if check.valid_field and _boolean(answer, check.valid_field) is not True:
            return KeyVerdict(INVALID, kind, f"not valid: {check.host} answered without {check.valid_field}: true")
        live = _boolean(answer, check.live_field)
        kind = kind if live is None else "live" if live else "test"
        return KeyVerdict(VALID, kind, f"valid, {kind_text(kind)} ({check.host} answered {call.status})")
    if call.status in {401, 403}:
        return KeyVerdict(INVALID, kind, f"not valid: {check.host} answered {call.status}")
    return KeyVerdict(UNCLEAR, kind, f"unclear: {check.host} answered {call.status}; try again later")


def worth_keeping(spec: ApiSpec, secret: Mapping[str, str], transport: Transport | None = None) -> KeyVerdict:
    """The check before a key is kept: one that cannot be checked may be kept. Raises `UsageError` for one that is not valid."""
    verdict = check_key(spec, secret, transport)
    if verdict.state == INVALID:
        raise UsageError(f"the key is {verdict.text}; nothing was kept", hint="copy it anew, or make a new one")
    return verdict


def kind_text(kind: str) -> str:
    """A key's kind as people read it."""
    return {"test": "a test key", "live": "a live key"}.get(kind, "test or live: its form does not tell")


def _boolean(answer: HttpResponse, field: str) -> bool | None:
    """A boolean of a JSON answer, where it has it."""
    try:
        data: Any = json.loads(answer.body)
    except ValueError:
        return None
    value = cast("dict[str, Any]", data).get(field) if isinstance(data, dict) else None
    return value if isinstance(value, bool) else None


class _Noting:
    """A transport that keeps why there was no answer: the broker gives scripts a reply, and people a reason."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.problem = ""

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        try:
            return self._inner.send(request, timeout)
        except BrokerError as error:
            self.problem = error.message
            raise
