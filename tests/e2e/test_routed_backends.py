"""Runs that name no API, on every backend, with one generator for all APIs and with one for each."""

from collections.abc import Iterator

import pytest
from routed_stage import APIS, SCRIPTS, TASKS, UNCLEAR, Cast, play

from agentic import LocalCloud
from agentic.core.values import RunStatus

pytestmark = pytest.mark.cloud

STACKS = [("harness", "shared"), ("harness", "api"), ("classic", "api"), ("workflow", "shared"), ("workflow", "api")]


@pytest.fixture(scope="module", params=STACKS, ids="-".join)
def any_stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with three APIs, of each backend."""
    backend, variants = request.param
    config = {"agentic:apis": APIS, "agentic:backend": backend, "agentic:variants": variants}
    with LocalCloud(tmp_path_factory.mktemp("routed") / ".agentic", config=config) as cloud:
        yield cloud


@pytest.mark.parametrize("api", TASKS)
def test_the_tasks_own_words_tell_the_api(any_stack: LocalCloud, api: str):
    result = any_stack.run(TASKS[api])
    assert (result.status, result.api) == (RunStatus.COMPLETED, api), result
    assert result.code_ref
    assert result.code_ref.key.startswith(f"generated/{api}/")
    assert result.calls


def test_an_unclear_task_is_asked_back_and_nothing_is_made_of_it(any_stack: LocalCloud):
    result = any_stack.run(UNCLEAR)
    assert (result.status, result.api, result.code_ref, result.calls) == (RunStatus.ASKS, "", None, ())
    assert result.error
    assert result.error.message == "which API: Stripe or GitHub?"
    assert "--api: stripe, github" in result.error.hint
    assert any_stack.result(result.run_id).status is RunStatus.ASKS, "the record says so too"


def test_a_generator_is_told_of_the_apis_that_it_is_for(any_stack: LocalCloud, request: pytest.FixtureRequest):
    """A variant of its own alone; the control is the generator that all share."""
    cast = Cast(lambda turn: None, SCRIPTS["github"])
    result = play(any_stack, cast, TASKS["github"])
    assert result.status is RunStatus.COMPLETED, result
    shared = request.node.callspec.params["any_stack"][1] == "shared"
    assert cast.prompts[0] == (set(TASKS) if shared else {"github"})
