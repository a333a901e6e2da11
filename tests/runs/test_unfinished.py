"""Which runs a local cloud takes up when it starts: all that broke off, and none that somebody works on or that waits."""

from typing import Any

import pytest

from agentic.agents.front_door import FrontDoor
from agentic.agents.tools.services import Services
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_grant, new_handle, new_run_id
from agentic.core.values import Approval, CodeRef, PendingCall, RunStatus, Target, Verdict
from agentic.runs import NewRun, RunStore

REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)
Clock = Any


@pytest.fixture
def door(dynamodb: Any, clock: Clock) -> FrontDoor:
    services = Services({"AGENTIC_TABLE": "runs"}, lambda _: dynamodb, clock=clock)
    return FrontDoor(services, StackNames("dev"), "arn:aws:bedrock-agentcore:eu-central-1:1:harness/x", RunLimits(calls=9))


def executing(store: RunStore) -> str:
    run_id = new_run_id()
    store.create(
        NewRun(run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=9), code_ref=REF), "h"
    )
    store.record_verdict(run_id, Verdict(True))
    store.attempts.open(store.get(run_id), new_grant(run_id), 60)
    return run_id


def paused(store: RunStore, clock: Clock) -> str:
    run_id = executing(store)
    grant = new_grant(run_id)
    store.attempts.admit(store.get(run_id), new_handle(run_id), dead=True)
    store.attempts.open(store.get(run_id), grant, 60)
    asked = PendingCall(
        digest="d",
        method="POST",
        url="u",
        body="",
        what="",
        target=Target.FAKE,
        account="",
        code_sha256=REF.sha256,
        asked_at=clock(),
        expires=clock() + 9e6,
    )
    assert store.ledger.pause(store.ledger.take_call(grant, "stripe", write=True), asked)
    return run_id


def approve(store: RunStore, clock: Clock, run_id: str) -> None:
    store.attempts.approve(store.get(run_id), Approval(digest="d", account="", all=False, by="me", at=clock()))


def test_a_run_that_broke_off_is_found_however_many_were_made_after_it(door: FrontDoor, store: RunStore, clock: Clock) -> None:
    lost = executing(store)
    for _ in range(230):
        clock.now += 1
        other = executing(store)
        store.finish(other, RunStatus.COMPLETED)
    assert door.unfinished(clock() + 1) == (lost,)


def test_a_run_that_somebody_has_touched_since_the_start_is_left_to_them(
    door: FrontDoor, store: RunStore, clock: Clock
) -> None:
    broken, waiting = executing(store), paused(store, clock)
    clock.now += 10
    started = clock()
    assert door.unfinished(started) == (broken,)
    # Approved while the first ones are still being taken up: it goes on, with whoever approved it.
    approve(store, clock, waiting)
    assert door.unfinished(started) == (broken,)
    assert set(door.unfinished(clock() + 1)) == {broken, waiting}, "the control: without it that run would be taken from them"


def test_a_run_that_waits_for_a_person_is_no_broken_one(door: FrontDoor, store: RunStore, clock: Clock) -> None:
    paused(store, clock)
    assert door.unfinished(clock() + 1) == ()
