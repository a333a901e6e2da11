"""A run whose script was written anew, for a person: which scripts there were, and why each was given up."""

import io
from pathlib import Path
from typing import Any

import pytest

from agentic.core.values import CodeRef, PendingCall, Repair, RunError, RunResult, RunStatus, Target, Version, to_json
from agentic.interfaces.approval import show_question
from agentic.interfaces.report import show_result
from agentic.interfaces.terminal import Terminal
from agentic.interfaces.timeline import show_timeline

WHY = RunError("script_failed", "the script ended with status 1: No such customer: cus_1", "")
FIRST, SECOND = CodeRef("generated/stripe/First.py", "0" * 64), CodeRef("generated/stripe/Second.py", "1" * 64)


def result(*earlier: Version, **more: Any) -> dict[str, Any]:
    made = RunResult("run_1", RunStatus.COMPLETED, "stripe", "Do it", answer="Done", code_ref=SECOND, earlier=earlier)
    return {**to_json(made), **more}


def shown(show: Any, data: dict[str, Any], **more: Any) -> str:
    out = io.StringIO()
    show(data, Terminal(out, io.StringIO(), colour=False, interactive=False), **more)
    return out.getvalue()


def test_the_result_names_each_script_and_why_it_was_given_up(tmp_path: Path):
    lines = shown(show_result, result(Version(FIRST, WHY)), folder=tmp_path).splitlines()
    (line,) = [line for line in lines if line.startswith("script 1")]
    assert FIRST.key in line
    assert "given up: the script ended with status 1: No such customer" in line
    assert any(line.split() == ["script", SECOND.key] for line in lines), "and the last one as ever"


def test_a_run_with_one_script_is_shown_as_before(tmp_path: Path):
    assert "given up" not in shown(show_result, result(), folder=tmp_path)


def test_a_result_of_an_older_release_is_shown(tmp_path: Path):
    old = result()
    del old["earlier"]
    assert "Done" in shown(show_result, old, folder=tmp_path)


def test_what_a_script_said_does_not_move_a_terminal(tmp_path: Path):
    hostile = Version(FIRST, RunError("script_failed", "\x1b[2J\u202eevil", ""))
    text = shown(show_result, result(hostile), folder=tmp_path)
    assert "evil" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_the_timeline_has_the_moment_and_the_reason():
    steps = [
        {"at": 1.0, "name": "queued", "facts": {}},
        {"at": 2.0, "name": "given_up", "facts": {"message": WHY.message, "round": 1, "code": WHY.code}},
    ]
    text = shown(show_timeline, result(steps=steps))
    assert "given_up   script 1: the script ended with status 1" in text


@pytest.mark.parametrize("before", ["", "script 1 of this run has done the same already; the answer was 200"])
def test_the_question_tells_that_an_earlier_script_has_done_the_same(tmp_path: Path, before: str):
    pending = PendingCall(
        digest="d",
        method="POST",
        url="https://api.stripe.com/v1/customers",
        body="name=Ada",
        what="POST /v1/customers (customers)",
        target=Target.FAKE,
        account="a",
        code_sha256="0",
        asked_at=0.0,
        expires=1e12,
        done_before=before,
    )
    text = shown(show_question, result(pending=to_json(pending)), folder=tmp_path, now=1.0)
    assert ("has done the same already" in text) is bool(before)


def test_a_repair_and_a_version_are_the_same_after_their_json():
    repair = Repair((("stderr", "boom"), ("done", "POST")), "print(1)", WHY)
    assert Repair.from_json(to_json(repair)) == repair
    version = Version(FIRST, WHY)
    assert Version.from_json(to_json(version)) == version
