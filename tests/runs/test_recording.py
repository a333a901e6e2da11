"""A recording has what the script was given in its last execution, in the order in which it asked: no more and no less."""

import pytest

from agentic.core.errors import StorageError, UsageError
from agentic.core.values import Call, CallState, CodeRef, Outcome, RunStatus, Target
from agentic.core.wire import HttpResponse
from agentic.runs import Entry, RunRecord
from agentic.runs.recording import Recording


def record(attempt: int = 2, outcome: Outcome | None = None) -> RunRecord:
    return RunRecord(
        run_id="run_1",
        status=RunStatus.COMPLETED,
        api="stripe",
        task="Do it",
        created_at="2026-11-23T06:00:00.000+00:00",
        target=Target.FAKE,
        code_ref=CodeRef("a.py", "0" * 64),
        round=1,
        attempt=attempt,
        effect_seed="SEED OF EFFECTS",
        pins_seed="0" * 32,
        pins_started=1.5,
        outcome=outcome or Outcome(success=True, exit=0),
    )


def entry(name: str, attempt: int, number: int, served: int, served_as: int = 0, **fields: object) -> Entry:
    made = {"round": 1, "response": HttpResponse(200, (), name.encode()), "bodies_at": {}, **fields}
    call = Call(number, "GET", f"https://a/{name}", state=CallState(str(made.pop("state", "applied"))))
    return Entry(attempt=attempt, number=number, digest=name, call=call, served=served, served_as=served_as, **made)  # pyright: ignore


def test_resumed_run_is_recorded_as_its_last_execution_was_answered() -> None:
    entries = (
        entry("second", 1, 1, served=2, served_as=2),
        entry("first", 1, 2, served=2, served_as=1),
        entry("third", 2, 3, served=2),
        # The controls: given to an earlier execution only, of an earlier script, and a call without an answer.
        *(entry("before", 1, 4, served=1), entry("other script", 1, 1, served=2, round=0)),
        entry("unknown", 2, 4, served=0, state="unknown", response=None),
    )
    recording = Recording.of(record(), "print(1)", entries, serial=True)
    assert [call.digest for call in recording.calls] == ["first", "second", "third"]
    assert Recording.from_json(recording.to_json()) == recording
    assert "SEED OF EFFECTS" not in str(recording.to_json())


def test_run_without_an_end_or_with_an_answer_out_of_reach_has_no_recording() -> None:
    with pytest.raises(UsageError, match="not been executed"):
        Recording.of(record(attempt=0), "", (), serial=False)
    long = entry("long", 2, 1, served=2, bodies_at={"response": "0" * 64})
    with pytest.raises(StorageError, match="cannot be read"):
        Recording.of(record(), "", (long,), serial=False)


def test_why_the_broker_stopped_a_run_is_told_apart_from_how_a_script_ends() -> None:
    for reason, stopped in (("paused", "paused"), ("timeout", ""), ("", "")):
        assert Recording.of(record(outcome=Outcome(success=False, reason=reason)), "", (), serial=False).stopped == stopped
