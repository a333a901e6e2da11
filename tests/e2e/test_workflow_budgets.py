"""Budgets of what the generator uses with the backend `workflow`, whose state machine makes the model calls itself."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from test_model_budgets import TOKENS, ended
from test_workflow_runs import BROKEN, CONFIG, GOOD, wrote

from agentic import LocalCloud
from agentic.core.values import RunResult

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import ModelServer

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("machine") / ".agentic", config=CONFIG) as cloud:
        yield cloud


def carried_out(cloud: LocalCloud, codes: Sequence[str], **limits: float) -> tuple[RunResult, int]:
    """A run whose generator writes these scripts, one in each round, and how many model calls were made."""
    with ModelServer([wrote(code) for code in codes]) as server:
        asked = cloud.request({"task": "Create a customer", "api": "stripe", "model": "openai:test", "limits": limits})
        credentials = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{server.url}/v1"}
        return cloud.carry_out(asked, credentials=credentials), len(server.requests)


def test_a_round_beyond_the_limit_of_model_calls_is_not_begun(machine: LocalCloud):
    assert carried_out(machine, [GOOD], model_calls=1)[0].status == "completed"
    assert carried_out(machine, [BROKEN, GOOD], model_calls=2)[0].status == "completed"
    result, calls = carried_out(machine, [BROKEN, GOOD], model_calls=1)
    assert ended(result)[:2] == ("budget", "the run's limit of 1 model calls is reached")
    assert calls == 1


def test_a_round_beyond_the_limit_of_tokens_is_not_begun_and_a_script_that_went_beyond_is_not_executed(machine: LocalCloud):
    assert carried_out(machine, [GOOD], tokens=TOKENS)[0].status == "completed"
    result, calls = carried_out(machine, [BROKEN, GOOD], tokens=TOKENS)
    assert (ended(result)[0], calls) == ("budget", 1)
    result, _ = carried_out(machine, [GOOD], tokens=TOKENS - 1)
    assert (ended(result)[0], result.calls) == ("budget", ())
