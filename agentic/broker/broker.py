"""The broker: holds an API's key, and sends for a grant what the API's operations allow. Everything else is refused.

Each call is found in the journal, or written down there, sent, and written down again with what became of it. A write that
nobody has allowed pauses the run; one of which nobody knows whether it was done ends it.
"""

import hashlib
import hmac
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NoReturn

from agentic.broker import replay
from agentic.broker.answers import Answers
from agentic.broker.breaker import FAILED_STATUSES
from agentic.broker.cards import card_in
from agentic.broker.gate import Gate, Held, OpenGate, Passed
from agentic.broker.identity import client_key_of, digest_of
from agentic.broker.leave import account_of, leave
from agentic.broker.ledger import CallLedger, Departure
from agentic.broker.probe import find_out
from agentic.broker.redact import params_of, plain, url_of
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.broker.scrub import scrub_text
from agentic.broker.settle import Delivery, UncertainError
from agentic.broker.transport import NOT_HTTP, Transport
from agentic.broker.way import Secret, Way, Ways
from agentic.core.errors import AgenticError, NotSentError, RefusedError, RunStopped
from agentic.core.spec import READ_METHODS, ApiSpec
from agentic.core.values import Approval, Call, CallState, PendingCall, RunError, Target
from agentic.core.wire import Headers, HttpRequest, HttpResponse, Origin
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall

SEND_SECONDS = 30.0
# How often to look whether somebody else's sending has ended.
_LOOK_SECONDS = 0.5
# How long another lane's write waits for the approved one, which the script run again has yet to make.
_HOLD_SECONDS = 3.0
# APIs keep idempotency keys for a day or more: after this a repeated request could be a second one.
_KEY_SECONDS = 20 * 3600.0
_NO_CARDS = "it holds a payment card's number; send a token of the API's, or one of its documented test numbers"


class Broker:
    """One API's broker. Safe for calls in parallel as far as its parts are.

    `secret(secret_id)` gives the fields of the API's secret ("" for the stack's). `transports` says how each target is
    reached; a target without one is refused. `repeats`: whether a write that an earlier script of the run has done may be done
    again with a person's approval; it is refused otherwise. `gate` is asked before each call that is sent. `clock` counts
    seconds, `now` those since the epoch, `chance` gives a number from 0 to 1.
    """

    def __init__(
        self,
        spec: ApiSpec,
        ledger: CallLedger,
        secret: Secret,
        transports: Mapping[Target, Transport],
        *,
        live_keys: bool = False,
        repeats: bool = True,
        gate: Gate | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._spec = spec
        self._rules = Rules(spec)
        self._ledger = ledger
        self._ways = Ways(spec, secret, transports, live_keys=live_keys)
        self._answers = Answers(spec, ledger)
        self._repeats = repeats
        self._gate = gate or OpenGate()
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._send_seconds = send_seconds

    def call(self, grant: str, request: HttpRequest, origin: Origin | None = None) -> HttpResponse:
        """The API's answer, scrubbed, or a refusal in the API's own shape. Every call that the grant covers is journalled.

        Raises `RefusedError` when the grant is refused, `RunStopped` when the run pauses or ends here.
        """
        judged = self._rules.judge(request)
        allowed = judged if isinstance(judged, Allowed) else None
        write = allowed.operation.writes if allowed else request.method not in READ_METHODS
        taken = self._stopping(lambda: self._ledger.take_call(grant, self._spec.name, write))
        entry = self._entry(taken, allowed, request, origin or Origin(), write=write)
        entries = self._ledger.entries(taken) if taken.attempt > 1 or taken.round else ()
        if taken.attempt > 1:
            known = replay.known(entries, entry, lambda found: self._ledger.serve(taken, found, entry.number))
            if isinstance(known, RunError):
                self._answers.stop(taken, "diverged", known)
            if known is not None:
                return self._again(taken, known)
        if not taken.counted:
            # It is new, and only now known to be.
            self._stopping(lambda: self._ledger.count(taken))
            taken = replace(taken, counted=True)
        if isinstance(judged, Refused):
            return self._again(taken, self._answers.refuse(taken, entry, judged.reason))
        if write and card_in(judged.url, judged.body, self._spec.test_cards):
            return self._again(taken, self._answers.refuse(taken, entry, _NO_CARDS))
        if write and client_key_of(self._spec, request) and (twin := replay.twin(self._ledger.entries(taken), entry)):
            return self._again(taken, self._answers.alias(taken, entry, self._ledger.whole(twin)))
        return self._new(taken, entry, replace(judged, headers=entry.request.headers if entry.request else judged.headers))

    def _entry(self, taken: TakenCall, allowed: Allowed | None, request: HttpRequest, origin: Origin, *, write: bool) -> Entry:
        entry = Entry(
            round=taken.round,
            attempt=taken.attempt,
            number=origin.number or taken.seq,
            digest=digest_of(self._spec, allowed, request),
            lane=origin.lane,
            call=Call(
                taken.seq,
                plain(request.method[:20]),
                url_of(request),
                params_of(request),
                write=write,
                at=round(self._now(), 6),
            ),
            until=self._now() + self._send_seconds + 1,
        )
        if allowed is None:
            return entry
        # The script's own key is never sent: what it would be taken for is not ours to guess.
        effect = self._effect(taken, entry, request)
        headers = _with_effect(allowed.headers, self._spec.idempotency_header, effect)
        return replace(entry, effect=effect, request=HttpRequest(allowed.method, allowed.url, headers, allowed.body))

    def _stopping[Given](self, act: Callable[[], Given]) -> Given:
        """What the ledger gives; a run that has ended, or ends with this very call, stops."""
        try:
            return act()
        except RefusedError as error:
            if error.data.get("reason") in {"stopped", "state"}:
                raise RunStopped("stopped", error.message) from None
            raise

    def _new(self, taken: TakenCall, entry: Entry, allowed: Allowed) -> HttpResponse:
        """A call that the journal does not have. A write that needs a person's leave is not in it before it has that."""
        way = self._ways.of(taken, allowed)
        if isinstance(way, str):
            return self._again(taken, self._answers.refuse(taken, entry, way))
        entry = replace(entry, account=account_of(taken, way.secret))
        approval = self._leave(taken, entry, allowed, way) if entry.call.write else None
        if isinstance(approval, str):
            return self._again(taken, self._answers.refuse(taken, entry, approval))
        if approval and taken.pending and entry.request:
            # The person has seen these headers, whatever this one has besides those that make it the same call.
            headers = _with_effect(taken.pending.headers, self._spec.idempotency_header, entry.effect)
            entry, allowed = replace(entry, request=replace(entry.request, headers=headers)), replace(allowed, headers=headers)
            way = self._ways.of(taken, allowed)
            if isinstance(way, str):
                return self._again(taken, self._answers.refuse(taken, entry, way))
        passed = self._gate.enter(taken, allowed, way.secret, write=entry.call.write)
        if isinstance(passed, Held):
            return self._again(taken, self._answers.refuse(taken, entry, passed.reason, status=passed.status))
        entry = replace(entry, call=replace(entry.call, waited_ms=passed.waited * 1000), until=entry.until + passed.waited)
        sending = False
        try:
            if there := self._ledger.begin(taken, entry):
                return self._again(taken, self._answers.same(taken, entry, there))
            left, sending = self._departed(taken, entry, allowed, way, approval), True
        finally:
            if not sending:
                self._gate.ended(passed, None)
        return self._send(taken, entry, way, passed, left=left, approval=approval)

    def _again(self, taken: TakenCall, entry: Entry) -> HttpResponse:
        """The journal's answer of a call; of one without an answer, what can be made certain of it."""
        try:
            entry = self._ledger.whole(entry)
        except AgenticError as error:
            self._answers.stop(taken, "unreadable", RunError("unreadable", error.message, replay.LOOK_AT_IT))
        if entry.state is CallState.EXECUTING:
            return self._resume(taken, entry)
        if entry.state is CallState.UNKNOWN:
            entry = self._answers.unknown(taken, entry, "it was sent, and no answer came")
        if entry.response is None or "response" in entry.bodies_at:
            done = f"{entry.call.method} {entry.call.url} was done, but its answer cannot be given to the script again"
            self._answers.stop(taken, "unreadable", RunError("unreadable", done, replay.LOOK_AT_IT))
        return entry.response

    def _resume(self, taken: TakenCall, entry: Entry) -> HttpResponse:
        """A call that whoever began it has not settled: it died, or is at it still. It is sent in the journal's own bytes."""
        judged = self._rules.judge(entry.request) if entry.request else Refused("the journal has no request")
        way = judged.reason if isinstance(judged, Refused) else self._ways.of(taken, judged)
        may_have_left = entry.call.write and entry.key in taken.sent
        if isinstance(way, str) or isinstance(judged, Refused):
            if may_have_left:
                return self._again(taken, self._answers.unknown(taken, entry, str(way)))
            return self._again(taken, self._answers.refused(taken, entry, str(way)))
        passed = self._gate.let(taken, judged, way.secret, write=entry.call.write)
        if not entry.call.write:
            return self._send(taken, entry, way, passed, left=False)
        if entry.account != account_of(taken, way.secret):
            return self._again(taken, self._answers.unknown(taken, entry, "the API's key was changed meanwhile"))
        left, approval = True, None
        if not may_have_left:
            approval = self._leave(taken, entry, judged, way)
            if isinstance(approval, str):
                return self._again(taken, self._answers.refused(taken, entry, approval))
            left = self._departed(taken, entry, judged, way, approval)
        if left and not self._repeatable(entry):
            return self._wait(taken, entry, way, passed)
        return self._send(taken, entry, way, passed, left=left, approval=approval)

    def _wait(self, taken: TakenCall, entry: Entry, way: Way, passed: Passed) -> HttpResponse:
        """For who has sent a write that may not be sent twice; then the API itself is asked."""
        while self._now() < entry.until:
            self._sleep(_LOOK_SECONDS)
            found = next((found for found in self._ledger.entries(taken) if found.key == entry.key), entry)
            if found.state is not CallState.EXECUTING:
                return self._again(taken, found)
        return self._send(taken, entry, way, passed, left=True)

    def _leave(self, taken: TakenCall, entry: Entry, allowed: Allowed, way: Way) -> Approval | str | None:
        """What a write is sent with; why it is refused. Raises `RunStopped` for one that a person has to allow first."""
        before = replay.repeated(self._ledger.entries(taken), entry) if taken.round else None
        if before and not self._repeats:
            return f"script {before.round + 1} of this run has done the same already, and this stack does not repeat it"
        said = leave(self._spec, taken, entry, allowed, way.secret, self._now(), before=before)
        if isinstance(said, RunError):
            self._answers.stop(taken, said.code, said)
        if taken.writes_left <= 0 and not isinstance(said, str):
            # Nobody is asked about what could not be sent.
            self._beyond(taken, entry)
        if isinstance(said, PendingCall):
            self._pause(taken, said)
        return said

    def _pause(self, taken: TakenCall, asked: PendingCall) -> NoReturn:
        held_until = self._clock() + _HOLD_SECONDS
        given = taken.approval if taken.pending and taken.pending.lane != asked.lane else None
        other = given and not given.all and not given.returned
        while other and self._clock() < held_until and self._ledger.waits(taken):
            self._sleep(_LOOK_SECONDS / 5)
        if self._ledger.pause(taken, asked):
            raise RunStopped("paused", f"{asked.method} {asked.url} needs approval")
        raise RunStopped("stopped", "the run has ended")

    def _departed(self, taken: TakenCall, entry: Entry, allowed: Allowed, way: Way, approval: Approval | None) -> bool:
        """Whether it had left before. From here on it counts as sent, whatever happens."""
        if not entry.call.write:
            return False
        departure = self._ledger.depart(taken, entry, approval)
        if departure is Departure.OVER:
            raise RunStopped("stopped", "the run has ended")
        if departure is Departure.BEYOND:
            self._answers.refused(taken, entry, taken.limits.reached("writes").message)
            self._beyond(taken, entry)
        if departure is Departure.SPENT:
            # Another equal call was quicker: this one is a question of its own.
            self._leave(replace(taken, approval=None, counted=False), entry, allowed, way)
            raise RunStopped("stopped", "the run has ended")
        return departure is Departure.AGAIN

    def _beyond(self, taken: TakenCall, entry: Entry) -> NoReturn:
        """The run's writes are used up: it ends before this one."""
        error = taken.limits.reached("writes")
        message = f"{error.message}; {entry.call.method} {entry.call.url} was not sent"
        self._answers.stop(taken, error.code, replace(error, message=message))

    def _repeatable(self, entry: Entry) -> bool:
        return not entry.call.write or (bool(entry.effect) and self._now() < entry.until + _KEY_SECONDS)

    def _send(
        self, taken: TakenCall, entry: Entry, way: Way, passed: Passed, *, left: bool, approval: Approval | None = None
    ) -> HttpResponse:
        """`approval` is the one that the write has used up with this."""
        started, write = self._clock(), entry.call.write
        sent_at = entry.until - self._send_seconds - 1
        delivery = Delivery(
            transport=way.transport,
            repeatable=self._repeatable(entry),
            write=write,
            seconds=self._send_seconds,
            left=left and write,
            find_out=lambda: find_out(
                self._spec,
                entry,
                lambda: self._ledger.entries(taken),
                self._ledger.whole,
                sent_at,
                way.transport,
                way.secret,
                self._sleep,
            ),
            heard=lambda answer: self._gate.heard(passed, answer),
            further=lambda seconds: self._gate.further(passed, seconds),
            sleep=self._sleep,
            clock=self._clock,
            chance=self._chance,
        )
        failed: bool | None = None
        try:
            got = delivery.send(way.request)
            failed = got.status in FAILED_STATUSES
        except (NotSentError, UncertainError) as error:
            # A request that cannot be written says nothing of the API.
            failed = None if error.data.get("reason") == NOT_HTTP else True
            said = scrub_text(self._spec, error.message, way.secret)
            if write and isinstance(error, UncertainError):
                return self._again(taken, self._answers.unknown(taken, entry, said))
            standing = self._answers.unanswered(taken, entry, said, self._since(started))
            if approval and standing.state is CallState.REFUSED:
                # Its SDK may try again: the person is not asked a second time for what has not been done.
                self._ledger.give_back(taken, approval)
            return self._again(taken, standing)
        finally:
            self._gate.ended(passed, failed)
        return self._again(taken, self._answers.answered(taken, entry, got, way.secret, self._since(started)))

    def _since(self, started: float) -> float:
        return round((self._clock() - started) * 1000, 3)

    def _effect(self, taken: TakenCall, entry: Entry, request: HttpRequest) -> str:
        """The id under which the API knows a write. One key of the script's in a run is one id; it is never sent itself."""
        if not entry.call.write or not self._spec.idempotency_header or request.method not in self._spec.idempotency_methods:
            return ""
        key = client_key_of(self._spec, request)
        named = f"key:{key}" if key else f"call:{entry.key}"
        return hmac.digest(taken.effect_seed.encode(), named.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:40]


def _with_effect(headers: Headers, name: str, effect: str) -> Headers:
    kept = tuple((known, value) for known, value in headers if known.lower() != name.lower()) if name else headers
    return (*kept, (name, effect)) if effect else kept
