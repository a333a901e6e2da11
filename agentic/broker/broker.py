"""The broker: holds an API's key, and sends for a grant what the API's operations allow. Everything else is refused."""

import time
from collections.abc import Callable, Mapping

from agentic.broker.credentials import key_class, to_send
from agentic.broker.ledger import CallLedger
from agentic.broker.redact import params_of, plain, url_of
from agentic.broker.refusal import refuse
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.broker.scrub import check_readable, scrub, scrub_text
from agentic.broker.transport import Transport
from agentic.core.errors import AgenticError, BrokerError
from agentic.core.spec import ApiSpec
from agentic.core.values import Call, Target, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs.record import TakenCall

SEND_SECONDS = 30.0

Secret = Callable[[str], Mapping[str, str]]


class Broker:
    """One API's broker. Safe for calls in parallel as far as its parts are.

    `secret(secret_id)` gives the fields of the API's secret ("" for the stack's). `transports` says how each target is
    reached; a target without one is refused. `clock` counts seconds.
    """

    def __init__(
        self,
        spec: ApiSpec,
        ledger: CallLedger,
        secret: Secret,
        transports: Mapping[Target, Transport],
        *,
        live_keys: bool = False,
        clock: Callable[[], float] = time.monotonic,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._spec = spec
        self._rules = Rules(spec)
        self._ledger = ledger
        self._secret = secret
        self._transports = transports
        self._live_keys = live_keys
        self._clock = clock
        self._send_seconds = send_seconds

    def call(self, grant: str, request: HttpRequest) -> HttpResponse:
        """The API's answer, scrubbed, or a refusal in the API's own shape. Every call that the grant covers is journalled.

        Raises `RefusedError` when the grant is refused.
        """
        judged = self._rules.judge(request)
        write = judged.operation.writes if isinstance(judged, Allowed) else request.method not in {"GET", "HEAD"}
        taken = self._ledger.take_call(grant, self._spec.name, write)
        intent = Call(taken.seq, plain(request.method[:20]), url_of(request), params_of(request), write=write)
        if isinstance(judged, Refused):
            return self._refuse(taken, intent, judged.reason)
        secret: Mapping[str, str] = {}
        try:
            secret = self._secret(taken.secret_id)
            prepared = to_send(self._spec, judged, secret)
            transport = self._transport(taken.target)
        except AgenticError as error:
            return self._refuse(taken, intent, scrub_text(self._spec, error.message, secret))
        reason = self._key_refused(taken, secret) or (self._write_refused(taken, secret) if write else "")
        if reason:
            return self._refuse(taken, intent, reason)
        self._ledger.put_call(taken.run_id, taken.attempt, intent)
        return self._send(taken, intent, prepared, transport, secret)

    def _send(
        self, taken: TakenCall, intent: Call, prepared: HttpRequest, transport: Transport, secret: Mapping[str, str]
    ) -> HttpResponse:
        started = self._clock()
        status: int | None = None
        try:
            got = transport.send(prepared, self._send_seconds)
            status = got.status
            check_readable(got)
            answer = scrub(self._spec, got, secret)
        except BrokerError as error:
            # Without an answer the journal keeps no status: nobody knows whether the API has done it.
            answer = refuse(self._spec.refusal, scrub_text(self._spec, error.message, secret), status=502)
        duration = round((self._clock() - started) * 1000, 3)
        self._ledger.put_call(taken.run_id, taken.attempt, _with(intent, status=status, duration_ms=duration))
        return answer

    def _refuse(self, taken: TakenCall, intent: Call, reason: str) -> HttpResponse:
        answer = refuse(self._spec.refusal, f"Refused by the broker: {reason}")
        self._ledger.put_call(taken.run_id, taken.attempt, _with(intent, status=answer.status, refused=reason))
        return answer

    def _transport(self, target: Target) -> Transport:
        if target not in self._transports:
            raise BrokerError(f"the {target} {self._spec.title} cannot be reached from here")
        return self._transports[target]

    def _key_refused(self, taken: TakenCall, secret: Mapping[str, str]) -> str:
        if key_class(self._spec.secrets, secret) != "live":
            return ""
        if taken.target is Target.FAKE:
            return "a live key is never sent to a fake"
        return "" if self._live_keys else f"live keys are refused; set {self._spec.name}.live_keys: true to accept them"

    def _write_refused(self, taken: TakenCall, secret: Mapping[str, str]) -> str:
        harmless = taken.target is Target.FAKE or key_class(self._spec.secrets, secret) == "test"
        mode = taken.writes or (WriteMode.ALLOW if harmless else WriteMode.APPROVE)
        if mode is WriteMode.ALLOW:
            return ""
        if mode is WriteMode.REFUSE:
            return "this run may only read"
        return "a write needs approval, which this version cannot ask for; the run's write mode is not `allow`"


def _with(intent: Call, *, status: int | None, duration_ms: float = 0.0, refused: str = "") -> Call:
    return Call(
        intent.seq,
        intent.method,
        intent.url,
        intent.params,
        status,
        intent.write,
        intent.replayed,
        duration_ms,
        refused,
    )
