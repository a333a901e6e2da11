"""A local cloud with the backend `workflow` that is killed in the middle of a run: nothing stays open, nothing runs twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agentic import LocalCloud
from agentic.core.values import RunStatus
from tests.conftest import built_environment, gone

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import ModelServer, Say

CONFIG = {"agentic:backend": "workflow", "agentic:apis": '["stripe"]'}
CHILD = """
import sys
from pathlib import Path
from agentic import LocalCloud

folder, url = sys.argv[1:]
with LocalCloud(Path(folder), config={"agentic:backend": "workflow", "agentic:apis": '["stripe"]'}) as cloud:
    asked = cloud.request({"task": "Create a Stripe customer named Grace", "api": "stripe", "model": "openai:test"})
    print(asked.run_id, flush=True)
    cloud.carry_out(asked, credentials={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{url}/v1"})
"""


@pytest.fixture
def killed(tmp_path: Path) -> tuple[Path, str]:
    """The state folder of a local cloud that was killed while the model was thinking, and the run's id."""
    folder = tmp_path / ".agentic"
    with ModelServer([Say("ASK: too late", slow=60)]) as model:
        command = [sys.executable, "-c", CHILD, str(folder), model.url]
        environment = built_environment()
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True) as child:
            try:
                assert child.stdout is not None
                run_id = child.stdout.readline().strip()
                deadline = time.monotonic() + 60
                while not model.requests and child.poll() is None and time.monotonic() < deadline:
                    time.sleep(0.01)
            finally:
                os.kill(child.pid, signal.SIGKILL)
        assert model.requests, "the run came as far as its model"
    assert gone(folder, 30)
    return folder, run_id


def test_after_a_kill_the_run_is_failed_its_execution_aborted_and_both_stay_so(killed: tuple[Path, str]):
    folder, run_id = killed
    with LocalCloud(folder, config=CONFIG) as cloud:
        deadline = time.monotonic() + 60
        # No new run waits for what is recovered, so it takes place beside the start.
        while not (result := cloud.result(run_id)).status.final and time.monotonic() < deadline:
            time.sleep(0.05)
        assert result.status is RunStatus.FAILED
        assert result.error
        assert result.error.code == "interrupted"
        states: Any = cloud._account.endpoint.client("stepfunctions")
        (machine,) = states.list_state_machines()["stateMachines"]
        (execution,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
        assert (execution["name"], execution["status"]) == (run_id, "ABORTED")
        events = states.get_execution_history(executionArn=execution["executionArn"])["events"]
        assert (events[0]["type"], events[-1]["type"]) == ("ExecutionStarted", "ExecutionAborted")
        with pytest.raises(states.exceptions.ExecutionAlreadyExists):
            states.start_execution(stateMachineArn=machine["stateMachineArn"], name=run_id, input="{}")
        assert cloud.run("Create a Stripe customer named Alice").status is RunStatus.COMPLETED, "and the next run is as ever"
