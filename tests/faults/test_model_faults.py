"""A model that fails, throttles, hangs, breaks off or answers nonsense in the middle of a run: the run ends and says so."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from faults_stage import opened
from model_server import Call, Fail, Say, Turn

from agentic import LocalCloud
from tests.e2e.test_real_models import TASK, Cast, environment


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with opened(tmp_path_factory.mktemp("models") / ".agentic") as stage:
        yield stage.cloud


_BAD: dict[str, Turn] = {
    "fails": Fail(500),
    "throttles": Fail(429),
    "breaks off": Say("I will now", cut="broken"),
    "ends early": Say("I will now", cut="quiet"),
    "is slow": Say("I am done.", slow=2.0),
    "answers garbage": Call("no_such_tool", '{"handle": ]garbage'),
}


@pytest.mark.parametrize("agent", ["invoke_generator", "generate_code", "execute_code"])
@pytest.mark.parametrize("what", _BAD)
def test_a_run_ends_whatever_its_models_do(cloud: LocalCloud, what: str, agent: str) -> None:
    """From its second turn on one of the three agents gets nothing else."""
    turns = 0

    def play(asked: str, text: str) -> Turn | None:
        nonlocal turns
        turns += asked == agent
        return _BAD[what] if asked == agent and turns > 1 else None

    with Cast(play) as models:
        asked = cloud.request({"task": TASK, "api": "stripe", "model": "openai:test"})
        result = cloud.carry_out(asked, credentials=environment("openai", models.url))
    record = cloud.stack("dev").door.store.get(result.run_id)
    assert record.status.final
    assert result.status == record.status
    assert result.answer or result.error
