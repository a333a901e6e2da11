"""A script in the sandbox behaves as under `python script.py`, and finds nothing of ours."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from agentic.core.errors import SandboxError
from agentic.core.spec import Sdk
from agentic.sandbox import Sandbox, SandboxPolicy
from tests.sandbox.conftest import AS_ON_LAMBDA, Run

TRACEBACK = 'Traceback (most recent call last):\n  File "script.py", line 1, in <module>\n'


def test_output_and_success_are_the_scripts(run: Run) -> None:
    outcome = run("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert (outcome.success, outcome.exit, outcome.reason) == (True, 0, "")
    assert (outcome.stdout, outcome.stderr) == ("out\n", "err\n")
    assert outcome.duration_ms > 0


@pytest.mark.parametrize(
    ("code", "exit_status", "stderr"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("import sys; sys.exit(0)", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import sys; sys.exit('words')", 1, "words\n"),
        ("raise SystemExit(True)", 1, ""),
        ("import os; os._exit(9)", 9, ""),
        ("import sys; sys.stdout.close()", 0, ""),
        ("import sys; sys.stdout = sys.stderr = None", 120, ""),
        (
            "raise KeyboardInterrupt",
            130,
            f"{TRACEBACK}    raise KeyboardInterrupt\nKeyboardInterrupt\n",
        ),
        ("import threading, sys\nthreading.Thread(target=sys.exit, args=(4,)).start()", 0, ""),
    ],
)
def test_exit_status_is_as_pythons(run: Run, code: str, exit_status: int, stderr: str) -> None:
    outcome = run(code)
    assert (outcome.exit, outcome.success, outcome.stderr) == (exit_status, exit_status == 0, stderr)


def test_traceback_shows_the_scripts_lines_and_none_of_ours(run: Run) -> None:
    outcome = run("def work():\n    return 1 / 0\n\nwork()\n")
    assert outcome.exit == 1
    assert outcome.stderr == (
        "Traceback (most recent call last):\n"
        '  File "script.py", line 4, in <module>\n    work()\n'
        '  File "script.py", line 2, in work\n    return 1 / 0\n           ~~^~~\n'
        "ZeroDivisionError: division by zero\n"
    )


def test_traceback_of_an_error_inside_a_library_ends_at_the_scripts_line(run: Run) -> None:
    outcome = run("import json\njson.loads('{')\n")
    assert "line 2" in outcome.stderr
    assert "JSONDecodeError" in outcome.stderr
    assert "decoder.py" not in outcome.stderr
    assert "agentic" not in outcome.stderr


def test_traceback_of_a_thread_and_of_a_chain_are_the_scripts(run: Run) -> None:
    code = """
import threading
def f():
    try:
        {}["k"]
    except KeyError as e:
        raise ValueError("v") from e
t = threading.Thread(target=f)
t.start()
"""
    outcome = run(code)
    assert "KeyError: 'k'" in outcome.stderr
    assert "direct cause" in outcome.stderr
    assert {part.split('"')[1] for part in outcome.stderr.split("File ")[1:]} == {"script.py"}


@pytest.mark.parametrize("code", ["def f(:\n", "x = '\x00'", "(" * 5000, "\udc80", "if 1:\nx"])
def test_code_that_is_no_python_fails_with_its_own_error(run: Run, code: str) -> None:
    outcome = run(code)
    assert outcome.exit == 1
    assert "Error" in outcome.stderr
    assert "agentic" not in outcome.stderr


def test_script_is_main_with_its_annotations_dataclasses_and_handlers(run: Run) -> None:
    code = """
import atexit, dataclasses, sys
@dataclasses.dataclass
class Row:
    name: "str"
atexit.register(print, "at exit")
print(__name__, __file__, sys.argv, Row("a"), sys.modules["__main__"].Row is Row)
"""
    assert run(code).stdout == "__main__ script.py ['script.py'] Row(name='a') True\nat exit\n"


def test_non_daemon_threads_are_waited_for(run: Run) -> None:
    code = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.1), print('done'))).start()"
    assert run(code).stdout == "done\n"


def test_environment_is_exactly_the_policys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-canary")
    code = """
import os, json
try:
    block = open("/proc/self/environ").read()
except PermissionError:  # Only root may look into a process that is not dumpable, be it itself.
    block = ""
print(json.dumps([dict(os.environ), block]))
"""
    with Sandbox(Sdk("", ()), terms=AS_ON_LAMBDA) as sandbox:  # Where there is a /proc to look at.
        environ, block = json.loads(sandbox.run(code, SandboxPolicy({"KEY": "placeholder"})).stdout)
    assert environ == {"KEY": "placeholder", "HOME": "/nonexistent"}
    assert "planted-canary" not in block


def test_child_has_no_descriptor_but_its_own(lambda_run: Run) -> None:
    read, write = os.pipe()
    try:
        outcome = lambda_run("""
import os, json
paths = [f"/proc/self/fd/{fd}" for fd in range(100)]
print(json.dumps([os.readlink(path).split(":")[0] for path in paths if os.path.exists(path)]))
""")
    finally:
        os.close(read)
        os.close(write)
    # Standard streams, and the pipe on which the guest reports.
    assert sorted(json.loads(outcome.stdout)) == ["/dev/null", "pipe", "pipe", "pipe"]


def test_one_run_finds_nothing_of_another(run: Run) -> None:
    run("import builtins, json\nbuiltins.leak = json.leak = 'canary'")
    assert run("import builtins, json\nprint(hasattr(builtins, 'leak'), hasattr(json, 'leak'))").stdout == "False False\n"


def test_script_cannot_claim_layers(run: Run) -> None:
    forged = """
import os, json
for fd in range(3, 30):
    try:
        os.write(fd, json.dumps({"layers": ["forged"]}).encode() + b"\\n")
    except OSError:
        pass
"""
    assert "forged" not in run(forged).layers


def test_files_are_not_written_where_no_layer_forbids_it(lambda_run: Run, tmp_path: Path) -> None:
    outcome = lambda_run(f"with open({str(tmp_path / 'file')!r}, 'w') as file: file.write('x' * 100)")
    assert "File too large" in outcome.stderr
    assert (tmp_path / "file").stat().st_size == 0


def test_without_a_relay_every_connection_is_refused(run: Run) -> None:
    outcome = run("import urllib.request\nurllib.request.urlopen('https://example.com/')")
    assert "the sandbox has no network" in outcome.stderr


def test_runs_in_parallel_keep_their_outputs_apart(sandbox: Sandbox) -> None:
    outputs: dict[int, str] = {}

    def one(number: int) -> None:
        outputs[number] = sandbox.run(f"import time; time.sleep(0.1); print({number})", SandboxPolicy(seconds=20)).stdout

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == {number: f"{number}\n" for number in range(8)}


def test_dead_zygote_is_started_again() -> None:
    with Sandbox(Sdk("", ())) as sandbox:
        zygote = int(sandbox.run("import os; print(os.getppid())", SandboxPolicy()).stdout)
        os.kill(zygote, signal.SIGKILL)
        outcome = sandbox.run("import os; print(os.getppid())", SandboxPolicy())
        assert outcome.success
        assert int(outcome.stdout) != zygote


def test_zygote_that_dies_during_a_run_ends_the_run() -> None:
    with Sandbox(Sdk("", ()), terms=AS_ON_LAMBDA) as sandbox:
        outcome = sandbox.run("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(20)", SandboxPolicy(seconds=10))
        assert (outcome.success, outcome.reason, outcome.exit) == (False, "broke_off", None)
        assert outcome.duration_ms < 5000
        assert sandbox.run("print(1)", SandboxPolicy()).stdout == "1\n"


def test_zygote_is_replaced_after_its_runs() -> None:
    with Sandbox(Sdk("", ()), runs_per_zygote=3) as sandbox:
        parents: list[str] = []
        deadline = time.monotonic() + 20
        while len(set(parents)) < 3 and time.monotonic() < deadline:
            parents.append(sandbox.run("import os; print(os.getppid())", SandboxPolicy()).stdout)
    assert len(set(parents)) == 3
    assert "" not in parents


def test_sdk_that_does_not_load_is_one_clear_error() -> None:
    sandbox = Sandbox(Sdk("", ("no_such_module",)))
    with pytest.raises(SandboxError, match="no_such_module") as caught:
        sandbox.start()
    assert "Traceback" in str(caught.value.data["details"])
    sandbox.close()


def test_bootstrap_runs_before_each_script_and_warm_up_once(tmp_path: Path) -> None:
    (tmp_path / "planted_sdk.py").write_text(
        "count = 0\ndef warm_up():\n    global count\n    count += 1\ndef bootstrap():\n    global count\n    count += 10\n"
    )
    sdk = Sdk("", ("planted_sdk",), warm_up="planted_sdk:warm_up", bootstrap="planted_sdk:bootstrap")
    with Sandbox(sdk, python_path=[str(tmp_path)]) as sandbox:
        assert [sandbox.run("import planted_sdk; print(planted_sdk.count)", SandboxPolicy()).stdout for _ in range(2)] == [
            "11\n"
        ] * 2


def test_zygotes_path_is_the_standard_library_and_what_was_given(run: Run) -> None:
    assert "site-packages" not in run("import sys; print(sys.path)").stdout
    assert "ModuleNotFoundError" in run("import stripe").stderr
