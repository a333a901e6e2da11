"""The rounds of a workflow in the run record: each claimed once, never more than allowed, and never a second attempt."""

import dataclasses

import pytest

from agentic.core.errors import RefusedError
from agentic.core.names import derived_handle, new_handle
from agentic.core.values import CodeRef, Finding, Outcome, RunStatus, Usage, Verdict
from agentic.runs import RunRecord, RunStore, Step
from agentic.runs.record import is_of

BAD = Verdict(valid=False, findings=(Finding("syntax", 5, 1, "invalid syntax", "fix it"),))


def validating(store: RunStore, started: tuple[str, str], number: int = 0) -> RunRecord:
    """The run with a stored script whose validation has begun, in its first round."""
    _, handle = started
    generator = derived_handle(handle, f"generate:{number}")
    if number == 0:
        store.claim_generate(handle, generator)
    ref = CodeRef(f"generated/stripe/{number}.py", f"{number:064x}")
    store.record_code(generator, ref)
    store.end_step(started[0], Step.GENERATE, Usage(1, 2, 3))
    record, _ = store.claim_execute(handle, ref.key, derived_handle(handle, f"execute:{number}"))
    return record


def next_round(store: RunStore, started: tuple[str, str], record: RunRecord, allowed: int = 2) -> RunRecord:
    handle = started[1]
    return store.rounds.claim_next(handle, record, derived_handle(handle, f"generate:{record.round + 1}"), allowed)


def test_a_refused_script_is_taken_back_and_the_next_round_begins(store: RunStore, started: tuple[str, str]):
    first = validating(store, started)
    record = next_round(store, started, first)
    assert (record.status, record.round, record.code_ref, record.execute_state) == (RunStatus.GENERATING, 1, None, "")
    assert record.earlier == (first.code_ref,)
    assert is_of(derived_handle(started[1], "generate:1"), record.handles["generator"])
    assert "executor" not in record.handles
    second = validating(store, started, 1)
    assert (second.status, second.usage) == (RunStatus.VALIDATING, Usage(2, 4, 6))
    assert next_round(store, started, second).earlier == (first.code_ref, second.code_ref)


def test_no_round_beyond_what_is_allowed(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    with pytest.raises(RefusedError, match="no further script"):
        next_round(store, started, record, 0)
    record = next_round(store, started, record, 1)
    record = validating(store, started, 1)
    with pytest.raises(RefusedError, match="no further script"):
        next_round(store, started, record, 1)
    assert next_round(store, started, record, 2).round == 2, "the control: one more allowed"


def test_a_round_is_claimed_once(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    next_round(store, started, record)
    with pytest.raises(RefusedError, match="does not fit"):
        next_round(store, started, record)
    validating(store, started, 1)
    with pytest.raises(RefusedError, match="does not fit"):
        next_round(store, started, record)


def test_a_forged_state_of_the_record_claims_nothing(store: RunStore, started: tuple[str, str]):
    """Whoever asks with a record that is not what the table has (another script, another round) is refused."""
    record = validating(store, started)
    for forged in (
        dataclasses.replace(record, code_ref=CodeRef("generated/stripe/other.py", "f" * 64)),
        dataclasses.replace(record, round=1),
    ):
        with pytest.raises(RefusedError):
            next_round(store, started, forged)
    with pytest.raises(RefusedError):
        store.rounds.claim_next(new_handle(started[0]), record, new_handle(started[0]), 2)
    assert store.get(started[0]) == record
    assert next_round(store, started, record).round == 1, "the control: the record as it is"


def test_the_handles_of_an_earlier_round_are_worth_nothing(store: RunStore, started: tuple[str, str]):
    next_round(store, started, validating(store, started))
    old_generator, old_executor = (derived_handle(started[1], f"{step}:0") for step in ("generate", "execute"))
    with pytest.raises(RefusedError, match="takes no script"):
        store.record_code(old_generator, CodeRef("generated/stripe/late.py", "a" * 64))
    with pytest.raises(RefusedError):
        store.with_handle(old_executor, "executor", RunStatus.VALIDATING)
    store.record_code(derived_handle(started[1], "generate:1"), CodeRef("generated/stripe/new.py", "b" * 64))


def test_after_an_attempt_there_is_no_further_round(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    store.record_verdict(record.run_id, Verdict(valid=True))
    record = store.get(record.run_id)
    opened = store.attempts.open(record, new_handle(record.run_id), 10)
    with pytest.raises(RefusedError):
        next_round(store, started, dataclasses.replace(record, status=RunStatus.VALIDATING))
    store.attempts.close(record, Outcome(success=True), None)
    with pytest.raises(RefusedError):
        next_round(store, started, opened)


def test_a_run_that_has_ended_begins_no_round(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    store.finish(record.run_id, RunStatus.CANCELLED)
    with pytest.raises(RefusedError, match="cancelled"):
        next_round(store, started, record)


def test_after_the_last_round_the_verdict_ends_the_run(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    store.record_verdict(record.run_id, BAD)
    ended = store.get(record.run_id)
    assert ended.status is RunStatus.REFUSED
    assert ended.error
    assert ended.error.message == "Code validation failed: SyntaxError at line 5"


def test_a_derived_handle_is_the_same_for_the_same_purpose_and_tells_nothing_of_the_handle():
    handle = new_handle("run_0123456789abcdef")
    one, other = derived_handle(handle, "generate:0"), derived_handle(handle, "generate:1")
    assert one == derived_handle(handle, "generate:0")
    assert len({one, other, derived_handle(new_handle("run_0123456789abcdef"), "generate:0")}) == 3
    assert one.startswith("run_0123456789abcdef.")
    assert handle.partition(".")[2] not in one
