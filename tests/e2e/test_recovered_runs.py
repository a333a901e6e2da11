"""A run whose local cloud is killed in the middle is finished at the next start: nothing is lost, nothing done twice."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, gone

pytestmark = pytest.mark.cloud

SLOW = """import os
import time
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
print(stripe.Customer.create(name="First", email="first@example.com").id)
time.sleep(20)
print(stripe.Customer.create(name="Second", email="first@example.com").id)
"""
COUNT = """import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
print(len(stripe.Customer.list(email="first@example.com").data))
"""


def newest(command: Command) -> Any:
    runs = command("runs", "list", "--json").json["runs"]
    return runs[0] if runs else {"status": "", "calls_made": 0}


def until(seen: Any, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen():
            return True
        time.sleep(0.2)
    return False


def test_a_run_whose_cloud_was_killed_is_finished_at_the_next_start(agentic: Command, tmp_path: Path):
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "count.py").write_text(COUNT)
    agentic("local", "start")
    process = agentic.start("exec", str(tmp_path / "slow.py"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert until(lambda: newest(agentic)["calls_made"] == 1)
    run_id = newest(agentic)["run_id"]
    assert until(lambda: [call["status"] for call in agentic("runs", "show", run_id, "--json").json["calls"]] == [200])
    os.kill(agentic("local", "status", "--json").json["pid"], signal.SIGKILL)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "ended in the middle" in err
    assert gone(agentic.home, 10.0)
    # The next start takes it up by itself.
    agentic("local", "start")
    assert until(lambda: newest(agentic)["status"] not in {"executing", "validating"})
    result = agentic("runs", "show", run_id, "--json").json
    assert (result["status"], result["error"]) == ("completed", None)
    assert [(call["method"], call["status"], call["replayed"]) for call in result["calls"]] == [
        ("POST", 200, True),
        ("POST", 200, False),
    ]
    assert len(result["outcome"]["stdout"].split()) == 2
    # What was done before the kill was not done again.
    counted = agentic("exec", str(tmp_path / "count.py"), "--json").json
    assert counted["outcome"]["stdout"].strip() == "2"
