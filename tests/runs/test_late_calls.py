"""Of two attempts only the later one does anything: what the earlier one's functions still do comes to nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from agentic.broker import replay
from agentic.core.errors import RefusedError
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import Approval, Call, CallState, CodeRef, PendingCall, Target, Verdict
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs import NewRun, RunStore
from agentic.runs.journal import Entry
from agentic.runs.record import TakenCall

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
REQUEST = HttpRequest("POST", "https://api.stripe.com/v1/customers", (), b"name=Ada")


def entry_of(taken: TakenCall, number: int = 1) -> Entry:
    call = Call(number, "POST", REQUEST.url, {}, write=True)
    return Entry(round=0, attempt=taken.attempt, number=number, digest="d", effect="e", call=call, request=REQUEST)


@pytest.fixture
def run_id(store: RunStore) -> str:
    """A run that may be executed."""
    run_id = new_run_id()
    new = NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, call_limit=5, code_ref=REF)
    store.create(new, new_handle(run_id))
    store.record_verdict(run_id, Verdict(True))
    return run_id


def test_an_approved_run_goes_on_before_whoever_paused_it_has_tidied_up(
    store: RunStore, run_id: str, clock: Callable[[], float]
) -> None:
    taken = take(store, run_id)
    with pytest.raises(RefusedError, match="already executed"):
        # The control: an attempt that makes calls is left alone.
        store.attempts.open(store.get(run_id), new_grant(run_id), 60)
    what = {"method": "POST", "url": REQUEST.url, "body": "", "what": "", "target": Target.FAKE, "account": ""}
    pending = PendingCall(digest="d", code_sha256=REF.sha256, asked_at=clock(), expires=clock() + 60, **what)
    assert store.ledger.pause(taken, pending)
    store.attempts.approve(store.get(run_id), Approval(digest="d", account="", all=False, by="Ada", at=clock()))
    assert store.get(run_id).working
    assert store.attempts.open(store.get(run_id), new_grant(run_id), 60).attempt == 2


def take(store: RunStore, run_id: str) -> TakenCall:
    """A call of the next attempt; whoever was at the one before is taken for dead."""
    record = store.get(run_id)
    if record.attempt:
        record = store.attempts.admit(record, new_handle(run_id), dead=True)
    grant = new_grant(run_id)
    store.attempts.open(record, grant, 60)
    return store.ledger.take_call(grant, "stripe", write=True)


def test_a_write_that_was_counted_before_the_next_attempt_began_is_not_sent_after(store: RunStore, run_id: str) -> None:
    late = take(store, run_id)
    now = take(store, run_id)
    with pytest.raises(RefusedError, match="ended"):
        store.ledger.begin(late, entry_of(late))
    (withdrawn,) = store.journal.entries(run_id)
    assert withdrawn.withdrawn
    assert replay.known([withdrawn], entry_of(now), lambda entry: True) is None, "and the next attempt makes it anew"
    # The control: what is journalled before the next attempt begins may be sent, and that attempt finds it.
    assert store.ledger.begin(now, entry_of(now)) is None
    later = take(store, run_id)
    found = replay.known(store.ledger.entries(later), entry_of(later), lambda entry: store.ledger.serve(later, entry, 1))
    assert isinstance(found, Entry)
    assert found.attempt == now.attempt


def test_a_late_answer_does_not_take_back_what_the_next_attempt_has_been_given(store: RunStore, run_id: str) -> None:
    late = take(store, run_id)
    assert store.ledger.begin(late, entry_of(late)) is None
    now = take(store, run_id)
    (there,) = store.ledger.entries(now)
    assert store.ledger.serve(now, there, 1)
    answered = replace(there, call=replace(there.call, state=CallState.APPLIED), response=HttpResponse(200, (), b"{}"))
    store.ledger.settle(late, replace(answered, served=late.attempt))
    (kept,) = store.journal.entries(run_id)
    assert kept.served == now.attempt, "a second equal write would get the first one's answer"
    # The control: who answers for the attempt of now is believed.
    store.ledger.settle(now, replace(answered, served=now.attempt))
    (kept,) = store.journal.entries(run_id)
    assert kept.state is CallState.APPLIED
