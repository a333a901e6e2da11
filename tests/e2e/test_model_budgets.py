"""Budgets of what a run's agents use, on the local cloud, with models that a local server plays: calls, tokens and money."""

from collections.abc import Iterator

import pytest
from test_real_models import TASK, Cast, environment

from agentic import LocalCloud
from agentic.core.errors import UsageError
from agentic.core.values import RunResult

pytestmark = pytest.mark.cloud

PRICED = "bedrock:us.anthropic.claude-haiku-4-5-20251001-v1:0"
# What the server says that each call used, and what that costs: 1.1 USD a million tokens in, 5.5 out.
TOKENS, NANOS = 11 + 7, 11 * 1100 + 7 * 5500


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("models") / ".agentic") as cloud:
        yield cloud


def carried_out(cloud: LocalCloud, model: str = "openai:test", **limits: float) -> tuple[RunResult, int]:
    """A run with three agents, and how many model calls the server got."""
    with Cast() as server:
        asked = cloud.request({"task": TASK, "api": "stripe", "model": model, "limits": limits})
        result = cloud.carry_out(asked, credentials=environment(model.partition(":")[0], server.url))
        return result, len(server.requests)


def ended(result: RunResult) -> tuple[str, str, str]:
    assert result.error, result
    assert result.status == "failed"
    return result.error.code, result.error.message, result.error.hint


@pytest.fixture(scope="module")
def usual(cloud: LocalCloud) -> int:
    """How many model calls the run makes without a lower limit."""
    result, calls = carried_out(cloud)
    assert result.status == "completed", result.error
    assert (result.usage.model_calls, result.usage.cost_usd) == (calls, None)
    return calls


def test_a_limit_of_n_model_calls_allows_n(cloud: LocalCloud, usual: int):
    result, calls = carried_out(cloud, model_calls=usual)
    assert (result.status, calls) == ("completed", usual)


def test_a_run_ends_at_its_limit_of_model_calls_before_its_script_begins_or_is_done(cloud: LocalCloud, usual: int):
    ends: list[str] = []
    for limit in range(1, usual):
        result, calls = carried_out(cloud, model_calls=limit)
        # One more may be the orchestrator's, which hears that the run has ended.
        assert calls <= limit + 1
        if result.status == "failed":
            message = f"the run's limit of {limit} model calls is reached"
            assert ended(result) == ("budget", message, "give it a higher --limit model_calls")
            assert result.calls == ()
        ends.append(result.status)
    # Once the script runs, it is not cut off for what the agents would still have said.
    assert ends == sorted(ends, reverse=True)
    assert ends[:4] == ["failed"] * 4


def test_a_run_ends_at_its_limit_of_tokens(cloud: LocalCloud, usual: int):
    assert carried_out(cloud, tokens=usual * TOKENS)[0].status == "completed"
    # The generator's two calls use them up.
    for limit in (2 * TOKENS - 1, 2 * TOKENS):
        result, calls = carried_out(cloud, tokens=limit)
        message = f"the run's limit of {limit} tokens is reached"
        assert ended(result) == ("budget", message, "give it a higher --limit tokens")
        assert (result.calls, result.usage.input_tokens + result.usage.output_tokens) == ((), calls * TOKENS)


def test_a_run_ends_at_its_limit_of_money(cloud: LocalCloud, usual: int):
    cost = usual * NANOS / 1e9
    result, calls = carried_out(cloud, PRICED, usd=cost)
    assert (result.status, calls) == ("completed", usual)
    assert result.usage.cost_usd == pytest.approx(cost)
    limit = 2 * NANOS / 1e9
    result, _ = carried_out(cloud, PRICED, usd=limit)
    assert ended(result) == ("budget", f"the run's limit of ${limit:g} is reached", "give it a higher --limit usd")
    assert result.calls == ()
    nothing, calls = carried_out(cloud, PRICED, usd=0)
    assert (ended(nothing)[1], calls) == ("the run's limit of $0 is reached", 0)


def test_money_cannot_be_limited_for_a_model_without_a_known_price(cloud: LocalCloud):
    with pytest.raises(UsageError, match="no price is known for openai:test"):
        carried_out(cloud, usd=0.5)
    # The offline model costs nothing, and needs none.
    assert cloud.run(TASK, api="stripe", limits={"usd": 0}).status == "completed"
