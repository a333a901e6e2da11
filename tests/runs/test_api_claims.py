"""An orchestrator chooses a run's API once, among the run's candidates, in the write that claims the step; never again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from agentic.core.errors import RefusedError
from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import CodeRef, RunStatus, Target, Usage, Verdict
from agentic.runs import NewRun, RunStore, Step

CANDIDATES = ("github", "stripe")
NOT_CANDIDATES = ["slack", "git", "stripe,github", "github stripe", "GITHUB", "*", "api", "attribute_exists(api)", "x" * 500]
CHECK = " AND contains(candidates, :api)"


class Unchecked:
    """A DynamoDB client that leaves the check of the candidates out of every condition: the wall, taken away."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        assert CHECK in request["ConditionExpression"]
        return self._client.update_item(**{**request, "ConditionExpression": request["ConditionExpression"].replace(CHECK, "")})


def unclear(store: RunStore, *, api: str = "", candidates: tuple[str, ...] = CANDIDATES) -> tuple[str, str]:
    run_id = new_run_id()
    handle = new_handle(run_id)
    store.create(
        NewRun(run_id=run_id, api=api, candidates=candidates, task="Do it", target=Target.FAKE, limits=RunLimits(calls=3)),
        handle,
    )
    return run_id, handle


def claim(store: RunStore, handle: str, api: str = "") -> bool:
    return store.claim_generate(handle, new_handle(handle.partition(".")[0]), api)[1]


def test_the_chosen_api_is_the_runs_from_then_on(store: RunStore):
    run_id, handle = unclear(store)
    before = store.get(run_id)
    assert (before.api, before.candidates, before.status) == ("", CANDIDATES, RunStatus.QUEUED)
    assert claim(store, handle, "stripe")
    record = store.get(run_id)
    assert (record.api, record.status) == ("stripe", RunStatus.GENERATING)


def test_who_asks_again_with_the_same_choice_or_none_attaches(store: RunStore):
    run_id, handle = unclear(store)
    assert claim(store, handle, "stripe")
    assert not claim(store, handle, "stripe")
    assert not claim(store, handle)
    assert store.get(run_id).api == "stripe"


@pytest.mark.parametrize("api", NOT_CANDIDATES)
def test_what_is_no_candidate_is_refused_and_changes_nothing(store: RunStore, api: str):
    run_id, handle = unclear(store)
    with pytest.raises(RefusedError, match="none but these"):
        claim(store, handle, api)
    record = store.get(run_id)
    assert (record.api, record.status, record.generate_state, dict(record.handles).keys()) == (
        "",
        RunStatus.QUEUED,
        "",
        {"orchestrator"},
    )


def test_without_the_check_of_candidates_any_api_would_be_taken(dynamodb: Any):
    """The control of the test above."""
    store = RunStore(Unchecked(dynamodb), "runs")
    run_id, handle = unclear(store)
    assert claim(store, handle, "slack")
    assert store.get(run_id).api == "slack"


def test_no_choice_is_refused_where_one_is_needed(store: RunStore):
    run_id, handle = unclear(store)
    with pytest.raises(RefusedError, match="no API yet") as caught:
        claim(store, handle)
    assert "github, stripe" in caught.value.hint
    assert store.get(run_id).status is RunStatus.QUEUED


@pytest.mark.parametrize("stage", ["claimed", "stored", "validating", "executing"])
def test_another_choice_is_refused_however_far_the_run_is(store: RunStore, stage: str):
    run_id, handle = unclear(store)
    generator = new_handle(run_id)
    store.claim_generate(handle, generator, "stripe")
    if stage != "claimed":
        store.record_code(generator, CodeRef("k", "0" * 64))
        store.end_step(run_id, Step.GENERATE, Usage())
    if stage in ("validating", "executing"):
        store.claim_execute(handle, "k", new_handle(run_id))
    if stage == "executing":
        store.record_verdict(run_id, Verdict(True))
        store.attempts.open(store.get(run_id), "grant", 30)
    before = store.get(run_id)
    with pytest.raises(RefusedError, match="for the API stripe and no other"):
        claim(store, handle, "github")
    assert store.get(run_id) == before


def test_a_run_whose_api_was_clear_takes_no_other_one(store: RunStore):
    run_id, handle = unclear(store, api="stripe")
    assert store.get(run_id).candidates == (), "nothing to choose from"
    with pytest.raises(RefusedError, match="for the API stripe and no other"):
        claim(store, handle, "github")
    assert store.get(run_id).status is RunStatus.QUEUED
    assert claim(store, handle, "stripe"), "its own may be named"


def test_the_grant_counts_for_the_chosen_api_alone(store: RunStore):
    run_id, handle = unclear(store)
    generator, grant = new_handle(run_id), f"{run_id}.grant"
    store.claim_generate(handle, generator, "stripe")
    store.record_code(generator, CodeRef("k", "0" * 64))
    store.end_step(run_id, Step.GENERATE, Usage())
    store.claim_execute(handle, "k", new_handle(run_id))
    store.record_verdict(run_id, Verdict(True))
    store.attempts.open(store.get(run_id), grant, 30)
    with pytest.raises(RefusedError, match="another API"):
        store.ledger.take_call(grant, "github", write=False)
    assert store.ledger.take_call(grant, "stripe", write=False).seq == 1


def test_of_many_choices_at_once_one_is_taken(store: RunStore):
    run_id, handle = unclear(store)

    def choose(api: str) -> str:
        try:
            return api if claim(store, handle, api) else ""
        except RefusedError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        taken = [api for api in pool.map(choose, CANDIDATES * 8) if api]
    assert len(taken) == 1
    assert store.get(run_id).api == taken[0]
