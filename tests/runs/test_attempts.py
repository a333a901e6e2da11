"""Attempts of a run: one at a time, each with a grant of its own; a pause needs a person's answer to the very question."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import (
    Approval,
    Call,
    CodeRef,
    Outcome,
    PendingCall,
    RunError,
    RunStatus,
    Target,
    Verdict,
    WriteMode,
)
from agentic.runs import Entry, NewRun, RunRecord, RunStore, TakenCall
from agentic.runs.ledger import Departure

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
DONE, BROKEN = Outcome(success=True, exit=0), Outcome(success=False, reason="sandbox")
Clock = Any


class Run:
    """A run that executes."""

    def __init__(self, store: RunStore, clock: Clock, *, writes: WriteMode = WriteMode.APPROVE) -> None:
        self.store, self.clock, self.run_id = store, clock, new_run_id()
        new = NewRun(
            run_id=self.run_id,
            api="stripe",
            task="x",
            target=Target.FAKE,
            limits=RunLimits(calls=9),
            writes=writes,
            code_ref=REF,
        )
        store.create(new, new_handle(self.run_id))
        store.record_verdict(self.run_id, Verdict(True))
        self.open()

    @property
    def record(self) -> RunRecord:
        return self.store.get(self.run_id)

    def open(self) -> RunRecord:
        self.grant = new_grant(self.run_id)
        return self.store.attempts.open(self.record, self.grant, 60)

    def take(self, grant: str = "") -> TakenCall:
        return self.store.ledger.take_call(grant or self.grant, "stripe", write=True)

    def pause(self, **changed: Any) -> PendingCall:
        fields: dict[str, Any] = {
            "digest": "d1",
            "method": "POST",
            "url": "https://api.stripe.com/v1/customers",
            "body": "name=Ada",
            "what": "POST /v1/customers (customers)",
            "target": Target.FAKE,
            "account": "acct",
            "code_sha256": REF.sha256,
            "asked_at": self.clock(),
            "expires": self.clock() + 3600,
            "headers": (("If-Match", "v1"),),
            "lane": "0.1",
        }
        asked = PendingCall(**{**fields, **changed})
        assert self.store.ledger.pause(self.take(), asked)
        return asked

    def approve(self, asked: PendingCall, **changed: Any) -> RunRecord:
        fields = {"digest": asked.digest, "account": asked.account, "all": False, "by": "me", "at": self.clock()}
        return self.store.attempts.approve(self.record, Approval(**{**fields, **changed}))


@pytest.fixture
def run(store: RunStore, clock: Clock) -> Run:
    return Run(store, clock)


def entry(taken: TakenCall, number: int = 1) -> Entry:
    call = Call(number, "POST", "https://api.stripe.com/v1/customers", write=True)
    return Entry(round=taken.round, attempt=taken.attempt, number=number, digest="d1", call=call)


def reason(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        act()
    return str(refused.value.data.get("reason", ""))


def test_a_question_survives_whole_in_the_record(run: Run) -> None:
    asked = run.pause()
    assert run.record.status is RunStatus.PAUSED
    assert run.record.pending == asked


def test_a_paused_run_goes_on_only_with_an_approval_and_in_a_new_attempt_with_the_same_pins(run: Run) -> None:
    before = run.record
    asked = run.pause()
    with pytest.raises(RefusedError):
        run.open()
    run.approve(asked)
    opened = run.open()
    assert (opened.status, opened.attempt, opened.requests_made, opened.calls_made) == (RunStatus.EXECUTING, 2, 0, 0)
    assert (opened.pins_seed, opened.pins_started) == (before.pins_seed, before.pins_started)
    taken = run.take()
    assert taken.approval
    assert taken.pending == asked


def test_the_next_attempt_need_not_wait_until_the_paused_one_has_noticed(run: Run) -> None:
    """Who is quick to approve would be told that somebody works on it, and nobody would go on ever after."""
    stale = run.record
    asked = run.pause()
    run.approve(asked)
    assert run.open().attempt == 2
    closed = run.store.attempts.close(stale, BROKEN, None)
    assert (closed.status, closed.attempt, closed.working) == (RunStatus.EXECUTING, 2, True)


def test_a_grant_of_an_attempt_that_paused_or_ended_is_worth_nothing(run: Run) -> None:
    old = run.grant
    asked = run.pause()
    assert reason(lambda: run.take(old)) == "state"
    run.approve(asked)
    assert reason(lambda: run.take(old)) == "state"
    run.open()
    assert reason(lambda: run.take(old)) == "grant"


def test_two_attempts_at_once_are_one(run: Run) -> None:
    run.store.attempts.abandon(run.record)
    stale = run.record
    run.store.attempts.open(stale, new_grant(run.run_id), 60)
    with pytest.raises(RefusedError):
        run.store.attempts.open(stale, new_grant(run.run_id), 60)


def test_while_somebody_works_on_it_no_further_attempt_begins_until_its_grant_expires(run: Run) -> None:
    with pytest.raises(RefusedError):
        run.open()
    run.clock.now += 61
    assert run.open().attempt == 2


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"digest": "d2"}, "another digest"), ({"account": "other"}, "another account")],
)
def test_an_approval_of_something_else_is_refused(run: Run, changed: dict[str, Any], why: str) -> None:
    asked = run.pause()
    with pytest.raises(RefusedError, match="not the call"):
        run.approve(asked, **changed)
    assert run.record.approval is None, why


def test_an_approval_is_taken_once_and_not_after_the_question_has_expired(run: Run) -> None:
    asked = run.pause()
    run.approve(asked)
    with pytest.raises(RefusedError, match="answered already"):
        run.approve(asked, all=True)
    late = Run(run.store, run.clock)
    asked = late.pause()
    run.clock.now = asked.expires
    with pytest.raises(RefusedError, match="expired"):
        late.approve(asked)


def test_an_approval_of_a_run_with_a_question_counts_nothing_for_another_run(run: Run) -> None:
    asked = run.pause()
    other = Run(run.store, run.clock)
    with pytest.raises(RefusedError, match="nothing waits"):
        other.approve(asked)
    other.pause(digest="d2")
    with pytest.raises(RefusedError, match="not the call"):
        other.approve(asked)


def test_an_approval_of_a_question_that_has_changed_since_it_was_read_is_refused(run: Run) -> None:
    asked = run.pause()
    seen = run.record
    run.approve(asked)
    run.open()
    run.pause(body="name=Eve")
    approval = Approval(digest=asked.digest, account=asked.account, all=False, by="me", at=0)
    with pytest.raises(RefusedError, match="another call waits"):
        run.store.attempts.approve(seen, approval)


def test_a_script_that_has_changed_between_question_and_answer_is_not_approved(run: Run) -> None:
    asked = run.pause(code_sha256="cd" * 32)
    with pytest.raises(RefusedError):
        run.approve(asked)


def test_an_approval_is_used_once_in_the_write_that_lets_the_call_leave(run: Run) -> None:
    run.approve(run.pause())
    run.open()
    taken = [run.take(), run.take()]
    approval = taken[0].approval
    ends = [run.store.ledger.depart(one, entry(one, one.seq), approval) for one in taken]
    assert ends == [Departure.FIRST, Departure.SPENT]
    assert run.record.approval is None
    assert run.store.ledger.depart(taken[0], entry(taken[0], taken[0].seq), None) is Departure.AGAIN
    assert run.record.sent == {entry(taken[0], taken[0].seq).key}


def test_a_call_of_an_attempt_that_is_over_does_not_leave(run: Run) -> None:
    slow = run.take()
    run.store.attempts.abandon(run.record)
    run.open()
    assert run.store.ledger.depart(slow, entry(slow), None) is Departure.OVER
    assert run.store.ledger.pause(slow, replace(_question(run))) is False
    assert run.store.ledger.stop(slow, RunError("unknown", "x")) is False
    assert run.record.status is RunStatus.EXECUTING


def _question(run: Run) -> PendingCall:
    other = Run(run.store, run.clock)
    return other.pause()


def test_a_cancelled_run_takes_no_approval_and_no_attempt(run: Run) -> None:
    asked = run.pause()
    run.store.finish(run.run_id, RunStatus.CANCELLED, paused=True)
    with pytest.raises(RefusedError):
        run.approve(asked)
    with pytest.raises(RefusedError):
        run.open()


def test_the_end_of_an_attempt_ends_no_run_that_has_paused(run: Run) -> None:
    attempt = run.record
    run.pause()
    assert run.store.attempts.close(attempt, BROKEN, RunError("x", "y")).status is RunStatus.PAUSED
    assert run.store.finish(run.run_id, RunStatus.FAILED).status is RunStatus.PAUSED


def test_an_approval_waits_for_its_call_until_that_or_its_attempt_is_over(run: Run) -> None:
    run.approve(run.pause())
    run.open()
    taken = run.take()
    assert run.store.ledger.waits(taken)
    run.store.ledger.depart(taken, entry(taken), taken.approval)
    assert not run.store.ledger.waits(taken)


def test_a_run_is_declined_once_and_only_at_the_question_that_it_waits_with(run: Run) -> None:
    error = RunError("rejected", "no")
    executing = run.record
    with pytest.raises(RefusedError, match="executing; nothing waits"):
        run.store.attempts.decline(executing, RunStatus.REFUSED, error)
    run.pause()
    paused = run.record
    declined = run.store.attempts.decline(paused, RunStatus.REFUSED, error)
    assert (declined.status, declined.error, declined.grant_hash) == (RunStatus.REFUSED, error, "")
    with pytest.raises(RefusedError, match="answered already"):
        run.store.attempts.decline(paused, RunStatus.FAILED, error)
    assert run.record.error == error


def test_who_declines_after_another_has_approved_changes_nothing(run: Run) -> None:
    """Else a run would be ended as rejected whose write may just be on its way."""
    asked = run.pause()
    seen = run.record
    run.approve(asked)
    for record in (seen, run.record):
        with pytest.raises(RefusedError, match="answered already"):
            run.store.attempts.decline(record, RunStatus.REFUSED, RunError("rejected", "no"))
    assert run.open().status is RunStatus.EXECUTING
    # The control: a question that nobody has answered is declined.
    again = run.pause()
    assert run.record.pending == again
    run.store.attempts.decline(run.record, RunStatus.REFUSED, RunError("rejected", "no"))
    assert run.record.status is RunStatus.REFUSED


def test_an_approval_that_is_given_back_is_used_once_and_by_the_attempt_alone_that_had_it(run: Run) -> None:
    asked = run.pause()
    run.approve(asked)
    run.open()
    taken = run.take()
    assert taken.approval
    ledger = run.store.ledger
    assert ledger.depart(taken, entry(taken, 1), taken.approval) is Departure.FIRST
    assert (run.record.approval, run.record.pending) == (None, None)
    ledger.give_back(taken, taken.approval)
    steps = [step.name for step in run.record.steps]
    assert steps.count("approved") == 1, "the person has said it once"
    again = run.take()
    assert again.approval == replace(taken.approval, returned=True)
    assert again.pending == asked
    assert ledger.depart(again, entry(again, 2), again.approval) is Departure.FIRST
    assert ledger.depart(again, entry(again, 3), again.approval) is Departure.SPENT
    # The attempt is over: what it would give back is nobody's any more.
    run.pause()
    ledger.give_back(taken, taken.approval)
    assert run.record.approval is None
