"""An `up` that is ended in the middle, in every way there is, and run again: nothing is made twice or left over."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentic.local.stacks import ledger
from tests.conftest import Command, gone, using

pytestmark = pytest.mark.cloud

TASK = "Create a Stripe customer named Zoë Quist with email zoe@example.com"
ON = ("--stack", "dev", "--local")
# So many resources are there when it is ended; the whole stack has more than twice as many.
MANY = 20

Kill = Callable[["subprocess.Popen[str]", Path], None]


def the_command(process: "subprocess.Popen[str]", home: Path) -> None:
    process.kill()


def the_engine(process: "subprocess.Popen[str]", home: Path) -> None:
    """The `pulumi` process, which has no time to write down what it was doing."""
    for other in using(home):
        if Path(f"/proc/{other}/exe").resolve().name == "pulumi":
            os.kill(other, signal.SIGKILL)


def the_background(process: "subprocess.Popen[str]", home: Path) -> None:
    """The local cloud itself, as if AWS went away."""
    status = Command(home)("local", "status", "--json").json
    os.kill(status["pid"], signal.SIGKILL)


def by_ctrl_c(process: "subprocess.Popen[str]", home: Path) -> None:
    process.send_signal(signal.SIGINT)


@pytest.fixture
def stack(tmp_path: Path, pulumi: Path, no_account: None) -> Iterator[Command]:
    command = Command(tmp_path / ".agentic")
    yield command
    command("local", "stop")
    assert gone(command.home, 30)


@pytest.mark.parametrize(("kill", "ending"), [(the_command, -9), (the_engine, 1), (the_background, 1), (by_ctrl_c, 130)])
def test_an_up_that_was_ended_goes_on(stack: Command, kill: Kill, ending: int) -> None:
    """The next `up` makes the rest; then nothing is to be done, a run works, and `destroy` leaves nothing."""
    process = stack.start("up", *ON, "--yes", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    path = stack.home / "stacks" / "dev" / "resources.jsonl"
    deadline = time.monotonic() + 240
    while not path.exists() or len(path.read_bytes().splitlines()) < MANY:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kill(process, stack.home)
    _, said = process.communicate(timeout=300)
    assert process.returncode == ending, said
    assert "Traceback" not in said
    made_before = len(ledger.read(path))
    again = stack("up", *ON, "--yes", "--json", timeout=300)
    assert again.exit == 0, again.err
    assert sum(step["op"] == "create" for step in again.json["changes"]) > 0
    resources = ledger.read(path)
    assert len(resources) > made_before  # the control: it was the middle
    named = [(resource.type, resource.name) for resource in resources]
    assert len(named) == len(set(named))
    assert stack("up", *ON, "--yes", "--json", timeout=300).json["changes"] == []
    assert json.loads(stack("run", TASK, *ON, "--json").out)["status"] == "completed"
    assert stack("destroy", *ON, "--yes", timeout=300).exit == 0
    assert not path.exists()
