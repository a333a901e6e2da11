"""Workers: each run is done once, whatever messages come, whoever dies in the middle."""

import threading
import time
from typing import Any

import pytest

from agentic.agents.conversation import workflow
from agentic.core.values import RunStatus
from agentic.runs.submissions import WAITING, WORKED_ON
from tests.runs.queue_world import QueueWorld

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:agentic-api-developer-dev-workflow"


class Killed(BaseException):
    """The worker's process is gone: nothing after this happens."""


def die() -> None:
    raise Killed


def test_a_submitted_task_is_done(world: QueueWorld) -> None:
    run_id = world.submitted()
    record = world.worker().work(run_id)
    assert record
    assert record.status is RunStatus.COMPLETED
    assert (record.answer, world.functions.executed) == ("It is done.", [run_id])
    assert not list(world.store.submissions.marks(WAITING)) + list(world.store.submissions.marks(WORKED_ON))
    assert not world.store.submissions.unfinished("me")


def test_a_submitted_script_is_executed_without_agents(world: QueueWorld) -> None:
    run_id = world.submitted(code="print(1)\n")
    record = world.worker().work(run_id)
    assert record
    assert record.status is RunStatus.COMPLETED
    assert (world.functions.executed, world.agents.asked) == ([run_id], [])


def test_a_message_that_comes_twice_does_nothing_twice(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.worker().work(run_id)
    world.worker().work(run_id)
    assert world.functions.executed == [run_id]


def test_a_message_that_comes_while_another_worker_is_at_the_run_leaves_it_alone(world: QueueWorld) -> None:
    run_id = world.submitted()
    second: list[Any] = []
    world.functions.middle = lambda: second.append(world.worker().work(run_id))
    world.worker().work(run_id)
    assert second == [None]
    assert world.functions.executed == [run_id]


@pytest.mark.parametrize("place", ["asked", "executing"])
def test_a_run_whose_worker_dies_is_done_by_the_next_one_when_its_lease_is_over(world: QueueWorld, place: str) -> None:
    run_id = world.submitted()
    seam = (world.agents, "before") if place == "asked" else (world.functions, "middle")
    setattr(*seam, die)
    with pytest.raises(Killed):
        world.worker(lease_seconds=60).work(run_id)
    setattr(*seam, lambda: None)
    # Killed, and not at its end: nobody has let go of the lease.
    world.store.leases.take(run_id, "dead", 60)
    assert world.worker().work(run_id) is None
    world.clock.now += 61
    record = world.worker().work(run_id)
    assert record
    assert record.status is RunStatus.COMPLETED
    assert world.functions.executed == [run_id]


def test_a_worker_that_has_lost_its_lease_concludes_nothing(world: QueueWorld) -> None:
    run_id = world.submitted()

    def taken_over() -> None:
        world.agents.before = lambda: None
        world.store.leases.void(run_id)
        assert world.store.leases.take(run_id, "other", 600)
        # Until the first one notices.
        for _ in range(200):
            if not any(thread.name == f"lease of {run_id}" for thread in threading.enumerate()):
                break
            time.sleep(0.01)
        raise RuntimeError("the conversation broke off")

    world.agents.before = taken_over
    with pytest.raises(RuntimeError):
        world.worker(lease_seconds=0.1).work(run_id)
    assert world.store.get(run_id).status is RunStatus.QUEUED


def test_a_run_that_no_worker_survives_is_left_to_the_sweep(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.agents.before = die
    for _ in range(5):
        with pytest.raises(Killed):
            world.worker().work(run_id)
    assert world.worker().work(run_id) is None
    assert world.store.get(run_id).takes == 5


class Machine:
    """Step Functions with one execution, which another worker has started; it ends after some looks with `ending`."""

    class exceptions:  # noqa: N801  (as botocore's clients have it)
        class ExecutionDoesNotExist(Exception):  # noqa: N818
            pass

        class ExecutionAlreadyExists(Exception):  # noqa: N818
            pass

    def __init__(self, world: QueueWorld, running: str = "", ending: Any = None) -> None:
        self.world, self.running, self.ending = world, running, ending
        self.started: list[str] = []
        self.looks = 0

    def describe_execution(self, *, executionArn: str) -> Any:  # noqa: N803
        name = executionArn.rpartition(":")[2]
        if name in self.started:
            return {"status": "SUCCEEDED"}
        if name != self.running:
            raise self.exceptions.ExecutionDoesNotExist
        self.looks += 1
        if self.looks < 3:
            return {"status": "RUNNING"}
        return {"status": self.ending()}

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> Any:  # noqa: N803, A002
        if name == self.running:
            raise self.exceptions.ExecutionAlreadyExists
        self.started.append(name)
        self.world.agents.invoke_harness(messages=[{"content": [{"text": input.replace('"', " ")}]}])
        return {"executionArn": f"{stateMachineArn}:{name}"}


def test_a_second_worker_waits_for_the_execution_that_the_first_has_started(world: QueueWorld) -> None:
    run_id = world.submitted()
    handle = f"{run_id}.first"
    world.store.hand(run_id, handle)

    def ending() -> str:
        world.agents.invoke_harness(messages=[{"content": [{"text": f" {handle} "}]}])
        return "SUCCEEDED"

    machine = world.clients["stepfunctions"] = Machine(world, run_id, ending)
    record = world.worker(MACHINE).work(run_id)
    assert record
    assert record.status is RunStatus.COMPLETED
    assert (machine.started, machine.looks, world.functions.executed) == ([], 3, [run_id])


def test_a_run_whose_first_worker_died_before_the_execution_is_started_by_the_second(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.store.hand(run_id, f"{run_id}.first")
    machine = world.clients["stepfunctions"] = Machine(world)
    record = world.worker(MACHINE).work(run_id)
    assert record
    assert record.status is RunStatus.COMPLETED
    assert machine.started == [run_id]


def test_an_execution_that_ended_without_doing_the_task_ends_the_run(world: QueueWorld) -> None:
    run_id = world.submitted()
    world.store.hand(run_id, f"{run_id}.first")
    world.clients["stepfunctions"] = Machine(world, run_id, lambda: "TIMED_OUT")
    record = world.worker(MACHINE).work(run_id)
    assert record
    assert record.error
    assert record.status is RunStatus.FAILED
    assert "TIMED_OUT" in record.error.message


def test_the_executions_of_a_run_are_named_after_it_and_its_rounds() -> None:
    assert workflow.names_of("run_x", 2) == ("run_x", "run_x-1", "run_x-2")
