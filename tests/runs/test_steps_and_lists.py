"""The record tells when a run went from step to step; lists have the runs that are wanted, and no others."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from agentic.core.errors import UsageError
from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import Approval, CodeRef, Outcome, PendingCall, RunError, RunStatus, Target, Verdict
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.wanted import Wanted
from tests.runs.turned_clock import Clock

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def begun(store: RunStore, task: str = "Do it", api: str = "stripe") -> RunRecord:
    run_id = new_run_id()
    ref = CodeRef("generated/a.py", "0" * 64)
    new = NewRun(run_id=run_id, api=api, task=task, target=Target.FAKE, limits=RunLimits(calls=9), code_ref=ref)
    return store.create(new, new_handle(run_id))


def told(record: RunRecord) -> list[tuple[float, str, dict[str, Any]]]:
    return [(step.at, step.name, dict(step.facts)) for step in record.steps]


def test_each_step_of_a_run_is_in_its_record_with_its_time_and_what_it_was(store: RunStore, clock: Clock) -> None:
    began = clock.now
    run_id = begun(store).run_id
    clock.now += 1
    store.record_verdict(run_id, Verdict(valid=True))
    clock.now += 1
    grant = new_grant(run_id)
    opened = store.attempts.open(store.get(run_id), grant, 30)
    clock.now += 1
    pending = PendingCall(
        digest="d" * 64,
        method="POST",
        url="https://api.stripe.com/v1/" + "x" * 300,
        body="amount=1",
        what="create",
        target=Target.FAKE,
        account="a",
        code_sha256="0" * 64,
        asked_at=clock.now,
        expires=clock.now + 1e4,
    )
    assert store.ledger.pause(store.ledger.take_call(grant, "stripe", write=True), pending)
    clock.now += 1
    store.attempts.close(opened, Outcome(success=False, reason="paused", duration_ms=7.0), None)
    clock.now += 100
    approval = Approval(digest=pending.digest, account="a", all=True, by="ann", at=clock.now)
    store.attempts.approve(store.get(run_id), approval)
    clock.now += 1
    again = store.attempts.open(store.get(run_id), new_grant(run_id), 30)
    clock.now += 1
    error = RunError("script_failed", "it broke")
    record = store.attempts.close(again, Outcome(success=False, exit=1, duration_ms=8.0), error)
    steps = told(record)
    assert [(round(at - began), name) for at, name, _ in steps] == [
        *((0, "validating"), (1, "validated"), (2, "executing"), (3, "paused"), (4, "ended")),
        *((104, "approved"), (105, "executing"), (106, "failed")),
    ]
    facts = {(name, number): fact for number, (_, name, fact) in enumerate(steps)}
    assert facts["validated", 1] == {"valid": True}
    assert facts["executing", 2] == {"attempt": 1}
    assert facts["approved", 5] == {"by": "ann", "all": True}
    assert facts["executing", 6] == {"attempt": 2}
    assert facts["failed", 7] == {"exit": 1, "duration_ms": 8.0, "code": "script_failed", "message": "it broke"}
    paused = next(fact for (name, _), fact in facts.items() if name == "paused")
    assert (paused["method"], len(paused["url"])) == ("POST", 200)
    assert store.get(run_id).steps == record.steps


def test_change_that_is_refused_leaves_no_step(store: RunStore, clock: Clock) -> None:
    run_id = begun(store).run_id
    clock.now += 1
    store.record_verdict(run_id, Verdict(valid=True))
    clock.now += 1
    store.finish(run_id, RunStatus.CANCELLED)
    before = store.get(run_id).steps
    assert store.finish(run_id, RunStatus.FAILED).steps == before
    assert [step.name for step in before] == ["validating", "validated", "cancelled"]


def test_steps_of_one_moment_are_all_kept(store: RunStore, clock: Clock) -> None:
    """Times are told apart to the microsecond: two writes to one item of DynamoDB take longer than that."""
    run_id = begun(store).run_id
    for _ in range(3):
        clock.now += 1e-6
        store._items.change(run_id, "attribute_exists(run_id)", {}, sets={"status": {"S": "executing"}})
    assert [step.name for step in store.get(run_id).steps] == ["validating", "executing", "executing", "executing"]


def test_filters_choose_by_status_api_words_and_time(store: RunStore, clock: Clock) -> None:
    made: list[RunRecord] = []
    for number in range(30):
        clock.now += 60
        api = ("stripe", "github")[number % 2]
        record = begun(store, f"Create customer number {number}" if number % 3 else "List the Issues", api)
        if number % 5 == 0:
            record = store.finish(record.run_id, RunStatus.FAILED)
        made.append(record)
    made.reverse()

    def chosen(limit: int = 100, **fields: str) -> list[str]:
        now = datetime.fromtimestamp(clock.now, UTC)
        return [record.run_id for record in store.recent(limit, Wanted.of(fields, now))]

    assert chosen() == [record.run_id for record in made]
    assert chosen(status="failed") == [record.run_id for record in made if record.status == "failed"]
    assert chosen(status="failed, validating") == chosen()
    assert chosen(api="github") == [record.run_id for record in made if record.api == "github"]
    assert chosen(task="CREATE 7") == [record.run_id for record in made if "number" in record.task and "7" in record.task]
    assert chosen(since="10m") == [record.run_id for record in made][:11]
    assert chosen(since=made[4].created_at) == [record.run_id for record in made][:5]
    assert chosen(3, status="failed", api="stripe", task="issues") == [
        record.run_id for record in made if (record.status, record.api, record.task) == ("failed", "stripe", "List the Issues")
    ]
    # The limit is of what is found, however far back that is.
    assert chosen(2, status="failed") == chosen(status="failed")[:2]


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("90s", "2026-11-23T05:58:30.000+00:00"),
        ("2h", "2026-11-23T04:00:00.000+00:00"),
        ("7d", "2026-11-16T06:00:00.000+00:00"),
        ("2w", "2026-11-09T06:00:00.000+00:00"),
        ("2026-11-01", "2026-11-01T00:00:00.000+00:00"),
        ("2026-11-01 14:30", "2026-11-01T14:30:00.000+00:00"),
        ("2026-11-01T14:30+02:00", "2026-11-01T12:30:00.000+00:00"),
        ("", ""),
    ],
)
def test_times_are_read_as_people_write_them(text: str, since: str) -> None:
    assert Wanted.of({"since": text}, NOW).since == since


@pytest.mark.parametrize("fields", [{"since": "yesterday"}, {"since": "999999w"}, {"since": "-2h"}, {"status": "done"}])
def test_what_is_no_time_or_status_is_told_with_what_is(fields: dict[str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        Wanted.of(fields, NOW)
    assert raised.value.hint


def test_steps_are_small(store: RunStore, clock: Clock) -> None:
    """A record may have a thousand of them, and DynamoDB's items end at 400 KB."""
    run_id = begun(store).run_id
    clock.now += 1
    store.finish(run_id, RunStatus.FAILED, error=RunError("x", "m" * 10_000))
    assert max(len(json.dumps(dict(step.facts))) for step in store.get(run_id).steps) < 300
