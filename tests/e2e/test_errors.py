"""Whatever goes wrong: one clear line, the right exit code, no traceback, nothing half-written, nothing left running."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command, gone, using

BROKEN = "import os\nimport stripe\n\n# five\nprint((\n"


def one_line(text: str, said: str) -> None:
    """The first line says it; what follows is the indented hint."""
    first, *rest = text.splitlines()
    assert said in first, text
    assert first.startswith("agentic: ")
    assert all(line.startswith("  ") for line in rest), text


def test_a_syntax_error_is_told_with_its_line(shared: Command, tmp_path: Path):
    (tmp_path / "broken.py").write_text(BROKEN)
    for command in ("validate", "exec"):
        done = shared(command, str(tmp_path / "broken.py"), "--api", "stripe")
        assert done.exit == 4
        one_line(done.err, "Code validation failed: SyntaxError at line 5")
    result = shared("exec", str(tmp_path / "broken.py"), "--api", "stripe", "--json").json
    assert result["status"] == "refused"
    assert result["error"]["message"] == "Code validation failed: SyntaxError at line 5"
    assert result["calls"] == []


def test_a_task_that_no_recipe_fits_says_what_there_is_and_how_to_choose_a_model(shared: Command):
    done = shared("run", "Write me a poem about the sea")
    assert done.exit == 4
    assert "--model" in done.err
    assert "customer" in done.err


def test_a_task_that_lacks_something_asks_back(shared: Command):
    done = shared("run", "Refund a payment")
    assert done.exit == 5
    assert "?" in done.err or "which" in done.err.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "x", "--api", "nope"), "unknown API 'nope'"),
        (("run", "x", "--model", "gpt"), "'gpt' is not a model"),
        (("run", "x", "--model", "anthropic:claude"), "ANTHROPIC_API_KEY"),
        (("run", "Show my balance", "--live"), "--live needs a key for Stripe"),
        (("run", "   "), "the task is empty"),
        (("validate", "/nonexistent.py", "--api", "stripe"), "cannot read /nonexistent.py"),
        (("exec", "/nonexistent.py", "--api", "stripe"), "cannot read /nonexistent.py"),
        (("runs", "show", "run_0"), "no run 'run_0'"),
        (("frobnicate",), "invalid choice"),
        (("run", "x", "--writes", "maybe"), "invalid choice"),
        (("run",), "required"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_input_is_one_line_and_exit_code_2(shared: Command, arguments: tuple[str, ...], said: str):
    done = shared(*arguments)
    assert done.exit == 2
    one_line(done.err, said)


def test_wrong_input_is_json_where_json_was_asked_for(shared: Command):
    done = shared("run", "x", "--api", "nope", "--json")
    assert done.exit == 2
    assert done.json["error"]["code"] == "unknown_api"


def test_a_failing_script_fails_the_run_and_shows_its_own_error_only(shared: Command, tmp_path: Path):
    (tmp_path / "fails.py").write_text("def f():\n    return 1 / 0\n\n\nf()\n")
    done = shared("exec", str(tmp_path / "fails.py"), "--api", "stripe", "--json")
    assert done.exit == 1
    assert "ZeroDivisionError" in done.json["error"]["message"]
    assert "agentic" not in done.json["outcome"]["stderr"]


def test_a_refused_operation_raises_the_sdks_own_error_and_is_in_the_journal(shared: Command, tmp_path: Path):
    (tmp_path / "payout.py").write_text(
        'import os\nimport stripe\nclient = stripe.StripeClient(os.environ["STRIPE_API_KEY"])\n'
        # By its path: of the resource's name the validator says already that it is not available.
        "try:\n    client.raw_request('post', '/v1/payouts', amount=100, currency='usd')\n"
        "except stripe.PermissionError as error:\n    print('refused:', error.user_message)\n"
    )
    result = shared("exec", str(tmp_path / "payout.py"), "--api", "stripe", "--json").json
    assert result["outcome"]["stdout"].startswith("refused: ")
    assert result["calls"][0]["status"] == 403
    assert result["calls"][0]["refused"]


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    folder.mkdir()
    options = f"size={kilobytes}k"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        Command(folder / ".agentic")("local", "stop")
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("kilobytes", [8, 40, 120, 200])
def test_a_disk_that_is_full_at_the_start_or_in_the_middle_is_one_line(tmp_path: Path, kilobytes: int):
    with small_disk(tmp_path / "small", kilobytes) as small:
        done = Command(small / ".agentic")("run", "Show my Stripe balance")
        assert done.exit == 1
        one_line(done.err, "store.sqlite: ")


def test_what_was_done_before_a_full_disk_is_there_and_runs_go_on_afterwards(tmp_path: Path):
    with small_disk(tmp_path / "small", 1000) as small:
        command = Command(small / ".agentic")
        first = command("run", "Create a Stripe customer named Ada", "--json").json
        with (small / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(1024))
        failed = command("run", "Create a Stripe customer named Bob")
        assert failed.exit == 1
        one_line(failed.err, "the disk is full")
        (small / "filler").unlink()
        assert command("run", "Create a Stripe customer named Cleo", "--json").exit == 0
        # Whole in the bucket, or not there.
        scripts = list(small.glob(".agentic/objects/*/generated/stripe/*.py"))
        assert {script.read_text() for script in scripts} >= {first["code"]}
        assert all("stripe.Customer.create" in script.read_text() for script in scripts)
        command("local", "stop")
        assert gone(small)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = Command(tmp_path / "file" / ".agentic")
    result = subprocess.run(
        [Path(sys.executable).with_name("agentic"), "run", "x"],
        env={"AGENTIC_HOME": str(done.home), "PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    one_line(result.stderr, "cannot write the state folder")


def test_ctrl_c_in_the_middle_cancels_the_run_and_kills_its_script(agentic: Command, tmp_path: Path):
    agentic("local", "start")
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(25)\n")
    process = agentic.start(
        "exec", str(tmp_path / "slow.py"), "--api", "stripe", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        runs = agentic("runs", "list", "--json").json["runs"]
        if runs and runs[0]["status"] == "executing":
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "cancelled" in err
    assert "Traceback" not in err
    time.sleep(0.5)
    (run,) = agentic("runs", "list", "--json").json["runs"]
    assert run["status"] == "cancelled"
    status = agentic("local", "status", "--json").json
    assert status["runs"] == 0


def test_ctrl_c_without_background_leaves_a_cancelled_run_and_no_process(agentic: Command, tmp_path: Path):
    (tmp_path / "slow.py").write_text("import time\nprint('started', flush=True)\ntime.sleep(25)\n")
    arguments = ("exec", str(tmp_path / "slow.py"), "--api", "stripe", "--no-background")
    process = agentic.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    log = agentic.home / "logs" / "agentic-api-developer-dev-execute-code.log"
    while time.monotonic() < deadline and not (log.exists() and "START" in log.read_text()):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert gone(agentic.home)
    (run,) = agentic("runs", "list", "--json").json["runs"]
    assert run["status"] == "cancelled"


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.6])
def test_ctrl_c_while_it_starts_leaves_nothing(agentic: Command, seconds: float):
    process = agentic.start("run", "Show my Stripe balance", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # Its first line says that it has begun; then it starts the local cloud.
    assert process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert gone(agentic.home)


def test_a_broken_fake_is_told(agentic: Command, tmp_path: Path):
    (tmp_path / "broken_plugin.py").write_text(
        "import dataclasses\nfrom agentic.apis.stripe import STRIPE\nfrom agentic.registry import hookimpl\n\n"
        "@hookimpl\ndef agentic_apis():\n    return [dataclasses.replace(STRIPE, fake='nowhere:fake')]\n"
    )
    information = tmp_path / "broken_plugin-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[agentic.apis]\nbroken = broken_plugin\n")
    environment = {"PYTHONPATH": str(tmp_path), "AGENTIC_LOAD_PLUGINS": "broken"}
    done = agentic("run", "Show my Stripe balance", env=environment)
    assert done.exit == 2
    one_line(done.err, "the fake of stripe cannot be made: ModuleNotFoundError: No module named 'nowhere'")
    assert gone(agentic.home)


def test_without_background_nothing_is_left_running(agentic: Command):
    done = agentic("run", "Show my Stripe balance", "--no-background", "--json")
    assert done.exit == 0
    assert gone(agentic.home)


def test_stop_leaves_nothing_running(agentic: Command):
    agentic("run", "Show my Stripe balance")
    assert using(agentic.home) != set()
    assert agentic("local", "stop").exit == 0
    assert gone(agentic.home)
    assert agentic("local", "status").exit == 1
    assert "nothing was running" in agentic("local", "stop").out


def test_a_crashed_background_is_replaced_and_leaves_no_children(agentic: Command):
    agentic("run", "Show my Stripe balance")
    pid = agentic("local", "status", "--json").json["pid"]
    os.kill(pid, signal.SIGKILL)
    assert gone(agentic.home), "children die with the background"
    done = agentic("run", "Show my Stripe balance", "--json")
    assert done.exit == 0
    assert agentic("local", "status", "--json").json["pid"] != pid


def test_a_stale_background_is_replaced(agentic: Command):
    agentic("run", "Show my Stripe balance")
    before = agentic("local", "status", "--json").json["pid"]
    # Another choice of plugins is another program.
    done = agentic("run", "Show my Stripe balance", "--json", env={"AGENTIC_LOAD_PLUGINS": "stripe"})
    assert done.exit == 0
    assert agentic("local", "status", "--json").json["pid"] != before


def test_a_second_run_while_one_is_running_works(shared: Command):
    running = [shared.start("run", "Show my Stripe balance", "--json", stdout=subprocess.PIPE) for _ in range(4)]
    ids = set()
    for process in running:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        ids.add(out[:60])
    assert len(ids) == 4
