"""After a run: what happened and when, lists of runs, the run again offline, and the run as files, by the command."""

from pathlib import Path

import pytest

from tests.conftest import Command

SCRIPT = """
import os, time
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
customer = stripe.Customer.create(name="Grace", metadata={"at": time.time()})
print(customer.name, stripe.Customer.retrieve(customer.id).id == customer.id)
"""


@pytest.fixture
def run_id(shared: Command, tmp_path: Path) -> str:
    (tmp_path / "grace.py").write_text(SCRIPT)
    done = shared("exec", str(tmp_path / "grace.py"), "--json")
    assert done.json["status"] == "completed", done.out
    return done.json["run_id"]


def test_show_tells_steps_and_calls_with_their_times(shared: Command, run_id: str) -> None:
    shown = shared("runs", "show", run_id, "--json").json
    assert [step["name"] for step in shown["steps"]] == ["validating", "validated", "executing", "completed"]
    times = [step["at"] for step in shown["steps"]]
    assert times == sorted(times)
    assert [(call["method"], call["state"]) for call in shown["calls"]] == [("POST", "applied"), ("GET", "applied")]
    assert all(times[2] <= call["at"] <= times[3] for call in shown["calls"])
    assert shown["timings_ms"]["total"] == pytest.approx((times[-1] - times[0]) * 1000, abs=1)
    assert shown["created_at"]
    assert not {"effect_seed", "pins_seed", "grant_hash", "handles"} & shown.keys()
    text = shared("runs", "show", run_id).out
    timeline = text.partition("✓")[0]
    # The first line is the task, in the person's own words.
    assert max(map(len, timeline.splitlines()[1:])) <= 80
    said = [" ".join(line.split()[2:]) for line in timeline.splitlines()]
    assert next(line for line in said if line.startswith(("POST", "GET", "executing"))) == "executing attempt 1"
    assert "Grace True" in text


def test_list_has_the_runs_that_are_asked_for(shared: Command, run_id: str) -> None:
    def listed(*options: str) -> list[str]:
        return [run["run_id"] for run in shared("runs", "list", "--json", *options).json["runs"]]

    assert listed("--limit", "1") == [run_id]
    assert run_id in listed("--status", "completed,failed", "--api", "stripe", "--since", "1h", "--task", "GRACE run")
    for options in (("--status", "paused"), ("--api", "github"), ("--task", "nobody"), ("--since", "2999-01-01")):
        assert run_id not in listed(*options)
    run = shared("runs", "list", "--json", "--limit", "1").json["runs"][0]
    assert set(run) == {"run_id", "created_at", "status", "api", "task", "session", "model", "calls_made", "error"}
    wrong = shared("runs", "list", "--since", "yesterday")
    assert (wrong.exit, "is no time" in wrong.err) == (2, True)


def test_replay_does_a_run_again_without_an_api(shared: Command, run_id: str) -> None:
    done = shared("runs", "replay", run_id)
    assert (done.exit, "the same again" in done.out) == (0, True), done.out + done.err
    facts = shared("runs", "replay", run_id, "--json").json
    assert (facts["same"], facts["calls"], facts["recorded_calls"]) == (True, 2, 2)
    # It made no call: the journal is what it was.
    assert len(shared("runs", "show", run_id, "--json").json["calls"]) == 2
    missing = shared("runs", "replay", "run_0000000000000000")
    assert (missing.exit, "no run" in missing.err) == (2, True)


def test_export_writes_the_script_and_its_test(shared: Command, run_id: str, tmp_path: Path) -> None:
    told = shared("runs", "export", run_id, "--to", str(tmp_path / "out"), "--json").json
    assert (told["script"], told["test"], told["no_test_because"]) == ("script.py", f"test_{run_id}.py", "")
    assert all((tmp_path / "out" / name).is_file() for name in told["files"])
    again = shared("runs", "export", run_id, "--to", str(tmp_path / "out"))
    assert (again.exit, "not empty" in again.err) == (2, True)


def test_run_without_an_execution_is_told_so(shared: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import stripe\nimport socket\n")
    refused = shared("exec", str(tmp_path / "broken.py"), "--api", "stripe", "--json").json
    assert refused["status"] == "refused"
    for action in ("replay", "export"):
        done = shared("runs", action, refused["run_id"])
        assert (done.exit, "has not been executed to an end" in done.err) == (2, True)
