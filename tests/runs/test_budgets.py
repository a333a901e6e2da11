"""Budgets of calls and writes: exact at the limit, whoever races for the last unit, and however often a script runs again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import Call, CodeRef, Outcome, RunStatus, Target, Verdict, WriteMode
from agentic.runs import Entry, NewRun, RunRecord, RunStore, TakenCall
from agentic.runs.ledger import Departure

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
BROKEN = Outcome(success=False, reason="sandbox")


class Run:
    """A run that executes, with these limits."""

    def __init__(self, store: RunStore, **limits: int) -> None:
        self.store, self.run_id = store, new_run_id()
        new = NewRun(
            run_id=self.run_id,
            api="stripe",
            task="x",
            target=Target.FAKE,
            limits=RunLimits(**limits),
            writes=WriteMode.ALLOW,
            code_ref=REF,
        )
        store.create(new, new_handle(self.run_id))
        store.record_verdict(self.run_id, Verdict(True))
        self.open()

    @property
    def record(self) -> RunRecord:
        return self.store.get(self.run_id)

    def open(self) -> None:
        self.grant = new_grant(self.run_id)
        self.store.attempts.open(self.record, self.grant, 60)

    def crash(self) -> None:
        """The attempt breaks off, and the script runs again."""
        self.store.attempts.abandon(self.record)
        self.open()

    def take(self) -> TakenCall:
        """One request, which the journal does not have."""
        taken = self.store.ledger.take_call(self.grant, "stripe", write=True)
        if not taken.counted:
            self.store.ledger.count(taken)
        return taken

    def depart(self, taken: TakenCall, number: int, attempt: int = 0) -> Departure:
        call = Call(number, "POST", "https://api.stripe.com/v1/customers", write=True)
        entry = Entry(round=0, attempt=attempt or taken.attempt, number=number, digest=f"d{number}", call=call)
        return self.store.ledger.depart(taken, entry, None)


def test_a_limit_of_n_calls_allows_n_and_ends_the_run_at_the_next(store: RunStore):
    run = Run(store, calls=3)
    for _ in range(3):
        run.take()
    assert run.record.status is RunStatus.EXECUTING
    with pytest.raises(RefusedError) as caught:
        run.take()
    assert caught.value.data["reason"] == "stopped"
    error = run.record.error
    assert error
    assert (run.record.status, run.record.calls_made) == (RunStatus.FAILED, 3)
    assert (error.code, error.message) == ("budget", "the run's limit of 3 API calls is reached")
    assert error.hint == "set agentic:run_calls higher"


def test_a_limit_of_n_writes_lets_n_leave_and_not_one_more(store: RunStore):
    run = Run(store, writes=2)
    taken = run.take()
    assert [run.depart(taken, number) for number in (1, 2, 3)] == [Departure.FIRST, Departure.FIRST, Departure.BEYOND]
    assert run.record.writes_made == 2
    # Control: with one more allowed, it leaves.
    wider = Run(store, writes=3)
    taken = wider.take()
    assert [wider.depart(taken, number) for number in (1, 2, 3)] == [Departure.FIRST] * 3


def test_of_two_writes_that_race_for_the_last_unit_one_gets_it(store: RunStore):
    for _ in range(10):
        run = Run(store, writes=1)
        taken = run.take()
        with ThreadPoolExecutor(2) as pool:
            departed = list(pool.map(lambda number: run.depart(taken, number), (1, 2)))  # noqa: B023
        assert sorted(departed) == [Departure.BEYOND, Departure.FIRST]


def test_of_two_calls_that_race_for_the_last_unit_one_gets_it(store: RunStore):
    def attempted(run: Run) -> str:
        try:
            run.take()
        except RefusedError as error:
            return str(error.data["reason"])
        return "taken"

    for _ in range(10):
        run = Run(store, calls=1)
        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(attempted, (run, run)))
        # The second one ends the run, or finds that it has ended.
        assert answers in (["stopped", "taken"], ["state", "taken"])
        assert run.record.calls_made == 1


def test_a_write_that_left_is_one_effect_however_often_its_script_runs_again(store: RunStore):
    run = Run(store, writes=1)
    assert run.depart(run.take(), 1) is Departure.FIRST
    for _ in range(3):
        run.crash()
        taken = store.ledger.take_call(run.grant, "stripe", write=True)
        assert run.depart(taken, 1, attempt=1) is Departure.AGAIN
    assert run.record.writes_made == 1


def test_a_further_attempt_brings_no_new_writes(store: RunStore):
    run = Run(store, writes=2)
    taken = run.take()
    assert [run.depart(taken, number) for number in (1, 2)] == [Departure.FIRST] * 2
    run.crash()
    assert run.depart(run.take(), 3) is Departure.BEYOND


def test_replayed_calls_leave_the_budget_alone_and_new_ones_of_a_further_attempt_do_not(store: RunStore):
    run = Run(store, calls=3)
    run.take()
    run.take()
    for _ in range(4):
        run.crash()
        for _ in range(2):
            # Answered from the journal: nobody counts them.
            assert not store.ledger.take_call(run.grant, "stripe", write=False).counted
    assert run.record.calls_made == 2
    run.take()
    with pytest.raises(RefusedError, match="3 API calls"):
        run.take()
    assert (run.record.status, run.record.calls_made) == (RunStatus.FAILED, 3)


def test_the_count_of_an_attempt_that_is_over_ends_nothing(store: RunStore):
    run = Run(store, calls=1)
    run.take()
    run.crash()
    late = store.ledger.take_call(run.grant, "stripe", write=False)
    run.crash()
    with pytest.raises(RefusedError) as caught:
        store.ledger.count(late)
    assert caught.value.data["reason"] == "state"
    assert run.record.status is RunStatus.EXECUTING


def test_a_record_keeps_all_limits_and_which_were_lowered(store: RunStore):
    limits = RunLimits(seconds=7, output_bytes=10, model_calls=4, tokens=5, usd=0.25).lowered_to({"writes": 0, "usd": 0.125})
    run_id = new_run_id()
    store.create(NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=limits), new_handle(run_id))
    assert store.get(run_id).limits == limits
    assert limits.reached("usd").hint == "give it a higher --limit usd"
    assert limits.reached("calls").hint == "set agentic:run_calls higher"
