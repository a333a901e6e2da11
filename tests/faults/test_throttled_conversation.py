"""An agent whose model takes no more requests for a moment is asked again: the person only waits a little."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from faults_stage import opened
from model_server import Fail, Turn

from tests.e2e.test_real_models import TASK, Cast, environment


def test_a_run_whose_generator_is_throttled_before_its_first_word_completes_all_the_same(tmp_path: Path) -> None:
    # The provider's client tries once more by itself: so two for each of ours.
    refused = 3

    def play(asked: str, text: str) -> Turn | None:
        nonlocal refused
        if asked == "generate_code" and refused:
            refused -= 1
            return Fail(429)
        return None

    with opened(tmp_path / ".agentic") as stage, Cast(play) as models:
        asked = stage.cloud.request({"task": TASK, "api": "stripe", "model": "openai:test"})
        result = stage.cloud.carry_out(asked, credentials=environment("openai", models.url))
        assert (result.status, result.error) == ("completed", None)
        assert refused == 0
        logs = "".join(path.read_text() for path in (tmp_path / ".agentic").rglob("*invoke-generator*.log"))
    assert '"throttled": "ThrottlingException"' in logs
