"""run_code's own part: which walls it asks for, on a machine of ours and on AWS, and what it says when one is missing."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.frozen import FILE_NAME, freeze
from agentic.core.spec import ApiSpec, Host, Sdk
from tests.escape.ordinary_user import PROJECT

SDK = Sdk("acme-sdk>=2,<3", ())
SPEC = ApiSpec(name="acme", title="Acme", sdk=SDK, hosts=(Host("api.acme.dev", ()),), secrets=(), prompt="")

# In a process of its own: on AWS it makes itself unreadable for others.
PROGRAM = """
import json, os, sys
from agentic.agents.tools.run_code import wall
from agentic.agents.tools.services import Services
handle = wall(Services(os.environ, lambda service: None))
event = {"code": "print('ran')", "grant": "", "seconds": 10, "output_bytes": 1000}
outcome = handle(event, None)
readable = os.stat(f"/proc/{os.getpid()}/environ").st_uid == os.getuid()
print(json.dumps([outcome, readable]))
"""


@pytest.fixture(scope="module")
def task_root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / FILE_NAME).write_bytes(freeze([SPEC]))
        yield folder


def outcome(task_root: Path, **environment: str) -> tuple[dict[str, object], bool]:
    told = {"AGENTIC_API": "acme", "AGENTIC_CALL_API": "call-api", "LAMBDA_TASK_ROOT": str(task_root)}
    # As on Lambda: not as root, whose files in /proc are root's either way.
    ordinary = [sys.executable, "-m", "tests.escape.ordinary_user"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*ordinary, sys.executable, "-c", PROGRAM],
        env={**told, **environment},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found, readable = json.loads(done.stdout)
    return found, readable


ALL = "process,limits,privileges,files,system-calls,network"
ON_AWS = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}


def test_on_aws_the_function_itself_is_the_wall(task_root: Path) -> None:
    found, _ = outcome(task_root, AGENTIC_SANDBOX_REQUIRE=ALL, **ON_AWS)
    assert found["stdout"] == "ran\n"
    assert "own-function" in str(found["layers"])


def test_local_cloud_is_not_taken_for_aws(task_root: Path) -> None:
    found, _ = outcome(task_root, AGENTIC_SANDBOX_REQUIRE=ALL, AGENTIC_LOCAL="true", **ON_AWS)
    assert found["stdout"] == "ran\n", found
    assert "own-function" not in str(found["layers"])
    assert "seccomp" in str(found["layers"])


def test_walls_that_are_not_asked_for_are_set_up_all_the_same(task_root: Path) -> None:
    found, _ = outcome(task_root, AGENTIC_SANDBOX_REQUIRE="", AGENTIC_LOCAL="true")
    assert {"seccomp", "rlimits", "not-dumpable"} <= set(str(found["layers"]).replace("'", "").strip("[]").split(", "))


def test_on_aws_its_credentials_cannot_be_read_by_the_scripts_process(task_root: Path) -> None:
    """The script's process is of the same user there; what is not dumpable belongs to root in /proc."""
    _, aws = outcome(task_root, AGENTIC_SANDBOX_REQUIRE=ALL, **ON_AWS)
    _, here = outcome(task_root, AGENTIC_SANDBOX_REQUIRE=ALL, AGENTIC_LOCAL="true", **ON_AWS)
    assert (aws, here) == (False, True)
