"""Where repair ends: without rounds, with a generator that dies at the second script, and with everything killed then."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from repair_stage import BACKENDS, BROKEN, CREATES, CREATES_AND_FAILS, FAILS, Agents, backend_cloud, carry_out, customers

from agentic import LocalCloud
from agentic.core.values import RunStatus
from tests.conftest import built_environment, gone

pytestmark = pytest.mark.cloud

CHILD = """
import sys
from pathlib import Path
from agentic import LocalCloud

folder, backend, url = sys.argv[1:]
with LocalCloud(Path(folder), config={"agentic:backend": backend, "agentic:apis": '["stripe"]'}) as cloud:
    asked = cloud.request({"task": "Create a Stripe customer named Ada", "api": "stripe", "model": "openai:test"})
    print(asked.run_id, flush=True)
    cloud.carry_out(asked, credentials={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{url}/v1"})
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_without_rounds_a_run_ends_as_its_first_script_did(backend: str, tmp_path: Path):
    """The control is every other test of repair: with the default there are two rounds more."""
    with backend_cloud(tmp_path / ".agentic", backend, regenerations="0") as cloud:
        for script, status, said in (
            (FAILS, RunStatus.FAILED, "No such customer"),
            (BROKEN, RunStatus.REFUSED, "SyntaxError at line 5"),
        ):
            with Agents([script, CREATES]) as agents:
                result = carry_out(cloud, agents)
            assert result.error
            assert (result.status, said in result.error.message) == (status, True), result
            assert (len(agents.told), result.earlier, result.code) == (1, (), script)


@pytest.mark.parametrize("backend", ["harness", "classic"])
def test_a_generator_whose_function_is_killed_at_the_second_script_leaves_no_run_stuck(backend: str, tmp_path: Path):
    with backend_cloud(tmp_path / ".agentic", backend) as cloud:

        def killed(number: int) -> None:
            if number == 1:
                kill(cloud, "agentic-api-developer-dev-invoke-generator")

        with Agents([CREATES_AND_FAILS, CREATES], killed) as agents:
            result = carry_out(cloud, agents)
        assert len(agents.told) >= 2, "it came as far as the second script"
        assert result.status is RunStatus.FAILED
        assert result.error
        assert [version.error.code for version in result.earlier] == ["script_failed"]
        assert customers(cloud) == ["Ada"]
        with Agents([CREATES]) as agents:
            assert carry_out(cloud, agents).status is RunStatus.COMPLETED, "and the next run is as ever"


def kill(cloud: LocalCloud, function: str) -> None:
    """Kill the function's processes that are at work."""
    busy = [process.pid for process in cloud._account.functions.processes(function) if process.pid and process._current]
    assert busy
    for pid in busy:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_kill_of_everything_while_the_second_script_is_written_ends_the_run_with_a_reason(backend: str, tmp_path: Path):
    folder = tmp_path / ".agentic"
    child: list[subprocess.Popen[str]] = []

    def killed(number: int) -> None:
        if number == 1:
            os.kill(child[0].pid, signal.SIGKILL)
            child[0].wait()

    with Agents([CREATES_AND_FAILS, CREATES], killed) as agents:
        command = [sys.executable, "-c", CHILD, str(folder), backend, agents.url]
        environment = built_environment()
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True) as process:
            child.append(process)
            assert process.stdout is not None
            run_id = process.stdout.readline().strip()
            process.wait(120)
    assert len(agents.told) == 2, "it came as far as the second script"
    assert gone(folder, 30)
    with backend_cloud(folder, backend) as cloud:
        deadline = time.monotonic() + 60
        while not (result := cloud.result(run_id)).status.final and time.monotonic() < deadline:
            time.sleep(0.05)
        assert result.error
        assert (result.status, result.error.code) == (RunStatus.FAILED, "interrupted")
        assert [version.error.code for version in result.earlier] == ["script_failed"]
        assert customers(cloud) == ["Ada"]
