"""Submitted runs on a whole local cloud, with each backend: done once, though workers are killed and messages come twice."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from approving import state_of

from agentic import LocalCloud
from agentic.core.values import RunStatus
from agentic.local.trace import Event
from agentic.runs import RunRecord

pytestmark = pytest.mark.cloud

BACKENDS = ["harness", "workflow", "classic"]
SECONDS = 120


class Killer:
    """Kills all workers when one of the `wanted` runs has come as far as its script's execution, once for each."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.killed: list[str] = []
        self.died = 0
        self.cloud: LocalCloud | None = None

    def __call__(self, event: Event) -> None:
        if event.kind == "function" and event.phase == "end" and event.name.endswith("-worker"):
            self.died += bool(event.facts["error"])
        reached = event.kind == "function" and event.phase == "start" and event.name.endswith("-call-api-stripe")
        if reached and event.run_id in self.wanted and self.cloud:
            self.wanted.discard(event.run_id)
            for process in self.cloud._account.functions.processes(self.cloud.stack("dev").names.function("worker")):
                os.kill(process.pid, signal.SIGKILL)
            self.killed.append(event.run_id)


class Queued:
    """A local cloud and its stack, whose runs are submitted."""

    def __init__(self, cloud: LocalCloud, killer: Killer) -> None:
        self.cloud, self.killer, self.stack = cloud, killer, cloud.stack("dev")
        killer.cloud = cloud
        account: Any = cloud._account
        self.client: Any = account.endpoint.client

    def submit(self, task: str, **fields: Any) -> str:
        request = self.stack.request({"task": task, "api": "stripe", **fields})
        return self.stack.submitter.submit(request, caller="somebody").run_id

    def deliver(self, body: str) -> None:
        """One more message, as SQS may deliver one twice."""
        self.client("sqs").send_message(QueueUrl=self.stack.exports["queue"]["url"], MessageBody=body)

    def sweep(self) -> dict[str, int]:
        answer = self.client("lambda").invoke(FunctionName=self.stack.exports["functions"]["sweep"], Payload=b"{}")
        swept: dict[str, int] = json.loads(answer["Payload"].read())
        return swept

    def rested(self, *runs: str) -> list[RunRecord]:
        """The runs once all of them have ended or wait for a person; what got lost is looked for meanwhile."""
        deadline = time.monotonic() + SECONDS
        while True:
            records = [self.stack.door.store.get(run_id) for run_id in runs]
            # Its worker has let go of it when its place is free.
            free = not self.stack.door.store.submissions.unfinished("somebody").intersection(runs)
            if free and all(record.status.final or record.waits for record in records):
                return records
            assert time.monotonic() < deadline, [(record.run_id, record.status, record.takes) for record in records]
            self.sweep()
            time.sleep(1)

    def customers(self) -> Counter[str]:
        """How many customers there are of each address."""
        state = state_of(self.cloud, "stripe")
        return Counter(json.loads(text)["email"] for key, text in state.items() if key.startswith("customer/"))


@pytest.fixture(scope="module", params=BACKENDS)
def queued(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queued]:
    killer = Killer()
    config = {"agentic:backend": request.param, "agentic:apis": '["stripe"]', "agentic:lease_seconds": "4"}
    with LocalCloud(tmp_path_factory.mktemp("queued") / ".agentic", config=config, observer=killer) as cloud:
        yield Queued(cloud, killer)


def test_a_submitted_run_is_done_by_a_worker(queued: Queued) -> None:
    (record,) = queued.rested(queued.submit("Create a Stripe customer named Alice with email alice@queue.example"))
    assert (record.status, record.takes) == (RunStatus.COMPLETED, 1)
    assert queued.customers()["alice@queue.example"] == 1


def test_a_run_that_asks_waits_and_goes_on_when_it_is_allowed(queued: Queued) -> None:
    run_id = queued.submit("Create a Stripe customer named Bob with email bob@queue.example", writes="approve")
    (asking,) = queued.rested(run_id)
    assert asking.status is RunStatus.PAUSED
    assert asking.pending
    queued.stack.submitter.approve(run_id, asking.pending, "somebody")
    (record,) = queued.rested(run_id)
    assert record.status is RunStatus.COMPLETED
    assert queued.customers()["bob@queue.example"] == 1


def test_killed_workers_and_doubled_messages_do_nothing_twice_and_lose_nothing(queued: Queued) -> None:
    people = [f"person{number}@queue.example" for number in range(5)]
    runs: list[str] = []
    for number, email in enumerate(people):
        run_id = queued.submit(f"Create a Stripe customer named Person{number} with email {email}")
        if number % 2 == 0:
            queued.killer.wanted.add(run_id)
        queued.deliver(json.dumps({"run_id": run_id}))
        runs.append(run_id)
    records = queued.rested(*runs)
    assert [record.status for record in records] == [RunStatus.COMPLETED] * len(runs)
    made = queued.customers()
    assert [made[email] for email in people] == [1] * len(people)
    # Control: workers died in the middle, and a second customer of one address would have been seen.
    assert queued.killer.killed
    assert queued.killer.died
    again = queued.submit(f"Create a Stripe customer named Person0 with email {people[0]}")
    queued.rested(again)
    assert queued.customers()[people[0]] == 2


def test_a_message_that_is_none_of_ours_ends_among_the_dead_letters(queued: Queued) -> None:
    queued.deliver("poison")
    deadline = time.monotonic() + SECONDS
    while queued.sweep()["dead"] == 0:
        assert time.monotonic() < deadline
        time.sleep(1)
    (record,) = queued.rested(queued.submit("Create a Stripe customer named Carol with email carol@queue.example"))
    assert record.status is RunStatus.COMPLETED
