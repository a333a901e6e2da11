"""The run record decides: what does not fit its handle, its state or its grant changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import Call, CallState, CodeRef, Finding, Outcome, RunError, RunStatus, Target, Usage, Verdict
from agentic.runs import Entry, NewRun, RunRecord, RunStore, Step

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
VALID = Verdict(True)


def generated(store: RunStore, run_id: str, handle: str) -> None:
    generator = new_handle(run_id)
    store.claim_generate(handle, generator)
    store.record_code(generator, REF)
    store.end_step(run_id, Step.GENERATE, Usage(1, 10, 5))


def validating(store: RunStore, run_id: str, handle: str) -> str:
    generated(store, run_id, handle)
    executor = new_handle(run_id)
    store.claim_execute(handle, REF.key, executor)
    return executor


def executing(store: RunStore, run_id: str, handle: str) -> str:
    validating(store, run_id, handle)
    store.record_verdict(run_id, VALID)
    grant = new_grant(run_id)
    store.attempts.open(store.get(run_id), grant, 60)
    return grant


def test_a_run_goes_through_its_states_to_completed(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    assert store.get(run_id).status is RunStatus.QUEUED
    grant = executing(store, run_id, handle)
    taken = store.ledger.take_call(grant, "stripe", write=True)
    assert (taken.run_id, taken.attempt, taken.seq, taken.target) == (run_id, 1, 1, Target.FAKE)
    made = Call(1, "POST", "https://api.stripe.com/v1/customers", {"name": "A"}, 200, True, state=CallState.APPLIED)
    assert store.ledger.begin(taken, Entry(round=0, attempt=1, number=1, digest="d", call=made)) is None
    record = store.attempts.close(store.get(run_id), Outcome(True, "done\n", exit=0, layers=("process",)), None)
    assert record.status is RunStatus.COMPLETED
    assert record.outcome == Outcome(True, "done\n", exit=0, layers=("process",))
    assert record.usage == Usage(1, 10, 5)
    assert [call.status for call in store.calls(run_id)] == [200]


def test_the_table_never_holds_a_handle_or_a_grant(store: RunStore, started: tuple[str, str], dynamodb: Any):
    run_id, handle = started
    grant = executing(store, run_id, handle)
    kept = str(dynamodb.scan(TableName="runs")["Items"])
    assert handle.partition(".")[2] not in kept
    assert grant.partition(".")[2] not in kept


def test_asking_twice_attaches_and_does_not_claim_twice(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    assert store.claim_generate(handle, new_handle(run_id))[1] is True
    assert store.claim_generate(handle, new_handle(run_id))[1] is False


def test_of_twenty_claims_at_once_one_does_the_work(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    generated(store, run_id, handle)
    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: store.claim_execute(handle, REF.key, new_handle(run_id))[1], range(20)))
    assert sorted(claims) == [False] * 19 + [True]


def test_a_foreign_handle_changes_nothing(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    other = new_run_id()
    store.create(
        NewRun(run_id=other, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=1)),
        foreign := new_handle(other),
    )
    for guess in (new_handle(run_id), f"{run_id}.{foreign.partition('.')[2]}", "nonsense", new_handle(new_run_id())):
        with pytest.raises(RefusedError, match="handle"):
            store.claim_generate(guess, new_handle(run_id))
    assert store.get(run_id).status is RunStatus.QUEUED
    # The control: the run's own handle is accepted.
    assert store.claim_generate(handle, new_handle(run_id))[1] is True


def test_another_agents_handle_is_refused(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    generator = new_handle(run_id)
    store.claim_generate(handle, generator)
    with pytest.raises(RefusedError):
        store.with_handle(handle, "generator", RunStatus.GENERATING)
    assert store.with_handle(generator, "generator", RunStatus.GENERATING).run_id == run_id


def test_the_first_script_stays_the_runs_script(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    generator = new_handle(run_id)
    store.claim_generate(handle, generator)
    assert store.record_code(generator, REF).code_ref == REF
    assert store.record_code(generator, CodeRef("generated/stripe/other.py", "cd" * 32)).code_ref == REF
    with pytest.raises(RefusedError):
        store.record_code(new_handle(run_id), REF)
    assert store.get(run_id).code_ref == REF


def test_a_run_that_was_cancelled_takes_no_script(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    generator = new_handle(run_id)
    store.claim_generate(handle, generator)
    store.finish(run_id, RunStatus.CANCELLED)
    with pytest.raises(RefusedError):
        store.record_code(generator, REF)
    assert store.get(run_id).code_ref is None


def test_only_the_recorded_script_can_be_executed(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    generated(store, run_id, handle)
    with pytest.raises(RefusedError):
        store.claim_execute(handle, "generated/stripe/other.py", new_handle(run_id))


def test_a_script_that_is_not_valid_ends_the_run_and_opens_no_attempt(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    validating(store, run_id, handle)
    store.record_verdict(run_id, Verdict(False, (Finding("syntax", 5, 1, "invalid syntax"),)))
    record = store.get(run_id)
    assert record.status is RunStatus.REFUSED
    assert record.error
    assert record.error.message == "Code validation failed: SyntaxError at line 5"
    with pytest.raises(RefusedError):
        store.attempts.open(record, new_grant(run_id), 60)


def test_an_attempt_needs_a_verdict(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    validating(store, run_id, handle)
    with pytest.raises(RefusedError, match="not validated"):
        store.attempts.open(store.get(run_id), new_grant(run_id), 60)


def test_there_is_one_attempt(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    executing(store, run_id, handle)
    with pytest.raises(RefusedError, match="already executed"):
        store.attempts.open(store.get(run_id), new_grant(run_id), 60)


def test_cancelling_revokes_the_grant_and_is_not_overwritten(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    grant = executing(store, run_id, handle)
    store.finish(run_id, RunStatus.CANCELLED, error=RunError("cancelled", "by the person"))
    with pytest.raises(RefusedError):
        store.ledger.take_call(grant, "stripe", write=False)
    assert store.attempts.close(store.get(run_id), Outcome(True, exit=0), None).status is RunStatus.CANCELLED


def test_a_run_that_has_ended_keeps_its_end(store: RunStore, started: tuple[str, str]):
    run_id, handle = started
    executing(store, run_id, handle)
    store.attempts.close(store.get(run_id), Outcome(True, exit=0), None)
    record = store.finish(
        run_id, RunStatus.FAILED, error=RunError("late", "too late"), answer="It is done.", usage=Usage(2, 3, 4)
    )
    assert record.status is RunStatus.COMPLETED
    assert record.error is None
    assert record.answer == "It is done."


def test_runs_are_listed_newest_first(store: RunStore, clock: Any):
    ids: list[str] = []
    for _ in range(3):
        ids.append(new_run_id())
        store.create(
            NewRun(run_id=ids[-1], api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=1)), new_handle(ids[-1])
        )
        clock.now += 1
    assert [record.run_id for record in store.recent(2)] == ids[:0:-1]


def test_an_unknown_run_is_told(store: RunStore):
    with pytest.raises(UnknownRunError, match="no run"):
        store.get("run_nothing")


def test_a_script_of_the_person_starts_where_it_is_validated(store: RunStore):
    run_id = new_run_id()
    handle = new_handle(run_id)
    new = NewRun(run_id=run_id, api="stripe", task="Run x.py", target=Target.FAKE, limits=RunLimits(calls=1), code_ref=REF)
    record: RunRecord = store.create(new, handle)
    assert record.status is RunStatus.VALIDATING
    assert store.with_handle(handle, "executor", RunStatus.VALIDATING).code_ref == REF
    with pytest.raises(RefusedError):
        store.claim_generate(handle, new_handle(run_id))
