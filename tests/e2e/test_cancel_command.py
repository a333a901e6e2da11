"""`agentic runs cancel`: a run that waits is ended from another terminal, and what has ended stays as it is."""

import pytest

from tests.conftest import Command

pytestmark = pytest.mark.cloud

TASK = "Create a Stripe customer named Zoë Quist with email zoe@quist.example"


def test_a_run_that_waits_is_cancelled_and_stays_so(shared: Command) -> None:
    paused = shared("run", TASK, "--writes", "approve", "--json").json
    assert paused["status"] == "paused"
    done = shared("runs", "cancel", paused["run_id"])
    assert (done.exit, done.out) == (0, "the run is cancelled\n")
    refused = shared("runs", "approve", paused["run_id"], "--yes")
    assert refused.exit == 4
    assert shared("runs", "show", paused["run_id"], "--json").json["calls"] == []


def test_a_run_that_has_ended_stays_as_it_is_and_one_that_is_not_there_is_told(shared: Command) -> None:
    ended = shared("run", TASK, "--json").json
    assert shared("runs", "cancel", ended["run_id"], "--json").json["status"] == "completed"
    unknown = shared("runs", "cancel", "run_0000000000000000")
    assert unknown.exit == 2
    assert "no run 'run_0000000000000000'" in unknown.err
