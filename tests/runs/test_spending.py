"""What a run's agents may spend: model calls are set aside before they are made; tokens and money end a run between steps."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import CodeRef, RunError, RunStatus, Target, Usage, Verdict
from agentic.runs import NewRun, RunRecord, RunStore, Step
from agentic.runs.spending import answer_tokens

RATES = {"orchestrator": (100, 500), "generator": (1000, 5000), "executor": (100, 500)}
REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)


def begun(store: RunStore, **limits: Any) -> tuple[str, str]:
    """A run whose script is being generated, and its orchestrator's handle."""
    run_id = new_run_id()
    handle = new_handle(run_id)
    facts: dict[str, Any] = {"run_id": run_id, "api": "stripe", "task": "x", "target": Target.FAKE}
    store.create(NewRun(**facts, limits=RunLimits(**limits), rates=RATES, priced=True), handle)
    store.claim_generate(handle, new_handle(run_id))
    return run_id, handle


def problem(record: RunRecord) -> tuple[str, str]:
    assert isinstance(record.error, RunError)
    return record.error.code, record.error.message


def test_model_calls_are_set_aside_as_far_as_there_are_any(store: RunStore):
    run_id, _ = begun(store, model_calls=5)
    assert [store.spending.reserve(run_id, 3), store.spending.reserve(run_id, 3)] == [3, 2]
    assert store.get(run_id).status is RunStatus.GENERATING
    assert store.spending.reserve(run_id, 1) == 0
    assert problem(store.get(run_id)) == ("budget", "the run's limit of 5 model calls is reached")


def test_what_a_conversation_has_not_used_is_given_back(store: RunStore):
    run_id, _ = begun(store, model_calls=5)
    store.spending.give_back(run_id, store.spending.reserve(run_id, 5), 2)
    assert store.spending.reserve(run_id, 5) == 3


def test_of_two_conversations_that_race_for_the_last_call_one_gets_it(store: RunStore):
    for _ in range(10):
        run_id, _ = begun(store, model_calls=1)
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(lambda _: store.spending.reserve(run_id, 1), (1, 2))) == [0, 1]  # noqa: B023


@pytest.mark.parametrize(("used", "ends"), [(10, False), (11, True)])
def test_tokens_beyond_the_limit_end_the_run_with_the_step_that_used_them(store: RunStore, used: int, ends: bool):
    run_id, _ = begun(store, tokens=10)
    record = store.end_step(run_id, Step.GENERATE, Usage(1, used - 3, 3))
    assert (record.status is RunStatus.FAILED) is ends
    # And at the limit no further conversation begins.
    assert store.spending.reserve(run_id, 1) == 0
    assert problem(store.get(run_id)) == ("budget", "the run's limit of 10 tokens is reached")


def test_money_is_the_agents_tokens_at_their_own_prices(store: RunStore):
    run_id, _ = begun(store, usd=1.0)
    store.end_step(run_id, Step.GENERATE, Usage(1, 7, 3))
    record = store.finish(run_id, RunStatus.ASKS, usage=Usage(1, 10, 1))
    assert record.cost_nanos == 7 * 1000 + 3 * 5000 + 10 * 100 + 1 * 500
    assert record.usage.cost_usd == pytest.approx(record.cost_nanos / 1e9)


def test_money_beyond_the_limit_ends_the_run(store: RunStore):
    run_id, _ = begun(store, usd=22_000 / 1e9)
    assert store.end_step(run_id, Step.GENERATE, Usage(1, 7, 3)).status is RunStatus.GENERATING
    beyond, _ = begun(store, usd=21_999 / 1e9)
    record = store.end_step(beyond, Step.GENERATE, Usage(1, 7, 3))
    assert problem(record)[0] == "budget"
    assert "set agentic:run_usd higher" in (record.error.hint if record.error else "")


def test_a_script_that_executes_is_not_cut_off_for_what_its_agents_cost(store: RunStore):
    run_id = new_run_id()
    new = NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(tokens=5), code_ref=REF)
    store.create(new, new_handle(run_id))
    store.record_verdict(run_id, Verdict(True))
    store.attempts.open(store.get(run_id), "x", 60)
    assert store.end_step(run_id, Step.EXECUTE, Usage(1, 100, 100)).status is RunStatus.EXECUTING


def test_an_answer_may_be_as_long_as_what_is_left_pays_for(store: RunStore):
    run_id, _ = begun(store, tokens=100, usd=200_000 / 1e9)
    assert answer_tokens(store.get(run_id), "generator") == (40, "usd")
    assert answer_tokens(store.get(run_id), "executor") == (100, "tokens")
