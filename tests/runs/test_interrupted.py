"""A run in whose middle everything ended, and that cannot go on: it says what it had done, and what nobody knows."""

from dataclasses import replace
from typing import Any

import pytest

from agentic.agents.resume import Resumption
from agentic.agents.tools.services import Services
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_grant, new_handle, new_run_id
from agentic.core.values import Call, CallState, CodeRef, PendingCall, RunStatus, Target, Verdict, WriteMode
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs import Entry, NewRun, RunRecord, RunStore, TakenCall
from tests.runs.turned_clock import Clock

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
URL = "https://api.stripe.com/v1/customers"


class LiveRun:
    """A run with a key of its own, which was in the memory of what has ended."""

    def __init__(self, store: RunStore, dynamodb: Any, clock: Clock) -> None:
        self.store, self.run_id, self._clock = store, new_run_id(), clock
        services = Services({"AGENTIC_TABLE": "runs"}, lambda _: dynamodb, clock=clock)
        self._resumption = Resumption(services, StackNames("dev"))
        new = NewRun(
            run_id=self.run_id,
            api="stripe",
            task="x",
            target=Target.REAL,
            limits=RunLimits(calls=9),
            writes=WriteMode.ALLOW,
            code_ref=REF,
            secret_id="agentic-api-developer/stripe/run/x",
        )
        store.create(new, new_handle(self.run_id))
        store.record_verdict(self.run_id, Verdict(True))
        self.grant = new_grant(self.run_id)
        store.attempts.open(store.get(self.run_id), self.grant, 60)

    def call(self, method: str = "POST", *, leaves: bool = True, status: int | None = None) -> None:
        """A call up to the point that is wanted: written down, `leaves`, answered with `status`."""
        write = method == "POST"
        taken: TakenCall = self.store.ledger.take_call(self.grant, "stripe", write=write)
        call = Call(taken.seq, method, URL, write=write)
        made = Entry(
            round=0,
            attempt=1,
            number=taken.seq,
            digest=f"d{taken.seq}",
            call=call,
            request=HttpRequest(method, URL),
            until=self._clock() + 30,
        )
        assert self.store.ledger.begin(taken, made) is None
        if write and leaves:
            self.store.ledger.depart(taken, made, None)
        if status:
            answered = Call(taken.seq, method, URL, write=write, status=status, state=CallState.APPLIED)
            self.store.ledger.settle(taken, replace(made, call=answered, response=HttpResponse(status)))

    def recover(self) -> RunRecord:
        return self._resumption.recover(self.store.get(self.run_id))

    @property
    def states(self) -> list[CallState]:
        return [call.state for call in self.store.calls(self.run_id)]


@pytest.fixture
def run(store: RunStore, dynamodb: Any, clock: Clock) -> LiveRun:
    return LiveRun(store, dynamodb, clock)


def test_a_live_run_whose_key_is_lost_fails_and_tells_how_many_writes_it_had_done(run: LiveRun) -> None:
    run.call(status=200)
    run.call(status=402)
    run.call(status=200)
    record = run.recover()
    assert record.status is RunStatus.FAILED
    assert record.error
    assert record.error.code == "interrupted"
    assert record.error.message == "everything ended in the middle of this run; 2 of its writes were done before"
    assert f"`agentic runs show {run.run_id}`" in record.error.hint


def test_a_write_that_had_left_is_told_as_one_of_which_nobody_knows(run: LiveRun) -> None:
    run.call(status=200)
    run.call()
    record = run.recover()
    assert record.error
    assert record.error.message.endswith("1 of its writes was done before; of 1 nobody knows whether it was done")
    assert run.states == [CallState.APPLIED, CallState.UNKNOWN]


def test_a_write_that_had_not_left_is_told_as_not_done(run: LiveRun) -> None:
    run.call(leaves=False)
    record = run.recover()
    assert record.error
    assert record.error.message == "everything ended in the middle of this run"
    assert run.states == [CallState.REFUSED]
    assert [call.refused for call in run.store.calls(run.run_id)] == ["it had not been sent yet"]


def test_a_read_without_an_answer_is_not_left_under_way(run: LiveRun) -> None:
    run.call("GET")
    run.recover()
    assert run.states == [CallState.UNKNOWN]


def test_a_run_that_waits_for_a_person_is_left_waiting(run: LiveRun, clock: Clock) -> None:
    taken = run.store.ledger.take_call(run.grant, "stripe", write=True)
    asked = PendingCall(
        digest="d",
        method="POST",
        url=URL,
        body="",
        what="",
        target=Target.REAL,
        account="",
        code_sha256=REF.sha256,
        asked_at=clock.now,
        expires=clock.now + 60,
    )
    assert run.store.ledger.pause(taken, asked)
    assert run.recover().status is RunStatus.PAUSED


def test_a_call_that_nobody_can_be_at_any_more_is_not_told_as_under_way(run: LiveRun, clock: Clock) -> None:
    run.call()
    assert [call.state for call in run.store.calls(run.run_id, ended=True)] == [CallState.EXECUTING]
    clock.now += 60
    assert [call.state for call in run.store.calls(run.run_id, ended=True)] == [CallState.UNKNOWN]
    assert run.states == [CallState.EXECUTING]
