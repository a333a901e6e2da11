"""Queued runs whose workers are killed and whose messages come twice: none is lost or stuck, nothing is done twice.

The short form; `make prove` does a thousand (`bench/load.py`).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from load_stage import Load, dead_letters, poisoned

from agentic.core.values import RunStatus


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    with Load(tmp_path_factory.mktemp("load") / ".agentic", workers=4) as load:
        yield load


def test_no_run_is_lost_or_stuck_and_nothing_is_done_twice(load: Load, capsys: pytest.CaptureFixture[str]) -> None:
    figures = load.carried_out(16, kill_each=1.5, doubled=0.5)
    with capsys.disabled():
        print(f"\n{figures}")
    assert (figures.lost, figures.stuck, figures.wrong) == ([], [], [])
    assert figures.killed
    assert figures.doubled
    assert figures.statuses[RunStatus.COMPLETED] > len(figures.submitted) / 2


def test_a_run_that_no_worker_survives_ends_as_poison_and_its_message_is_kept(load: Load) -> None:
    run_id = poisoned(load)
    result = load.cloud.result(run_id)
    assert result.status is RunStatus.FAILED
    assert result.error is not None
    assert result.error.code == "poison"
    assert "dead letters" in result.error.hint
    assert any(run_id in body for body in dead_letters(load))


def test_control_a_second_customer_of_a_run_shows(load: Load) -> None:
    """What counts the effects sees one that is too many."""
    figures = load.carried_out(1)
    (run_id,) = figures.submitted
    state = load.cloud._account.endpoint.durable.mapping("fake-stripe")
    (key,) = [key for key, text in list(state.items()) if load._names[run_id] in text and key.startswith("customer")]
    state[f"{key}twice"] = state[key]
    assert load.effects([run_id])[run_id] == 2
