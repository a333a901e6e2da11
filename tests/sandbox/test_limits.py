"""Every way to outstay a limit ends the run within it, and leaves no process behind."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from agentic.core.spec import Sdk
from agentic.local.functions.process_tree import children
from agentic.sandbox import Sandbox, SandboxPolicy
from tests.sandbox.conftest import AS_ON_LAMBDA, Run

LIMIT = SandboxPolicy(seconds=1.0)
IGNORE_ALL = (
    "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("while True: pass", id="busy"),
        pytest.param(IGNORE_ALL + "import time\nprint('said', flush=True)\ntime.sleep(60)", id="ignored-signals"),
        pytest.param("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", id="thread-not-joined"),
        pytest.param("import atexit, time\natexit.register(time.sleep, 60)", id="exit-handler"),
        pytest.param("10 ** 10 ** 9", id="one-long-instruction"),
        pytest.param("try:\n    while True: pass\nexcept BaseException:\n    while True: pass", id="catches-everything"),
    ],
)
def test_script_is_ended_at_its_time_limit(either_run: Run, code: str) -> None:
    started = time.monotonic()
    outcome = either_run(code, LIMIT)
    assert (outcome.reason, outcome.exit, outcome.success) == ("timeout", None, False)
    assert 0.9 < time.monotonic() - started < 30, "the script alone would take a minute, or for ever"


def test_what_a_script_said_before_it_was_ended_is_kept(either_run: Run) -> None:
    assert either_run("print('said')\nwhile True: pass", LIMIT).stdout == "said\n"


def test_grandchildren_that_hold_the_pipes_neither_prolong_the_run_nor_survive_it(lambda_run: Run) -> None:
    code = "import os, time\npid = os.fork()\nif pid == 0:\n    time.sleep(60)\n    os._exit(0)\nprint(pid)"
    started = time.monotonic()
    outcome = lambda_run(code, SandboxPolicy(seconds=20))
    assert time.monotonic() - started < 5
    assert outcome.success
    _assert_gone(int(outcome.stdout))


def test_daemonised_grandchild_in_a_session_of_its_own_is_ended(lambda_run: Run) -> None:
    code = """
import os, time
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode())
        time.sleep(60)
    os._exit(0)
print(os.read(read, 100).decode())
"""
    _assert_gone(int(lambda_run(code).stdout))


def test_forked_processes_end_with_the_time_limit(lambda_run: Run) -> None:
    code = "import os, time\nprint(*[os.fork() or time.sleep(60) for _ in range(5)], flush=True)\ntime.sleep(60)"
    outcome = lambda_run(code, LIMIT)
    assert outcome.reason == "timeout"
    pids = [int(word) for word in outcome.stdout.split()]
    assert len(pids) == 5
    for pid in pids:
        _assert_gone(pid)


def test_long_output_is_cut_with_a_mark_and_the_script_goes_on(either_run: Run) -> None:
    outcome = either_run("print('x' * 5000)\nprint('y' * 5000)\nimport sys; sys.exit(3)", SandboxPolicy(output_bytes=1000))
    assert outcome.exit == 3
    assert outcome.stdout == "x" * 1000 + "\n[cut here: 1,000 of 10,002 bytes]\n"


def test_output_flood_ends_the_run(either_run: Run) -> None:
    outcome = either_run("while True: print('x' * 10000)", SandboxPolicy(output_bytes=1000, flood_bytes=1_000_000))
    assert (outcome.reason, outcome.exit) == ("output", None)
    assert outcome.duration_ms < 5000
    assert len(outcome.stdout) < 1100


@pytest.mark.parametrize(("printed", "reason"), [(1000, ""), (1001, "output")])
def test_the_output_limit_is_exact_also_for_a_script_that_ends_by_itself(either_run: Run, printed: int, reason: str) -> None:
    code = f"import sys\nsys.stdout.write('x' * {printed})"
    outcome = either_run(code, SandboxPolicy(output_bytes=1000, flood_bytes=1000))
    assert (outcome.reason, outcome.success) == (reason, not reason)


def test_flood_of_the_report_ends_the_run(either_run: Run) -> None:
    code = """
import os
while True:
    for fd in range(3, 30):
        try:
            os.write(fd, b"[" * 4096)
        except OSError:
            pass
"""
    assert either_run(code).reason == "output"


def test_threads_are_limited(run: Run) -> None:
    code = """
import threading, time
started = 0
try:
    while started < 1000:
        threading.Thread(target=time.sleep, args=(1,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print(error)
"""
    outcome = run(code, SandboxPolicy(seconds=20, processes=8, memory_bytes=1 << 33))
    assert outcome.stdout == "can't start new thread\n"
    assert "process-limit" in outcome.layers


def test_memory_bomb_is_the_reason_memory(either_run: Run) -> None:
    outcome = either_run("x = 'x' * (1 << 31)", SandboxPolicy(seconds=10, memory_bytes=256 * 1024 * 1024))
    assert (outcome.reason, outcome.exit) == ("memory", 1)
    assert "MemoryError" in outcome.stderr


def test_memory_below_the_limit_is_had(either_run: Run) -> None:
    assert either_run("x = bytearray(100 << 20); print(len(x))").success


def test_files_open_are_limited(either_run: Run) -> None:
    assert "Too many open files" in either_run("import os\nfiles = [os.dup(0) for _ in range(1000)]").stderr


def test_signal_that_ends_the_script_is_told(lambda_run: Run) -> None:
    outcome = lambda_run("import os\nos.kill(os.getpid(), 11)")
    assert (outcome.reason, outcome.exit) == ("killed", None)


def test_script_that_stops_itself_is_ended_at_its_time_limit(lambda_run: Run) -> None:
    assert lambda_run("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", LIMIT).reason == "timeout"


def test_stopped_zygote_does_not_prolong_the_run() -> None:
    with Sandbox(Sdk("", ()), terms=AS_ON_LAMBDA) as sandbox:
        started = time.monotonic()
        outcome = sandbox.run("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass", LIMIT)
        assert outcome.reason == "timeout"
        assert time.monotonic() - started < 6
        assert sandbox.run("print(1)", SandboxPolicy()).stdout == "1\n"


def test_a_zygote_that_the_machine_makes_wait_longer_than_the_scripts_own_time_starts_it_all_the_same() -> None:
    before = children(os.getpid())
    with Sandbox(Sdk("", ()), terms=AS_ON_LAMBDA) as sandbox:
        assert sandbox.run("print(1)", LIMIT).stdout == "1\n"
        (zygote,) = children(os.getpid()) - before
        os.kill(zygote, signal.SIGSTOP)
        # Longer than the script's time and what a killed child may take to be gone.
        waking = threading.Timer(4.0, os.kill, (zygote, signal.SIGCONT))
        waking.start()
        outcome = sandbox.run("print(2)", LIMIT)
        waking.join()
    assert (outcome.stdout, outcome.reason) == ("2\n", "")


def test_control_without_the_sandboxs_end_a_process_would_survive() -> None:
    """The wall of the tests above: `_assert_gone` fails for a process that is there."""
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]) as process:
        try:
            with pytest.raises(AssertionError):
                _assert_gone(process.pid)
        finally:
            process.kill()


def _assert_gone(pid: int) -> None:
    """At once: a run is not over before everything that it started is gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return
    raise AssertionError(f"process {pid} is still there")


def test_process_limit_leaves_the_persons_own_processes_room() -> None:
    assert SandboxPolicy(processes=64).limits(100)["tasks"] == 264
    assert SandboxPolicy(processes=64).limits(0)["tasks"] == 256  # Root's scripts: a user of the zygote's own.
    assert SandboxPolicy(seconds=0.2).limits(0)["cpu_seconds"] == 2
