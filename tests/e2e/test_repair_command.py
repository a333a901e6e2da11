"""Repair at the command line: what is seen of scripts that were given up, and of a run that goes on after a question."""

from repair_stage import BROKEN, CREATES, CREATES_AND_FAILS, FAILS, READS, TASK, Agents

from tests.conftest import Command

MODEL = ("--model", "openai:test", "--json")


def test_runs_show_names_all_scripts_and_why_each_was_given_up(shared: Command):
    with Agents([FAILS, BROKEN, CREATES]) as agents:
        done = shared("run", TASK, *MODEL, env=agents.credentials)
    assert done.exit == 0, done
    result = done.json
    assert [version["error"]["code"] for version in result["earlier"]] == ["script_failed", "validation_failed"]
    text = shared("runs", "show", result["run_id"]).out
    for number, said in ((1, "No such customer"), (2, "SyntaxError at line 5")):
        (row,) = [line for line in text.splitlines() if line.startswith(f"script {number}")]
        assert "generated/stripe/" in row
        assert said in row
    assert text.count("given_up") == 2


def test_a_held_write_is_shown_with_its_reason_and_can_be_rejected(shared: Command):
    with Agents([CREATES_AND_FAILS, CREATES]) as agents:
        done = shared("run", TASK, *MODEL, env=agents.credentials)
    assert done.exit == 3, done
    run_id = done.json["run_id"]
    assert "script 1 of this run has done the same already" in shared("runs", "show", run_id).out
    assert shared("runs", "reject", run_id).exit == 0


def test_after_an_approval_the_script_is_written_anew_with_the_credentials_of_who_approved(shared: Command):
    with Agents([CREATES_AND_FAILS, READS]) as agents:
        asked = shared("run", TASK, *MODEL, "--writes", "approve", env=agents.credentials)
        assert asked.exit == 3, asked
        done = shared("runs", "approve", asked.json["run_id"], "--yes", "--json", env=agents.credentials)
    assert done.exit == 0, done
    assert done.json["answer"].startswith("Known:")
    assert len(done.json["earlier"]) == 1
