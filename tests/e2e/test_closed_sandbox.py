"""Where the kernel offers no wall between a script and files, nothing runs, and the person is told why and what to do."""

import json
import subprocess
import sys
from pathlib import Path

from agentic.core.errors import ExitCode
from tests.conftest import AGENTIC, Done, built_environment
from tests.escape.ordinary_user import PROJECT

TASK = "Create a Stripe customer named Ada"


def run(folder: Path, *arguments: str, poor: bool = True) -> Done:
    before = [sys.executable, "-m", "tests.sandbox.poor_container"] if poor else []
    done = subprocess.run(
        [*before, str(AGENTIC), *arguments],
        cwd=PROJECT,
        env=built_environment(AGENTIC_HOME=str(folder / ".agentic")),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return Done(done.returncode, done.stdout, done.stderr)


def test_nothing_runs_and_the_error_names_the_wall(tmp_path: Path) -> None:
    result = run(tmp_path, "run", TASK, "--no-background", "--json")
    assert result.exit == ExitCode.FAILED
    assert (result.json["status"], result.json["calls"]) == ("failed", [])
    assert result.json["outcome"]["stdout"] == ""
    assert result.json["error"]["code"] == "sandbox"
    assert "files: needs landlock or own-root" in result.json["error"]["message"]
    assert "agentic doctor" in result.json["error"]["hint"]


def test_person_reads_it_once(tmp_path: Path) -> None:
    done = run(tmp_path, "run", TASK, "--no-background")
    assert (done.out + done.err).count("the sandbox is not closed here") == 1


def test_doctor_says_what_the_missing_layers_need(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", "--json")
    assert done.exit == ExitCode.FAILED
    items = {item["name"]: item for item in json.loads(done.out)["items"]}
    assert "Linux 5.13" in items["layer landlock"]["text"]
    assert "namespaces" in items["layer own-root"]["text"]
    assert items["sandbox"]["state"] == "problem"


def test_control_the_same_command_runs_where_the_walls_are(tmp_path: Path) -> None:
    assert run(tmp_path, "run", TASK, "--no-background", "--json", poor=False).json["status"] == "completed"
