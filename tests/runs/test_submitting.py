"""Submitting: recorded and enqueued once, refused where there is no room, decided on without working."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from agentic.core.errors import BusyError, IdempotencyError, RefusedError, StorageError, UnknownRunError, UsageError
from agentic.core.names import new_run_id
from agentic.core.values import RunStatus
from agentic.runs.submissions import WAITING
from tests.runs.queue_world import QueueWorld, asked


def test_a_submitted_run_is_recorded_waits_and_has_its_message(world: QueueWorld) -> None:
    submitted = world.submitter().submit(asked(), caller="me")
    record = world.store.get(submitted.run_id)
    assert submitted.created
    assert submitted.position == 0
    assert (record.status, record.submitted, record.caller, record.handles) == (RunStatus.QUEUED, True, "me", {})
    assert world.messages() == [submitted.run_id]


def test_a_run_with_its_script_waits_too_and_has_it_stored(world: QueueWorld) -> None:
    record = world.store.get(world.submitted(code="print(1)\n"))
    assert record.status is RunStatus.QUEUED
    assert record.code_ref
    assert record.code_ref.key.startswith("generated/stripe/")


def test_the_same_key_and_request_is_one_run_and_another_request_is_refused(world: QueueWorld) -> None:
    submitter = world.submitter()
    first = submitter.submit(asked(), caller="me", idempotency_key="k")
    again = submitter.submit(asked(), caller="me", idempotency_key="k")
    assert (again.run_id, again.created) == (first.run_id, False)
    with pytest.raises(IdempotencyError):
        submitter.submit(asked("Do something else"), caller="me", idempotency_key="k")
    assert world.messages() == [first.run_id]


def test_another_callers_key_is_another_key(world: QueueWorld) -> None:
    submitter = world.submitter()
    first = submitter.submit(asked(), caller="me", idempotency_key="k")
    assert submitter.submit(asked(), caller="you", idempotency_key="k").run_id != first.run_id


def test_a_key_whose_request_broke_off_before_the_record_makes_the_run(world: QueueWorld) -> None:
    s3, world.clients["s3"] = world.clients["s3"], _Down()
    with pytest.raises(StorageError):
        world.submitter().submit(asked(code="print(1)"), caller="me", idempotency_key="k")
    world.clients["s3"] = s3
    submitted = world.submitter().submit(asked(code="print(1)"), caller="me", idempotency_key="k")
    assert submitted.created
    assert world.messages() == [submitted.run_id]


def test_a_caller_with_too_many_runs_is_told_when_to_come_again(world: QueueWorld) -> None:
    submitter = world.submitter(caller_runs=2)
    runs = [submitter.submit(asked(), caller="me").run_id for _ in range(2)]
    with pytest.raises(BusyError) as busy:
        submitter.submit(asked(), caller="me")
    assert busy.value.retry_after > 0
    assert busy.value.position == 2
    # Another caller has room, and so has this one when one of theirs has ended.
    submitter.submit(asked(), caller="you")
    submitter.cancel(runs[0])
    submitter.submit(asked(), caller="me")
    assert len(world.store.submissions.unfinished("me")) == 2


def test_a_full_queue_takes_no_more(world: QueueWorld) -> None:
    submitter = world.submitter(queue_runs=1)
    submitter.submit(asked(), caller="me")
    with pytest.raises(BusyError, match="1 runs wait"):
        submitter.submit(asked(), caller="you")
    assert [mark.caller for mark in world.store.submissions.marks(WAITING)] == ["me"]


def test_a_run_knows_how_many_wait_before_it(world: QueueWorld) -> None:
    runs: list[str] = []
    for _ in range(3):
        runs.append(world.submitted())
        world.clock.now += 1
    submitter = world.submitter()
    assert [submitter.position(run_id) for run_id in runs] == [0, 1, 2]
    world.worker().work(runs[0])
    assert [submitter.position(run_id) for run_id in runs] == [None, 0, 1]


def test_a_cancelled_run_ends_at_once_and_its_message_does_nothing(world: QueueWorld) -> None:
    run_id = world.submitted()
    assert world.submitter().cancel(run_id).status is RunStatus.CANCELLED
    world.worker().work(run_id)
    assert world.agents.asked == []
    assert not list(world.store.submissions.marks(WAITING))


def test_where_sqs_does_not_answer_the_run_is_kept_for_the_sweep(world: QueueWorld) -> None:
    world.clients["sqs"] = _Down()
    run_id = world.submitted()
    world.clients["sqs"] = world.sqs
    assert any(run_id in line for line in world.told)
    world.clock.now += 61
    assert world.sweep.sweep().sent == 1
    assert world.messages() == [run_id]


def test_an_approval_only_decides_and_enqueues(world: QueueWorld) -> None:
    world.functions.asks = True
    run_id = world.submitted()
    world.worker().work(run_id)
    world.messages()
    pending = world.store.get(run_id).pending
    assert pending
    assert not world.store.submissions.unfinished("me")
    with pytest.raises(RefusedError):
        world.submitter().approve(run_id, replace(pending, digest="another"), "me")
    assert not list(world.store.submissions.marks(WAITING))
    record = world.submitter().approve(run_id, pending, "me")
    assert (record.status, record.approval is not None) == (RunStatus.PAUSED, True)
    assert world.messages() == [run_id]
    assert world.store.submissions.unfinished("me") == {run_id}
    worked = world.worker().work(run_id)
    assert worked
    assert worked.status is RunStatus.COMPLETED
    assert world.functions.executed == [run_id]


def test_a_rejected_run_ends_without_a_worker(world: QueueWorld) -> None:
    world.functions.asks = True
    run_id = world.submitted()
    world.worker().work(run_id)
    assert world.submitter().reject(run_id, "me").status is RunStatus.REFUSED


def test_what_nobody_could_carry_out_is_refused_before_anything_is_kept(world: QueueWorld) -> None:
    with pytest.raises(UsageError):
        world.submitter().submit(asked("  "), caller="me")
    with pytest.raises(UsageError, match="who submits"):
        world.submitter().submit(asked(), caller="")
    assert not list(world.store.submissions.marks(WAITING))
    with pytest.raises(UnknownRunError):
        world.submitter().cancel(new_run_id())


class _Down:
    """A service that does not answer."""

    class exceptions:  # noqa: N801  (as botocore's clients have it)
        ClientError = ClientError

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url="http://nowhere")

        return call
