"""The broker: holds an API's key, and sends for a grant what the API's operations allow. Everything else is refused.

Each call is found in the journal, or written down there, sent, and written down again with what became of it. A write that
nobody has allowed pauses the run; one of which nobody knows whether it was done ends it.
"""

import hashlib
import hmac
import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NoReturn

from agentic.broker import replay
from agentic.broker.credentials import key_class, to_send
from agentic.broker.identity import client_key_of, digest_of, fingerprint
from agentic.broker.ledger import CallLedger
from agentic.broker.question import question
from agentic.broker.redact import params_of, plain, url_of
from agentic.broker.refusal import refuse
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.broker.scrub import check_readable, scrub, scrub_text
from agentic.broker.settle import Delivery, UncertainError
from agentic.broker.transport import Transport
from agentic.core.errors import AgenticError, BrokerError, NotSentError, RefusedError, RunStopped
from agentic.core.spec import ApiSpec
from agentic.core.values import Call, CallState, RunError, Target, WriteMode
from agentic.core.wire import Headers, HttpRequest, HttpResponse, Origin
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall

SEND_SECONDS = 30.0
# How often to look whether somebody else's sending has ended.
_LOOK_SECONDS = 0.5

Secret = Callable[[str], Mapping[str, str]]


class Broker:
    """One API's broker. Safe for calls in parallel as far as its parts are.

    `secret(secret_id)` gives the fields of the API's secret ("" for the stack's). `transports` says how each target is
    reached; a target without one is refused. `clock` counts seconds, `now` those since the epoch.
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
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._spec = spec
        self._rules = Rules(spec)
        self._ledger = ledger
        self._secret = secret
        self._transports = transports
        self._live_keys = live_keys
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._send_seconds = send_seconds

    def call(self, grant: str, request: HttpRequest, origin: Origin | None = None) -> HttpResponse:
        """The API's answer, scrubbed, or a refusal in the API's own shape. Every call that the grant covers is journalled.

        Raises `RefusedError` when the grant is refused, `RunStopped` when the run pauses or ends here.
        """
        judged = self._rules.judge(request)
        allowed = judged if isinstance(judged, Allowed) else None
        write = allowed.operation.writes if allowed else request.method not in {"GET", "HEAD"}
        taken = self._take(grant, write)
        origin = origin or Origin()
        entry = Entry(
            round=taken.round,
            attempt=taken.attempt,
            number=origin.number or taken.seq,
            digest=digest_of(self._spec, allowed, request),
            lane=origin.lane,
            call=Call(taken.seq, plain(request.method[:20]), url_of(request), params_of(request), write=write),
            served=taken.attempt,
        )
        entries = self._ledger.entries(taken) if taken.attempt > 1 or taken.round else ()
        if taken.attempt > 1:
            known = replay.known(entries, entry, lambda found: self._ledger.serve(taken, found, entry.number))
            if isinstance(known, RunError):
                self._stop(taken, "diverged", known)
            if known is not None:
                return self._again(taken, known)
        if isinstance(judged, Refused):
            return self._refuse(taken, entry, judged.reason)
        return self._new(taken, entry, judged, request, repeats=write and replay.repeats(entries, entry))

    def _take(self, grant: str, write: bool) -> TakenCall:
        try:
            return self._ledger.take_call(grant, self._spec.name, write)
        except RefusedError as error:
            if error.data.get("reason") == "stopped":
                raise RunStopped("stopped", error.message) from None
            raise

    def _new(self, taken: TakenCall, entry: Entry, allowed: Allowed, request: HttpRequest, *, repeats: bool) -> HttpResponse:
        """A call that the journal does not have."""
        effect = self._effect(taken, entry, request)
        if effect:
            allowed = replace(allowed, headers=_with_effect(allowed.headers, self._spec.idempotency_header, effect))
        kept = HttpRequest(allowed.method, allowed.url, allowed.headers, allowed.body)
        entry = replace(entry, effect=effect, request=kept, until=self._now() + self._send_seconds + 1)
        secret: Mapping[str, str] = {}
        try:
            secret = self._secret(taken.secret_id)
            prepared = to_send(self._spec, allowed, secret)
            transport = self._transport(taken.target)
        except AgenticError as error:
            return self._refuse(taken, entry, scrub_text(self._spec, error.message, secret))
        reason = self._key_refused(taken, secret)
        if not reason and entry.call.write:
            reason = self._write_refused(taken, entry, allowed, secret, repeats=repeats)
        if reason:
            return self._refuse(taken, entry, reason)
        # It has not been given to the script before it has an answer.
        if there := self._ledger.begin(taken, replace(entry, served=0)):
            return self._again(taken, self._same(taken, entry, there))
        return self._send(taken, entry, prepared, transport, secret)

    def _again(self, taken: TakenCall, entry: Entry) -> HttpResponse:
        """The journal's answer of a call; of one without an answer, what can be made certain of it."""
        entry = self._ledger.whole(entry)
        if entry.state is CallState.EXECUTING:
            return self._resend(taken, entry)
        if entry.state is CallState.UNKNOWN or entry.response is None:
            self._unknown(taken, entry, "it was sent, and no answer came")
        return entry.response

    def _resend(self, taken: TakenCall, entry: Entry) -> HttpResponse:
        """A call that whoever sent it has not settled: it died, or is at it still."""
        judged = self._rules.judge(entry.request) if entry.request else Refused("the journal has no request")
        if isinstance(judged, Refused):
            self._unknown(taken, entry, judged.reason)
        secret = self._secret(taken.secret_id)
        prepared, transport = to_send(self._spec, judged, secret), self._transport(taken.target)
        if not entry.call.write or entry.effect:
            return self._send(taken, entry, prepared, transport, secret)
        while self._now() < entry.until:
            self._sleep(_LOOK_SECONDS)
            for found in self._ledger.entries(taken):
                if found.place == entry.place and found.round == entry.round and found.state is not CallState.EXECUTING:
                    return self._again(taken, found)
        found_out = self._find_out(prepared, transport, secret)
        if found_out is None:
            self._unknown(taken, entry, "whoever sent it ended before the answer came")
        return self._answered(taken, entry, found_out, secret, 0.0)

    def _send(
        self, taken: TakenCall, entry: Entry, prepared: HttpRequest, transport: Transport, secret: Mapping[str, str]
    ) -> HttpResponse:
        started, write = self._clock(), entry.call.write
        delivery = Delivery(
            transport=transport,
            repeatable=not write or bool(entry.effect),
            write=write,
            seconds=self._send_seconds,
            find_out=lambda: self._find_out(prepared, transport, secret),
            sleep=self._sleep,
            clock=self._clock,
        )
        try:
            got = delivery.send(prepared)
        except (NotSentError, UncertainError) as error:
            said = scrub_text(self._spec, error.message, secret)
            if write and isinstance(error, UncertainError):
                self._unknown(taken, entry, said)
            return self._unanswered(taken, entry, said, round((self._clock() - started) * 1000, 3))
        return self._answered(taken, entry, got, secret, round((self._clock() - started) * 1000, 3))

    def _answered(
        self, taken: TakenCall, entry: Entry, got: HttpResponse, secret: Mapping[str, str], milliseconds: float
    ) -> HttpResponse:
        call = replace(entry.call, status=got.status, duration_ms=milliseconds, state=CallState.APPLIED)
        try:
            check_readable(got)
            answer = scrub(self._spec, got, secret)
        except BrokerError as error:
            said = scrub_text(self._spec, error.message, secret)
            if not call.write:
                return self._unanswered(taken, replace(entry, call=call), said, milliseconds)
            self._ledger.settle(taken, replace(entry, call=call))
            done = f"{call.method} {call.url} was answered with {got.status}, but the answer cannot be passed on: {said}"
            self._stop(taken, "unreadable", RunError("unreadable", done, "look at the API itself before running this again"))
        self._ledger.settle(taken, replace(entry, call=call, response=answer, served=taken.attempt))
        return answer

    def _unanswered(self, taken: TakenCall, entry: Entry, reason: str, milliseconds: float) -> HttpResponse:
        """A read without an answer, or a write that never left: the script may know, and try again."""
        answer = refuse(self._spec.refusal, reason, status=502)
        call = replace(entry.call, duration_ms=milliseconds, state=CallState.APPLIED)
        self._ledger.settle(taken, replace(entry, call=call, response=answer, served=taken.attempt))
        return answer

    def _refuse(self, taken: TakenCall, entry: Entry, reason: str) -> HttpResponse:
        answer = refuse(self._spec.refusal, f"Refused by the broker: {reason}")
        call = replace(entry.call, status=answer.status, refused=reason, state=CallState.REFUSED)
        # Nothing of it was sent, and nothing will be: its body, however large, is not kept.
        kept = replace(entry, call=call, request=None, response=answer)
        if there := self._ledger.begin(taken, kept):
            return self._again(taken, self._same(taken, entry, there))
        return answer

    def _unknown(self, taken: TakenCall, entry: Entry, why: str) -> NoReturn:
        """Stops the run: whether this write was done is not known, and a script that went on would do it again."""
        call = entry.call
        self._ledger.settle(taken, replace(entry, call=replace(call, state=CallState.UNKNOWN)))
        message = f"nobody knows whether {call.method} {call.url} was done: {why}"
        self._stop(taken, "unknown", RunError("unknown", message, "look at the API itself before running this again"))

    def _stop(self, taken: TakenCall, reason: str, error: RunError) -> NoReturn:
        self._ledger.stop(taken, error)
        raise RunStopped(reason, error.message)

    def _same(self, taken: TakenCall, entry: Entry, there: Entry) -> Entry:
        """The entry that has this one's place already: the same request once more, or somebody counts wrongly."""
        if there.digest != entry.digest:
            self._stop(taken, "diverged", replay.differs(there, entry))
        return there

    def _effect(self, taken: TakenCall, entry: Entry, request: HttpRequest) -> str:
        """The id under which the API knows a write. One key of the script's in a run is one id; it is never sent itself."""
        if not entry.call.write or not self._spec.idempotency_header or request.method not in self._spec.idempotency_methods:
            return ""
        key = client_key_of(self._spec, request)
        named = f"key:{key}" if key else f"call:{entry.round}:{entry.attempt}:{entry.number}"
        return hmac.digest(taken.effect_seed.encode(), named.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:40]

    def _find_out(self, prepared: HttpRequest, transport: Transport, secret: Mapping[str, str]) -> HttpResponse | None:
        """What the plugin can tell of a write without an answer, by asking the API with requests that only read."""
        if not self._spec.settle:
            return None
        module, _, name = self._spec.settle.partition(":")
        find_out = getattr(importlib.import_module(module), name)

        def get(url: str) -> HttpResponse:
            judged = self._rules.judge(HttpRequest("GET", url, (("Accept", "application/json"),)))
            if isinstance(judged, Refused):
                raise BrokerError(judged.reason)
            return transport.send(to_send(self._spec, judged, secret), self._send_seconds)

        try:
            return find_out(prepared, get)
        # A plugin's own fault must not pass for an answer.
        except Exception:  # noqa: BLE001
            return None

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

    def _write_refused(
        self, taken: TakenCall, entry: Entry, allowed: Allowed, secret: Mapping[str, str], *, repeats: bool
    ) -> str:
        """Why a write is refused; empty for one that may go. Raises `RunStopped` for one that a person has to allow first.

        `repeats`: an earlier script of this run has done the same, so that nobody's general leave covers it.
        """
        harmless = taken.target is Target.FAKE or key_class(self._spec.secrets, secret) == "test"
        mode = taken.writes or (WriteMode.ALLOW if harmless else WriteMode.APPROVE)
        if mode is WriteMode.REFUSE:
            return "this run may only read"
        if mode is WriteMode.ALLOW and not repeats:
            return ""
        account = fingerprint(taken.effect_seed, secret)
        approval = taken.approval
        if approval and approval.account == account:
            if approval.all and not repeats:
                return ""
            if approval.digest == entry.digest and self._ledger.use(taken, approval):
                return ""
        if approval and not approval.all and taken.pending:
            self._stop(taken, "diverged", replay.differs_from_approved(taken.pending, entry))
        asked = question(allowed, taken, entry.digest, account, self._now())
        if isinstance(asked, str):
            return asked
        if self._ledger.pause(taken, asked):
            raise RunStopped("paused", f"{asked.method} {asked.url} needs approval")
        raise RunStopped("stopped", "the run has ended")


def _with_effect(headers: Headers, name: str, effect: str) -> Headers:
    return (*((known, value) for known, value in headers if known.lower() != name.lower()), (name, effect))
