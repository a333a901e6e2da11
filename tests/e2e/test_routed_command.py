"""`agentic run` and `agentic exec` without --api on the project's own stack, and when the functions of its APIs start."""

from pathlib import Path
from typing import Any

import pytest
from routed_stage import APIS, SCRIPTS, TASKS, UNCLEAR

from agentic import LocalCloud
from agentic.core.values import RunStatus
from tests.conftest import Command

pytestmark = pytest.mark.cloud


def test_an_apis_functions_start_with_its_first_run_or_when_there_is_nothing_else_to_do(tmp_path: Path):
    def started(cloud: LocalCloud) -> set[str]:
        functions: Any = cloud._account.functions
        walls = (f"agentic-api-developer-dev-run-code-{api}" for api in TASKS)
        return {name.rpartition("-")[2] for name in walls if functions.processes(name)}

    with LocalCloud(tmp_path / ".agentic", config={"agentic:apis": APIS}) as cloud:
        assert started(cloud) == {"stripe"}
        assert cloud.run(TASKS["openweather"]).status is RunStatus.COMPLETED
        assert started(cloud) == {"stripe", "openweather"}
        assert cloud.ready_next()
        assert started(cloud) == set(TASKS)
        while cloud.ready_next():
            pass
        assert not cloud.ready_next()


"""As a person runs it, on the stack that the project has."""


@pytest.mark.parametrize("api", TASKS)
def test_a_task_without_an_api(shared: Command, api: str):
    done = shared("run", TASKS[api], "--json")
    assert (done.exit, done.json["status"], done.json["api"]) == (0, "completed", api), done


def test_an_unclear_task_is_asked_back_with_5(shared: Command):
    done = shared("run", UNCLEAR)
    assert done.exit == 5, done
    assert "which API: Stripe or GitHub?" in done.err
    assert "--api: stripe, github" in done.err


def test_a_script_without_an_api(shared: Command, tmp_path: Path):
    (tmp_path / "mine.py").write_text(SCRIPTS["github"])
    done = shared("exec", str(tmp_path / "mine.py"), "--json")
    assert (done.exit, done.json["api"]) == (0, "github"), done
    (tmp_path / "mine.py").write_text("print(1)\n")
    assert shared("exec", str(tmp_path / "mine.py")).exit == 2


@pytest.mark.parametrize("api", SCRIPTS)
def test_a_script_is_validated_for_the_api_that_it_tells(api: str, agentic: Command, tmp_path: Path):
    (tmp_path / "mine.py").write_text(SCRIPTS[api])
    done = agentic("validate", str(tmp_path / "mine.py"), "--json")
    assert (done.exit, done.json["valid"]) == (0, True), done
    # The control: the same script is not valid for another API, so it was judged for its own.
    other = next(name for name in SCRIPTS if name != api)
    assert agentic("validate", str(tmp_path / "mine.py"), "--api", other).exit == 4
    (tmp_path / "mine.py").write_text("print(1)\n")
    done = agentic("validate", str(tmp_path / "mine.py"))
    assert (done.exit, done.out) == (2, "")
    assert "name the API with --api" in done.err


def test_a_live_run_needs_the_key_of_the_api_that_its_task_is_for(shared: Command):
    done = shared("run", TASKS["github"], "--live", env={"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
    assert done.exit == 2, done
    assert "key for GitHub" in done.err


def test_where_no_keyring_is_the_next_step_names_the_apis_own_variable(agentic: Command):
    done = agentic("keys", "set", "github", env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}, stdin="k\n")
    assert (done.exit, done.out) == (2, "")
    assert "set the key in the environment instead: GITHUB_TOKEN" in done.err
