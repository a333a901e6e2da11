"""Approval on the command line: what a person sees, what they can answer, and how it ends where nobody can be asked."""

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

import pytest
from approving import TWO_WRITES

from tests.conftest import AGENTIC, Command, built_environment

pytestmark = pytest.mark.cloud

RUN = ("run", "Create a Stripe customer named Zoë Quist with email zoe@quist.example", "--writes", "approve")


def on_terminal(command: Command, *arguments: str, answers: str) -> tuple[int, str]:
    """The command as on a terminal where a person types these answers, each when asked; its exit code and what is seen."""
    screen, side = pty.openpty()
    environment = built_environment(AGENTIC_HOME=str(command.home), TERM="dumb", COLUMNS="200")
    process = subprocess.Popen(
        [AGENTIC, *arguments], stdin=side, stdout=side, stderr=side, env=environment, cwd=command.home.parent
    )
    os.close(side)
    seen, left, asked, deadline = "", list(answers), 0, time.monotonic() + 120
    try:
        while time.monotonic() < deadline:
            if not select.select([screen], [], [], 1.0)[0]:
                continue
            try:
                seen += os.read(screen, 65536).decode(errors="replace")
            except OSError:
                # The other side has ended.
                break
            if seen.count("[n]o: ") > asked and left:
                asked += 1
                os.write(screen, f"{left.pop(0)}\n".encode() if left[0] != "\x04" else left.pop(0).encode())
    finally:
        process.wait(timeout=30)
        os.close(screen)
    return process.returncode, seen.replace("\r\n", "\n")


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "two.py"
    path.write_text(TWO_WRITES)
    return str(path)


def test_a_terminal_shows_the_call_and_asks_before_each_write(shared: Command, script: str):
    exit_code, seen = on_terminal(shared, "exec", script, "--writes", "approve", answers="yy")
    assert exit_code == 0, seen
    assert seen.count("send it? [y]es / [a]ll of this script / [s]how the script / [n]o: ") == 2
    first = seen[: seen.index("send it?")]
    for shown in ("POST https://api.stripe.com/v1/customers", "name = Ada", "verdict", "valid", "open for", "| name=Ada"):
        assert shown in first, shown
    assert re.search(r"headers +\S+: ", first)
    assert "Stripe-Version: 20" in first
    assert re.search(r"script +\S+generated/stripe/Run_\w+\.py", first)
    assert "name = Bob" not in first
    assert "✓ completed" in seen


def test_who_asks_for_the_script_sees_it_and_is_asked_again(shared: Command, script: str):
    exit_code, seen = on_terminal(shared, "exec", script, "--writes", "approve", answers="sn")
    assert exit_code == 4, seen
    assert seen.count("send it?") == 2
    before, after = seen.split("send it?", 1)
    lines = [f"  | {line}" for line in TWO_WRITES.splitlines()]
    assert "\n".join(lines) in after
    assert lines[0] not in before, "the control: it is shown where it is asked for"


def test_a_call_for_another_account_is_refused_and_nobody_is_asked(shared: Command, tmp_path: Path):
    """The header is all that tells it; without the header it would be done in the person's own account."""
    code = TWO_WRITES.replace("name=name", 'name=name, stripe_account="acct_1Other"')
    (tmp_path / "connected.py").write_text(code)
    done = shared("exec", str(tmp_path / "connected.py"), "--writes", "approve")
    assert "waits for your approval" not in done.out
    assert "the header Stripe-Account is never allowed" in done.out
    # The control.
    (tmp_path / "own.py").write_text(TWO_WRITES)
    assert "waits for your approval" in shared("exec", str(tmp_path / "own.py"), "--writes", "approve").out


def test_all_is_asked_once_and_no_ends_the_run(shared: Command, script: str):
    exit_code, seen = on_terminal(shared, "exec", script, "--writes", "approve", answers="a")
    assert (exit_code, seen.count("send it?")) == (0, 1), seen
    exit_code, seen = on_terminal(shared, "exec", script, "--writes", "approve", answers="n")
    assert exit_code == 4, seen
    assert "did not allow POST" in seen


def test_who_leaves_the_question_open_finds_the_run_waiting(shared: Command, script: str):
    exit_code, seen = on_terminal(shared, "exec", script, "--writes", "approve", answers="\x04")
    assert exit_code == 3, seen
    run_id = re.findall(r"agentic runs approve (run_\w+)", seen)[0]
    assert shared("runs", "show", run_id, "--json").json["status"] == "paused"
    exit_code, seen = on_terminal(shared, "runs", "approve", run_id, "--all", answers="y")
    assert (exit_code, seen.count("every further write")) == (0, 1), seen


def test_without_a_terminal_it_ends_with_3_and_says_how_to_go_on(shared: Command):
    done = shared(*RUN)
    assert done.exit == 3
    assert "This write waits for your approval" in done.out
    run_id = re.findall(r"agentic runs approve (run_\w+)", done.err)[0]
    assert f"agentic runs reject {run_id}" in done.err
    asked = shared("runs", "approve", run_id)
    assert asked.exit == 2
    assert "nobody can be asked here" in asked.err
    assert shared("runs", "approve", run_id, "--yes").exit == 0


def test_json_has_the_pending_call(shared: Command):
    done = shared(*RUN, "--json")
    assert done.exit == 3
    pending = done.json["pending"]
    assert (pending["method"], pending["url"]) == ("POST", "https://api.stripe.com/v1/customers")
    assert {"digest", "body", "what", "target", "account", "code_sha256", "asked_at", "expires"} <= set(pending)
    rejected = shared("runs", "reject", done.json["run_id"], "--json")
    assert (rejected.exit, rejected.json["status"], rejected.json["pending"]) == (0, "refused", None)
    again = shared("runs", "reject", done.json["run_id"])
    assert again.exit == 4
    assert "nothing waits for approval" in again.err
    assert shared("runs", "approve", "run_0000000000000000", "--yes").exit == 2


def test_an_approval_survives_a_restart_of_the_local_cloud(agentic: Command, script: str):
    run_id = agentic("exec", script, "--writes", "approve", "--json").json["run_id"]
    agentic("local", "stop")
    second = agentic("runs", "approve", run_id, "--yes", "--json")
    assert (second.exit, len(second.json["calls"])) == (3, 1)
    agentic("local", "stop")
    done = agentic("runs", "approve", run_id, "--yes", "--json")
    assert (done.exit, [call["status"] for call in done.json["calls"]]) == (0, [200, 200])
    assert [call["replayed"] for call in done.json["calls"]] == [True, False]


def test_without_a_background_the_question_is_asked_too_or_left_for_later(agentic: Command, script: str):
    exit_code, seen = on_terminal(agentic, "exec", script, "--writes", "approve", "--no-background", answers="yy")
    assert exit_code == 0, seen
    left = agentic("exec", script, "--writes", "approve", "--no-background", "--json")
    assert left.exit == 3
    assert agentic("runs", "approve", left.json["run_id"], "--yes", "--all").exit == 0


def test_a_run_with_a_key_goes_on_with_that_key_only(shared: Command, script: str):
    first, other = ({"STRIPE_API_KEY": f"sk_test_planted{name}planted0815"} for name in ("one", "two"))
    asked = shared("exec", script, "--writes", "approve", "--live", "--json", env=first)
    assert (asked.exit, asked.json["pending"]["target"]) == (3, "real")
    run_id = asked.json["run_id"]
    refused = shared("runs", "approve", run_id, "--yes", env=other)
    assert refused.exit == 4
    assert "another key" in refused.err
    assert shared("runs", "approve", run_id, "--yes").exit == 2, "no key at all"
    assert shared("runs", "show", run_id, "--json").json["status"] == "paused"
    # The control: with the same key the call goes out, or tries to.
    went = shared("runs", "approve", run_id, "--yes", "--json", env=first)
    assert [call["refused"] for call in went.json["calls"]][:1] == [""]
