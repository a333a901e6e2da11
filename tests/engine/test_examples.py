"""The examples do what they say, as they stand, on the local cloud."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic import Stack
from agentic.deployment import Op
from tests.conftest import Command, built_environment, gone

pytestmark = pytest.mark.cloud

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TASK = "Create a Stripe customer named Zoë Quist with email zoe@example.com"


@pytest.fixture
def home(tmp_path: Path, pulumi: Path, no_account: None) -> Iterator[Command]:
    command = Command(tmp_path / ".agentic")
    yield command
    command("local", "stop")
    assert gone(command.home)


def test_a_stack_from_python(home: Command) -> None:
    """`deploy.py` previews, makes and removes the stack `team`, which works by the command line as well."""

    def deploy(action: str) -> str:
        done = subprocess.run(
            [sys.executable, EXAMPLES / "stack_from_python" / "deploy.py", action, "--local"],
            env=built_environment(AGENTIC_HOME=str(home.home)),
            cwd=home.home.parent,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "create aws:sfn/stateMachine:StateMachine" in deploy("preview")
    assert "bucket agentic-api-developer-team-code-storage-" in deploy("up")
    done = home("run", TASK, "--stack", "team", "--local", "--json")
    assert done.json["status"] == "completed", done.err
    outputs = home("outputs", "--stack", "team", "--local", "--json").json
    assert (outputs["backend"], outputs["region"]) == ("workflow", "eu-central-1")
    assert "removed" in deploy("destroy")


def test_a_program_of_ones_own(home: Command) -> None:
    """The component takes the program's bucket, key and network in the place of its own, and runs work on them."""
    with Stack("staging", local=True, home=home.home, program=EXAMPLES / "own_program" / "__main__.py") as stack:
        changes, outputs = stack.changes_of_up()
        made = [step.type.rsplit(":", 1)[1] for step in changes.steps if step.op is Op.CREATE]
        assert outputs.bucket == "example-artifacts-staging"
        assert (made.count("Bucket"), made.count("Vpc"), made.count("Key"), made.count("VpcEndpoint")) == (1, 1, 1, 0)
        done = home("run", TASK, "--stack", "staging", "--local", "--json")
        assert done.json["status"] == "completed", done.err
        assert stack.changes_of_up()[0].steps == ()
        stack.destroy()
