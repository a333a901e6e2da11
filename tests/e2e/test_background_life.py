"""`agentic local stop` leaves nothing running, in whatever state the background local cloud is."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from agentic.local import control
from tests.conftest import Command, gone, using

pytestmark = pytest.mark.cloud


def eventually(seen: Callable[[], object], seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def test_one_that_is_just_starting_is_stopped_although_its_starter_was_killed(agentic: Command):
    starter = agentic.start("local", "start", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert eventually(lambda: (agentic.home / "background.lock").exists() and (agentic.home / "background.lock").read_text())
    starter.kill()
    starter.wait()
    # The control: it does not answer yet, and lives.
    assert control.status(agentic.home) is None
    assert using(agentic.home)
    done = agentic("local", "stop")
    assert (done.exit, done.out) == (0, "stopped\n")
    assert gone(agentic.home)
    assert agentic("local", "stop").out == "nothing was running\n"


def test_one_that_does_not_end_is_killed_and_what_it_had_acknowledged_is_there(agentic: Command):
    run_id = agentic("run", "Show my Stripe balance", "--json").json["run_id"]
    # It has no time at all to end by itself.
    assert control.stop(agentic.home, seconds=0.0)
    assert gone(agentic.home)
    assert agentic("runs", "show", run_id, "--json").json["status"] == "completed"


def test_the_next_start_waits_for_one_that_is_just_ending(agentic: Command):
    agentic("local", "start")
    pid = agentic("local", "status", "--json").json["pid"]
    os.kill(pid, signal.SIGTERM)
    assert agentic("run", "Show my Stripe balance", "--json").exit == 0
    assert agentic("local", "status", "--json").json["pid"] != pid
