"""What became of a call, written down before anybody hears of it: an answer, a refusal, or that nobody knows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from agentic.broker import replay
from agentic.broker.ledger import CallLedger
from agentic.broker.refusal import refuse
from agentic.broker.replay import LOOK_AT_IT
from agentic.broker.scrub import check_readable, scrub, scrub_text
from agentic.core.errors import BrokerError, RunStopped
from agentic.core.spec import ApiSpec
from agentic.core.values import CallState, RunError
from agentic.core.wire import HttpResponse
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall


class Answers:
    """Each method gives the entry as the journal has it then: what counts is what somebody else may have written first."""

    def __init__(self, spec: ApiSpec, ledger: CallLedger) -> None:
        self._spec = spec
        self._ledger = ledger

    def answered(
        self, taken: TakenCall, entry: Entry, got: HttpResponse, secret: Mapping[str, str], milliseconds: float
    ) -> Entry:
        """The API's answer, scrubbed. Raises `RunStopped` where a write was done whose answer nobody may read."""
        call = replace(entry.call, status=got.status, duration_ms=milliseconds, state=CallState.APPLIED)
        try:
            check_readable(got)
            answer = scrub(self._spec, got, secret)
        except BrokerError as error:
            said = scrub_text(self._spec, error.message, secret)
            if not call.write:
                return self.unanswered(taken, replace(entry, call=call), said, milliseconds)
            self._ledger.settle(taken, replace(entry, call=call))
            done = f"{call.method} {call.url} was answered with {got.status}, but the answer cannot be passed on: {said}"
            self.stop(taken, "unreadable", RunError("unreadable", done, LOOK_AT_IT))
        return self._ledger.settle(taken, replace(entry, call=call, response=answer))

    def unanswered(self, taken: TakenCall, entry: Entry, reason: str, milliseconds: float) -> Entry:
        """A read without an answer, or a write that never left: the script may know, and try again."""
        state = CallState.REFUSED if entry.call.write else CallState.APPLIED
        call = replace(entry.call, duration_ms=milliseconds, state=state)
        return self._ledger.settle(taken, replace(entry, call=call, response=refuse(self._spec.refusal, reason, status=502)))

    def refuse(self, taken: TakenCall, entry: Entry, reason: str, *, status: int | None = None) -> Entry:
        """A call that is not sent, and that the journal does not have yet. Its body, however large, is not kept."""
        return self._begun(taken, replace(self._with_refusal(entry, reason, status), request=None))

    def refused(self, taken: TakenCall, entry: Entry, reason: str) -> Entry:
        """A call that is not sent, and that the journal has."""
        return self._ledger.settle(taken, self._with_refusal(entry, reason))

    def alias(self, taken: TakenCall, entry: Entry, twin: Entry) -> Entry:
        """The same write under the same key of the script's: it is one effect, however long ago, and has its answer."""
        call = replace(entry.call, status=twin.call.status, state=CallState.APPLIED)
        return self._begun(taken, replace(entry, call=call, response=twin.response, account=twin.account))

    def unknown(self, taken: TakenCall, entry: Entry, why: str) -> Entry:
        """Stops the run: whether this write was done is not known, and a script that went on would do it again.

        Unless somebody else has learnt it meanwhile.
        """
        call = entry.call
        standing = self._ledger.settle(taken, replace(entry, call=replace(call, state=CallState.UNKNOWN)))
        if standing.state in {CallState.APPLIED, CallState.REFUSED}:
            return standing
        message = f"nobody knows whether {call.method} {call.url} was done: {why}"
        return self.stop(taken, "unknown", RunError("unknown", message, LOOK_AT_IT))

    def stop(self, taken: TakenCall, reason: str, error: RunError) -> NoReturn:
        """Fails the run."""
        self._ledger.stop(taken, error)
        raise RunStopped(reason, error.message)

    def same(self, taken: TakenCall, entry: Entry, there: Entry) -> Entry:
        """The entry that has this one's place already: the same request once more, or somebody counts wrongly."""
        if there.digest != entry.digest:
            self.stop(taken, "diverged", replay.differs(there, entry))
        return there

    def _begun(self, taken: TakenCall, entry: Entry) -> Entry:
        there = self._ledger.begin(taken, entry)
        return self.same(taken, entry, there) if there else entry

    def _with_refusal(self, entry: Entry, reason: str, status: int | None = None) -> Entry:
        answer = refuse(self._spec.refusal, f"Refused by the broker: {reason}", status=status)
        call = replace(entry.call, status=answer.status, refused=reason, state=CallState.REFUSED)
        return replace(entry, call=call, response=answer)
