"""Each layer stops what it is named for: with it the attempt fails, without it (the control) the same attempt succeeds."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.errors import SandboxError
from agentic.core.spec import Sdk
from agentic.sandbox import KERNEL, Sandbox, SandboxPolicy, Terms
from agentic.sandbox.layers import LAYERS, WALLS, missing
from tests.sandbox.conftest import AS_ON_LAMBDA, Run

POLICY = SandboxPolicy(seconds=10)

# Layers to leave out, and then a script that prints "through" when nothing stopped it.
READ = "print('through') if open(PLANTED).read() else None"
SOCKET = "import socket as s, _socket\n_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)\nprint('through')"
FORK = "import os\nif os.fork() == 0: os._exit(0)\nprint('through')"
SIGNAL = "import os\nos.kill(os.getppid(), 0)\nprint('through')"
LOOPBACK = """
import _socket
_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM).connect(("127.0.0.1", 9))
print("through")
"""
WRITE = "import os\nos.close(os.open(PLANTED, os.O_WRONLY))\nprint('through')"
TOUCH = "import os\nos.utime(PLANTED)\nprint('through')"
NEW_RIGHTS = "print('through') if 'NoNewPrivs:\\t0' in open('/proc/self/status').read() else None"

FILES = {"landlock", "own-root", "own-user"}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("planted")
    path = folder / "planted.txt"
    path.write_text("canary")
    path.chmod(0o666)
    yield path
    assert path.read_text() == "canary"


def through(code: str, planted: Path, without: set[str]) -> bool:
    terms = Terms(require=(), without=frozenset(without))
    with Sandbox(Sdk("", ()), terms=terms) as sandbox:
        outcome = sandbox.run(f"PLANTED = {str(planted)!r}\n{code}", POLICY)
    assert not set(outcome.layers) & without
    return outcome.stdout == "through\n"


@pytest.mark.parametrize(
    ("code", "without", "kept"),
    [
        pytest.param(READ, FILES, "landlock", id="landlock-stops-reading"),
        pytest.param(READ, FILES, "own-root", id="own-root-stops-reading"),
        pytest.param(WRITE, FILES | {"seccomp"}, "landlock", id="landlock-stops-writing"),
        pytest.param(WRITE, FILES | {"seccomp"}, "own-root", id="own-root-stops-writing"),
        pytest.param(WRITE, FILES | {"seccomp"}, "seccomp", id="seccomp-stops-writing"),
        pytest.param(TOUCH, FILES | {"seccomp"}, "seccomp", id="seccomp-stops-what-landlock-lets-through"),
        pytest.param(SOCKET, {"seccomp"}, "seccomp", id="seccomp-stops-sockets"),
        pytest.param(FORK, {"seccomp"}, "seccomp", id="seccomp-stops-forks"),
        pytest.param(SIGNAL, {"seccomp"}, "seccomp", id="seccomp-stops-signals"),
        pytest.param(LOOPBACK, {"seccomp", "own-network"}, "own-network", id="own-network-stops-the-machines-loopback"),
        pytest.param(NEW_RIGHTS, set(KERNEL), "no-new-privs", id="no-new-privs"),
    ],
)
def test_layer_alone_stops_it_and_without_it_the_attempt_succeeds(
    planted: Path, code: str, without: set[str], kept: str
) -> None:
    here = _layers_here()
    if kept not in here:
        pytest.skip(f"this kernel or container has no {kept}: {here}")
    assert through(code, planted, without)
    assert not through(code, planted, without - {kept})


def _layers_here() -> tuple[str, ...]:
    with Sandbox(Sdk("", ()), terms=Terms(require=())) as sandbox:
        return sandbox.run("", POLICY).layers


def test_script_of_root_is_a_user_that_nobody_else_is(run: Run) -> None:
    if os.getuid() != 0:
        pytest.skip("only root has another user to become")
    outcome = run("import os\nprint(os.getresuid(), os.getgroups())")
    assert "own-user" in outcome.layers
    assert "(0" not in outcome.stdout
    assert outcome.stdout.endswith("[]\n")


def test_script_is_not_told_the_machines_name(run: Run) -> None:
    outcome = run("import os, platform\nprint(os.uname().nodename, platform.node())")
    if "own-root" not in outcome.layers:
        pytest.skip("no namespaces here")
    assert outcome.stdout == "sandbox sandbox\n"


def test_script_sees_the_python_library_and_nothing_else(run: Run) -> None:
    outcome = run("import os\nprint(sorted(os.listdir('/')))\nimport json.tool, sqlite3.dbapi2")
    if "own-root" in outcome.layers and "landlock" not in outcome.layers:
        assert "proc" not in outcome.stdout
    else:
        assert "PermissionError" in outcome.stderr
    assert run("import wave, tomllib; print('a library is there')").success


HOSTILE_SDK = """
import os, socket, subprocess
def attempt(name, action):
    try:
        action()
    except Exception as error:
        tried[name] = type(error).__name__
    else:
        tried[name] = "through"
def spawn():
    subprocess.run(["/bin/true"], check=True)
tried = {}
attempt("read", lambda: open(PLANTED).read())
attempt("write", lambda: open(PLANTED, "a").close())
attempt("socket", lambda: __import__("_socket").socket(2, 1))
attempt("spawn", spawn)
attempt("signal", lambda: os.kill(os.getppid(), 0))
"""


def _tried(tmp_path: Path, planted: Path, terms: Terms) -> str:
    (tmp_path / "hostile_sdk.py").write_text(f"PLANTED = {str(planted)!r}\n{HOSTILE_SDK}")
    with Sandbox(Sdk("", ("hostile_sdk",)), python_path=[str(tmp_path)], terms=terms) as sandbox:
        return sandbox.run("import hostile_sdk\nprint(hostile_sdk.tried)", POLICY).stdout


def test_an_sdk_is_confined_before_it_is_imported(tmp_path: Path, planted: Path) -> None:
    assert _tried(tmp_path, planted, Terms()).count("through") == 0
    control = _tried(tmp_path, planted, AS_ON_LAMBDA)
    assert control.count("through") == 5, control


@pytest.mark.parametrize("wall", [name for name in WALLS if set(WALLS[name].layers) & KERNEL])
def test_sandbox_without_a_wall_that_must_stand_runs_nothing_and_says_which(wall: str) -> None:
    layers = KERNEL & set(WALLS[wall].layers)
    with Sandbox(Sdk("", ()), terms=Terms(without=layers)) as sandbox, pytest.raises(SandboxError, match=wall):
        sandbox.run("print('ran')", POLICY)
    if wall != "privileges":  # Without it the kernel gives no other layer either.
        with Sandbox(Sdk("", ()), terms=Terms(require=("process", "limits"), without=layers)) as sandbox:
            assert sandbox.run("print('ran')", POLICY).stdout == "ran\n"


def test_function_of_its_own_stands_for_the_kernels_layers_on_lambda(lambda_run: Run) -> None:
    outcome = lambda_run("print('ran')")
    assert outcome.stdout == "ran\n"
    assert "own-function" in outcome.layers
    assert not set(outcome.layers) & KERNEL


def test_missing_names_the_wall_and_what_would_make_it() -> None:
    assert missing(["process"], ["process", "files"]) == [
        "nothing here stops a script from reading or writing files (files: needs landlock or own-root)"
    ]
    assert missing(LAYERS, WALLS) == []


def test_other_systems_are_refused_with_the_way_out() -> None:
    code = """
import sys
sys.platform = "darwin"
from agentic.core.spec import Sdk
from agentic.sandbox import Sandbox
try:
    Sandbox(Sdk("", ()))
except Exception as error:
    print(type(error).__name__, error.message, error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("UnsupportedPlatformError the sandbox needs Linux")
    assert "Linux container" in done.stdout
