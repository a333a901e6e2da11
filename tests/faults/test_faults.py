"""Whichever service fails, throttles, is slow, cuts off or answers nonsense: a run ends, says how, and did what it says.

The short form; `make prove` has every service suffer in every way, again and again.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_plan import API, Fault, Kind
from faults_stage import Stage, opened

# Of a run's requests to DynamoDB that change something: the claims of its two steps are among them.
_CHANGES = 18


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with opened(tmp_path_factory.mktemp("faults") / ".agentic") as stage:
        yield stage


def changes(name: str) -> bool:
    return name.endswith((".UpdateItem", ".PutItem"))


@pytest.mark.parametrize("kind", [Kind.FAILS, Kind.THROTTLED, Kind.SLOW, Kind.GARBAGE, Kind.CUT])
@pytest.mark.parametrize(("service", "after"), [("dynamodb", 12), ("s3", 1), ("lambda", 1), (API, 1)])
def test_a_run_ends_in_a_stated_condition(stage: Stage, service: str, after: int, kind: Kind) -> None:
    found = stage.suffered(Fault(service, kind, after=after, times=2))
    assert found.fault.hit, "nothing went wrong"
    assert found.wrong == "", found


@pytest.mark.parametrize("after", [0, 3, 9, 12, 16])
def test_a_change_of_the_record_whose_answer_is_lost_is_made_once_and_the_run_goes_on(stage: Stage, after: int) -> None:
    """The client sends it again: what it finds is its own."""
    found = stage.suffered(Fault("dynamodb", Kind.LOST, after=after, times=1, only=changes))
    assert after < _CHANGES
    assert found.fault.hit, "nothing was lost"
    assert (found.status, found.effects, found.wrong) == ("completed", 1, ""), found


@pytest.mark.parametrize("service", ["dynamodb", "s3", "lambda", API])
def test_a_service_that_is_gone_for_good_ends_the_run_and_the_next_one_works(stage: Stage, service: str) -> None:
    found = stage.suffered(Fault(service, Kind.FAILS, times=1000))
    assert (found.effects, found.wrong) == (0, ""), found
    assert found.told != "completed"
    well = stage.suffered(Fault("none", Kind.FAILS))
    assert (well.status, well.effects) == ("completed", 1)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_queue_that_fails_loses_no_submission(stage: Stage, kind: Kind) -> None:
    """The run is recorded before its message is sent: what the queue did not take, the sweep sends."""
    found = stage.submitted(Fault("sqs", kind, times=6, seconds=1.0, only=lambda name: name.endswith(".SendMessage")))
    assert found.fault.hit, "nothing went wrong"
    assert found.told.startswith("position "), found
    assert (found.status, found.effects, found.wrong) == ("completed", 1, ""), found


def test_control_what_the_stage_looks_for_it_finds(stage: Stage) -> None:
    """A customer of the run's name that its run has not made shows as an effect too many."""
    name = "Zoe Control"
    state = stage.cloud._account.endpoint.durable.mapping("fake-stripe")
    for number in range(2):
        state[f"customers/cus_control{number}"] = f'{{"id": "cus_control{number}", "name": "{name}", "_sequence": {number}}}'
    assert stage.effects(name) == 2
