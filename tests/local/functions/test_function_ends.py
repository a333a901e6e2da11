"""How function processes end, and that nothing of them stays."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from function_stage import Lambda, alive, below_us, descendants, eventually

GRANDCHILDREN = """
    import os, subprocess, sys, time
    IDLE = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
    def handler(event, context):
        # In its group, in a session of its own, and an orphan in a session of its own.
        pids = [subprocess.Popen(IDLE).pid, subprocess.Popen(IDLE, start_new_session=True).pid]
        again = f"from subprocess import *; print(Popen({IDLE}, start_new_session=True, stdout=DEVNULL, stderr=DEVNULL).pid)"
        pids.append(int(subprocess.run([sys.executable, "-S", "-c", again], capture_output=True).stdout))
        print("grandchildren", *pids)
        if event == "exit":
            os._exit(7)
        time.sleep(600 if event == "sleep" else 0)
        return pids
"""


def grandchildren(made: Lambda) -> list[int]:
    (line,) = [line for line in made.log() if line.startswith("grandchildren")]
    return [int(pid) for pid in line.split()[1:]]


def test_at_its_deadline_a_function_is_killed_with_everything_it_started(both: Lambda) -> None:
    both.create(GRANDCHILDREN, timeout_seconds=1.0)
    begin = time.monotonic()
    result = both.functions.invoke("trial", b'"sleep"')
    took = time.monotonic() - begin
    error = json.loads(result.payload)
    assert (result.status, result.function_error, error["errorType"]) == (200, "Unhandled", "Sandbox.Timedout")
    assert error["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert 1.0 <= took < 20.0
    assert len(grandchildren(both)) == 3
    assert not any(alive(pid) for pid in grandchildren(both))
    assert any("Task timed out after 1.00 seconds" in line for line in both.log())


def test_without_a_deadline_the_same_grandchildren_live_on(make: Callable[..., Lambda]) -> None:
    """The control: a function's helpers stay while it is idle, as on Lambda, and end with the local cloud."""
    made = make()
    made.create(GRANDCHILDREN)
    made.functions.invoke("trial", b'"return"')
    assert all(alive(pid) for pid in grandchildren(made))
    # Another function's end is not theirs.
    made.create("import os\ndef handler(event, context): os._exit(1)", name="other")
    made.functions.invoke("other", b"{}")
    assert all(alive(pid) for pid in grandchildren(made))
    made.functions.close()
    assert not any(alive(pid) for pid in grandchildren(made))


def test_when_a_function_ends_by_itself_what_it_started_ends_too(both: Lambda) -> None:
    both.create(GRANDCHILDREN)
    result = both.functions.invoke("trial", b'"exit"')
    assert json.loads(result.payload)["errorMessage"].endswith("exit status 7")
    assert len(grandchildren(both)) == 3
    assert not any(alive(pid) for pid in grandchildren(both))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("os._exit(3)", "exit status 3"),
        ("sys.exit(4)", "exit status 4"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "signal: killed"),
        ("ctypes.string_at(0)", "signal: segmentation fault"),
    ],
)
def test_a_process_that_ends_is_an_exit_error_and_the_next_call_starts_anew(both: Lambda, code: str, text: str) -> None:
    both.create(
        f"""
        import ctypes, os, signal, sys
        def handler(event, context):
            if event:
                {code}
            return os.getpid()
        """
    )
    first = both.functions.invoke("trial", b"0").payload
    result = both.functions.invoke("trial", b"1")
    error = json.loads(result.payload)
    assert (result.status, result.function_error, error["errorType"]) == (200, "Unhandled", "Runtime.ExitError")
    assert error["errorMessage"].endswith(f"Error: Runtime exited with error: {text}")
    again = both.functions.invoke("trial", b"0").payload
    assert first.isdigit()
    assert again.isdigit()
    assert again != first


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (
            "import no_such_package",
            "Runtime.ImportModuleError",
            "Unable to import module 'handler': No module named 'no_such_package'",
        ),
        ("def handler(event, context)", "Runtime.UserCodeSyntaxError", "Syntax error in module 'handler'"),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'handler'"),
        ("raise ValueError('at import')", "ValueError", "at import"),
        ("import os; os._exit(5)", "Runtime.ExitError", "exit status 5"),
    ],
)
def test_a_handler_that_cannot_be_loaded_is_the_invocations_error(both: Lambda, source: str, kind: str, message: str) -> None:
    both.create(source)
    for _ in range(2):
        result = both.functions.invoke("trial", b"{}")
        error = json.loads(result.payload)
        assert (result.status, result.function_error, error["errorType"]) == (200, "Unhandled", kind)
        assert message in error["errorMessage"]
    assert both.functions.processes("trial") == []


def test_a_handler_that_never_finishes_loading_is_given_up(make: Callable[..., Lambda]) -> None:
    made = make(init_seconds=0.5)
    made.create("import time; time.sleep(600)")
    result = made.functions.invoke("trial", b"{}")
    assert json.loads(result.payload)["errorType"] == "Sandbox.Timedout"
    assert made.functions.processes("trial") == []


def test_an_idle_process_that_was_killed_is_replaced_without_a_word(both: Lambda) -> None:
    both.create("import os\ndef handler(event, context): return os.getpid()")
    pid = int(both.functions.invoke("trial", b"{}").payload)
    (process,) = both.functions.processes("trial")
    os.kill(pid, signal.SIGKILL)
    process.wait_until_gone()
    assert int(both.functions.invoke("trial", b"{}").payload) != pid


def test_warmed_processes_are_used(both: Lambda) -> None:
    both.create("import os\ndef handler(event, context): return os.getpid()")
    both.functions.warm("trial", 2)
    assert eventually(lambda: all(process.ready for process in both.functions.processes("trial")))
    pids = {process.pid for process in both.functions.processes("trial")}
    assert len(pids) == 2
    assert int(both.functions.invoke("trial", b"{}").payload) in pids


def test_close_leaves_no_process_and_ends_running_invocations(both_alone: Lambda) -> None:
    before = below_us()
    both_alone.create("import time\ndef handler(event, context): time.sleep(600)", timeout_seconds=700.0)
    both_alone.functions.warm("trial", 3)
    results: list[bytes] = []
    running = threading.Thread(target=lambda: results.append(both_alone.functions.invoke("trial", b"{}").payload))
    running.start()
    both_alone.functions.invoke("trial", b"{}", asynchronous=True)
    assert eventually(lambda: sum("START" in line for line in both_alone.log()) == 2)
    assert len(below_us() - before) >= 3
    both_alone.functions.close()
    running.join()
    assert below_us() - before == set()
    assert json.loads(results[0])["errorType"] == "Runtime.ExitError"


@pytest.mark.parametrize("plain", [False, True])
def test_when_the_parent_is_killed_everything_ends(tmp_path: Path, plain: bool) -> None:
    script = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from function_stage import Lambda
import test_function_ends as ends
made = Lambda(Path(sys.argv[2]), plain={plain})
made.create(ends.GRANDCHILDREN)
made.functions.warm("trial", 2)
made.functions.invoke("trial", b'"sleep"', asynchronous=True)
ends.eventually(lambda: any(line.startswith("grandchildren") for line in made.log()))
print(ends.grandchildren(made), flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith(b"[")
        family = descendants(parent.pid)
        assert len(family) >= 1 + 2 + 3
        parent.kill()
    assert eventually(lambda: not any(alive(pid) for pid in family))


def test_when_the_zygote_is_killed_its_children_end_and_the_next_start_has_a_new_one(make: Callable[..., Lambda]) -> None:
    made = make(plain=False)
    made.create(
        """
        import os, time
        def handler(event, context):
            print("pids", os.getpid(), os.getppid())
            time.sleep(event)
            return os.getppid()
        """
    )
    results: list[bytes] = []
    running = threading.Thread(target=lambda: results.append(made.functions.invoke("trial", b"9").payload))
    running.start()
    assert eventually(lambda: any(line.startswith("pids") for line in made.log()))
    _, pid, zygote = made.log()[-1].split()
    os.kill(int(zygote), signal.SIGKILL)
    running.join()
    assert json.loads(results[0])["errorType"] == "Runtime.ExitError"
    assert eventually(lambda: not alive(int(pid)), 1)
    assert made.functions.invoke("trial", b"0").payload != zygote.encode()


def test_what_a_zygote_had_started_has_ended_also_where_the_next_one_is_there_first(
    make: Callable[..., Lambda],
) -> None:
    made = make(plain=False)
    made.create(
        """
        import os, time
        def handler(event, context):
            print("parent", os.getppid())
            time.sleep(event)
        """,
        timeout_seconds=60.0,
    )
    made.create("def handler(event, context): return 'well'", name="other")
    results: list[bytes] = []
    running = threading.Thread(target=lambda: results.append(made.functions.invoke("trial", b"50").payload))
    running.start()
    assert eventually(lambda: any(line.startswith("parent") for line in made.log()))
    release = threading.Event()
    made.functions._loop.call(release.wait)
    try:
        zygote = int(made.log()[-1].split()[1])
        os.kill(zygote, signal.SIGKILL)
        assert eventually(lambda: not alive(zygote))
        # While nobody listens to what the zygote's socket says, another function needs a zygote.
        made.functions.warm("other")
    finally:
        release.set()
    running.join(20)
    assert json.loads(results[0])["errorType"] == "Runtime.ExitError"
    assert made.functions.invoke("other", b"0").payload == b'"well"'
