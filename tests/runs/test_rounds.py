"""The rounds of a run in its record: each taken back and claimed once, never more than allowed, and apart from each other."""

import dataclasses

import pytest

from agentic.core.errors import RefusedError
from agentic.core.names import derived_handle, new_grant, new_handle, new_run_id
from agentic.core.values import CodeRef, Finding, Outcome, Repair, RunError, RunStatus, Target, Usage, Verdict, Version
from agentic.runs import NewRun, RunRecord, RunStore, Step
from agentic.runs.record import digest, is_of

BAD = Verdict(valid=False, findings=(Finding("syntax", 5, 1, "invalid syntax", "fix it"),))
WHY = RunError("validation_failed", "Code validation failed: SyntaxError at line 5")
REPAIR = Repair((("validation", "line 5: syntax: invalid syntax"),), "print((", WHY)
FAILED = Outcome(success=False, exit=1)


def generator_of(handle: str, number: int) -> str:
    return derived_handle(handle, f"generate:{number}")


def validating(store: RunStore, started: tuple[str, str], number: int = 0) -> RunRecord:
    """The run with a stored script whose validation has begun, in the round with this number."""
    _, handle = started
    generator = generator_of(handle, number)
    if number == 0:
        store.claim_generate(handle, generator)
    else:
        assert store.rounds.claim_wanted(handle, generator)
    ref = CodeRef(f"generated/stripe/{number}.py", f"{number:064x}")
    store.record_code(generator, ref)
    store.end_step(started[0], Step.GENERATE, Usage(1, 2, 3), claim=digest(generator))
    record, _ = store.claim_execute(handle, ref.key, derived_handle(handle, f"execute:{number}"))
    return record


def executing(store: RunStore, started: tuple[str, str], number: int = 0) -> tuple[RunRecord, str]:
    """As `validating`, and the script executes: the record, and the grant of its attempt."""
    record = validating(store, started, number)
    store.record_verdict(record.run_id, Verdict(valid=True), record.code_ref)
    grant = new_grant(record.run_id)
    return store.attempts.open(store.get(record.run_id), grant, 60), grant


def taken_back(store: RunStore, record: RunRecord, allowed: int = 2) -> RunRecord:
    taken = store.rounds.take_back(record, REPAIR, allowed)
    assert taken
    return taken


def test_a_refused_script_is_taken_back_with_its_reason_and_the_next_round_begins(store: RunStore, started: tuple[str, str]):
    first = validating(store, started)
    record = taken_back(store, first)
    assert (record.status, record.round, record.code_ref, record.execute_state) == (RunStatus.GENERATING, 1, None, "")
    assert (record.wanted, record.repair) == (True, REPAIR)
    assert first.code_ref
    assert record.earlier == (Version(first.code_ref, WHY),)
    second = validating(store, started, 1)
    assert (second.status, second.usage, second.wanted) == (RunStatus.VALIDATING, Usage(2, 4, 6), False)
    assert is_of(generator_of(started[1], 1), second.handles["generator"])
    assert second.code_ref
    assert [version.code_ref for version in taken_back(store, second).earlier] == [first.code_ref, second.code_ref]


def test_no_round_beyond_what_is_allowed(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    assert store.rounds.take_back(record, REPAIR, 0) is None
    taken_back(store, record, 1)
    record = validating(store, started, 1)
    assert store.rounds.take_back(record, REPAIR, 1) is None
    assert taken_back(store, record, 2).round == 2, "the control: one more allowed"


def test_a_script_is_taken_back_once_and_its_round_claimed_once(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    assert store.rounds.claim_wanted(started[1], new_handle(record.run_id)) is None, "nothing is wanted yet"
    taken_back(store, record)
    assert store.rounds.take_back(record, REPAIR, 5) is None
    validating(store, started, 1)
    assert store.rounds.take_back(record, REPAIR, 5) is None
    assert store.rounds.claim_wanted(started[1], new_handle(record.run_id)) is None


@pytest.mark.parametrize("handle", ["", "x", "run_0123456789abcdef.unknown"])
def test_a_handle_that_is_none_of_the_run_claims_no_round(store: RunStore, started: tuple[str, str], handle: str):
    taken_back(store, validating(store, started))
    for foreign in (handle, new_handle(started[0])):
        assert store.rounds.claim_wanted(foreign, new_handle(started[0])) is None
    assert store.get(started[0]).wanted
    assert store.rounds.claim_wanted(started[1], new_handle(started[0])), "the control: the orchestrator's own"


def test_a_record_that_is_not_what_the_table_has_takes_nothing_back(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    other = CodeRef("generated/stripe/other.py", "f" * 64)
    for forged in (
        dataclasses.replace(record, code_ref=other),
        dataclasses.replace(record, attempt=1),
        dataclasses.replace(record, status=RunStatus.EXECUTING),
    ):
        assert store.rounds.take_back(forged, REPAIR, 2) is None
    assert store.get(started[0]) == record
    assert taken_back(store, record).round == 1, "the control: the record as it is"


def test_the_script_of_a_person_is_never_taken_back(store: RunStore):
    run_id, ref = new_run_id(), CodeRef("generated/stripe/x.py", "00")
    new = NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, call_limit=1, code_ref=ref)
    assert store.rounds.take_back(store.create(new, new_handle(run_id)), REPAIR, 2) is None


def test_the_handles_of_an_earlier_round_are_worth_nothing(store: RunStore, started: tuple[str, str]):
    taken_back(store, validating(store, started))
    old_generator, old_executor = generator_of(started[1], 0), derived_handle(started[1], "execute:0")
    late = CodeRef("generated/stripe/late.py", "a" * 64)
    with pytest.raises(RefusedError):
        store.record_code(old_generator, late)  # Before the next round is claimed,
    new = generator_of(started[1], 1)
    store.rounds.claim_wanted(started[1], new)
    with pytest.raises(RefusedError):
        store.record_code(old_generator, late)  # and after it.
    with pytest.raises(RefusedError):
        store.with_handle(old_executor, "executor", RunStatus.GENERATING)
    assert store.record_code(new, late).code_ref == late, "the control: this round's handle"


def test_the_late_end_of_an_earlier_rounds_step_changes_nothing_of_this_one(store: RunStore, started: tuple[str, str]):
    """An executor's conversation may end, and an invocation come twice, when the next round is long under way."""
    taken_back(store, validating(store, started))
    problem = RunError("not_executed", "late")
    for step, claim in ((Step.GENERATE, generator_of(started[1], 0)), (Step.EXECUTE, derived_handle(started[1], "execute:0"))):
        record = store.end_step(started[0], step, Usage(1, 0, 0), RunStatus.FAILED, problem, claim=digest(claim))
        assert (record.wanted, record.error) == (True, None), step
    second = validating(store, started, 1)
    claim = digest(derived_handle(started[1], "execute:0"))
    record = store.end_step(started[0], Step.EXECUTE, Usage(), RunStatus.FAILED, problem, claim=claim)
    assert (record.status, record.execute_state) == (second.status, second.execute_state)
    mine = digest(derived_handle(started[1], "execute:1"))
    ended = store.end_step(started[0], Step.EXECUTE, Usage(), RunStatus.FAILED, problem, claim=mine)
    assert ended.status is RunStatus.FAILED, "the control: this round's own step"
    assert ended.usage.model_calls == 2 + 2, "what a late conversation has used counts"


def test_a_late_verdict_is_about_no_other_script(store: RunStore, started: tuple[str, str]):
    first = validating(store, started)
    taken_back(store, first)
    second = validating(store, started, 1)
    for verdict in (BAD, Verdict(valid=True)):
        with pytest.raises(RefusedError):
            store.record_verdict(first.run_id, verdict, first.code_ref)
    assert store.get(first.run_id).verdict is None
    store.record_verdict(first.run_id, BAD, second.code_ref)
    assert store.get(first.run_id).status is RunStatus.REFUSED, "the control: about this script"


def test_a_script_that_failed_is_taken_back_with_its_attempt_and_the_next_one_has_its_own(
    store: RunStore, started: tuple[str, str]
):
    first, grant = executing(store, started)
    store.ledger.take_call(grant, "stripe", write=True)
    taken_back(store, store.get(first.run_id))
    with pytest.raises(RefusedError):
        store.ledger.take_call(grant, "stripe", write=True)
    second, grant = executing(store, started, 1)
    assert (first.attempt, second.attempt, second.round) == (1, 2, 1)
    assert (second.begun, second.again) == (True, False), "it is this script's first attempt"
    assert second.pins_seed != first.pins_seed
    assert store.ledger.take_call(grant, "stripe", write=True).round == 1


def test_what_an_earlier_scripts_attempt_does_late_is_nothing_to_this_one(store: RunStore, started: tuple[str, str]):
    """A request of the first script that the broker still has when the second one executes: it may not leave, ask or stop."""
    first, grant = executing(store, started)
    taken = store.ledger.take_call(grant, "stripe", write=True)
    taken_back(store, store.get(first.run_id))
    second, grant = executing(store, started, 1)
    assert not store.ledger.stop(taken, RunError("unknown", "late"))
    store.attempts.close(first, FAILED, RunError("script_failed", "late"))
    store.attempts.abandon(first)
    now = store.get(first.run_id)
    assert (now.status, now.outcome, now.grant_hash, now.working) == (RunStatus.EXECUTING, None, digest(grant), True)
    assert store.attempts.close(second, Outcome(success=True, exit=0), None).status is RunStatus.COMPLETED, "the control"


def test_a_script_that_has_paused_is_not_taken_back(store: RunStore, started: tuple[str, str]):
    record, _ = executing(store, started)
    store._items.change(record.run_id, "attribute_exists(run_id)", {}, sets={"status": {"S": RunStatus.PAUSED}})
    assert store.rounds.take_back(record, REPAIR, 2) is None


def test_a_run_that_has_ended_begins_no_round(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    store.finish(record.run_id, RunStatus.CANCELLED)
    assert store.rounds.take_back(record, REPAIR, 2) is None
    taken = store.get(record.run_id)
    assert (taken.status, taken.code_ref) == (RunStatus.CANCELLED, record.code_ref)


def test_a_wanted_script_can_be_handed_over_to_another_orchestrator_once(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    new = new_handle(record.run_id)
    assert not store.rounds.hand_over(record, new), "nothing is wanted"
    wanted = taken_back(store, record)
    assert store.rounds.hand_over(wanted, new)
    assert store.rounds.claim_wanted(started[1], new_handle(record.run_id)) is None, "the one before has left"
    assert store.rounds.claim_wanted(new, new_handle(record.run_id))
    assert not store.rounds.hand_over(wanted, new_handle(record.run_id)), "somebody writes it now"


def test_after_the_last_round_the_verdict_ends_the_run(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    store.record_verdict(record.run_id, BAD)
    ended = store.get(record.run_id)
    assert ended.status is RunStatus.REFUSED
    assert ended.error
    assert ended.error.message == "Code validation failed: SyntaxError at line 5"


def test_the_steps_of_a_run_tell_why_a_script_was_given_up(store: RunStore, started: tuple[str, str]):
    taken_back(store, validating(store, started))
    (step,) = [step for step in store.get(started[0]).steps if step.name == "given_up"]
    assert step.facts == {"code": WHY.code, "message": WHY.message, "round": 1}


def test_a_run_of_an_older_release_has_its_earlier_scripts(store: RunStore, started: tuple[str, str]):
    record = validating(store, started)
    old = {"S": '[{"key":"generated/stripe/0.py","sha256":"00"}]'}
    store._items.change(record.run_id, "attribute_exists(run_id)", {}, sets={"earlier": old})
    (version,) = store.get(record.run_id).earlier
    assert version.code_ref == CodeRef("generated/stripe/0.py", "00")


def test_a_derived_handle_is_the_same_for_the_same_purpose_and_tells_nothing_of_the_handle():
    handle = new_handle("run_0123456789abcdef")
    one, other = derived_handle(handle, "generate:0"), derived_handle(handle, "generate:1")
    assert one == derived_handle(handle, "generate:0")
    assert len({one, other, derived_handle(new_handle("run_0123456789abcdef"), "generate:0")}) == 3
    assert one.startswith("run_0123456789abcdef.")
    assert handle.partition(".")[2] not in one
