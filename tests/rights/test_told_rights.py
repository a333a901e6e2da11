"""Whoever ends runs tells the stack's topic with a right of its own: without it nobody hears, and the run ends all the same."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from grants import POLICY, granted, without

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from load_stage import Load, poisoned


@dataclass
class Stage:
    load: Load
    queue: str

    def heard(self, run_id: str, seconds: float) -> bool:
        """Whether the subscribed queue hears of the run within so long."""
        sqs: Any = self.load.cloud._account.endpoint.client("sqs")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=1).get("Messages", []):
                if json.loads(message["Body"])["run_id"] == run_id:
                    return True
        return False


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Load(tmp_path_factory.mktemp("told") / ".agentic", workers=2, config={"agentic:notify": "true"}) as load:
        client = load.cloud._account.endpoint.client
        queue = client("sqs").create_queue(QueueName="people")["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = load.stack.exports["topic"]
        client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
        yield Stage(load, queue)


def done_by_a_worker(load: Load) -> str:
    figures = load.carried_out(1)
    assert figures.well, figures
    return figures.submitted[0]


@pytest.mark.parametrize(("part", "run"), [("worker", done_by_a_worker), ("sweep", poisoned)])
def test_people_hear_of_it_with_the_right_and_not_without(stage: Stage, part: str, run: Any) -> None:
    assert stage.heard(run(stage.load), 60), "with the right nobody was told"
    permissions = stage.load.cloud._account.permissions
    (grant,) = [one for one in granted(permissions) if one.part == part and one.action == "sns:Publish"]
    assert grant.resource == stage.load.stack.exports["topic"]
    document = permissions.policies(grant.role)[POLICY]
    permissions.set_policy(grant.role, POLICY, without(document, grant))
    try:
        refused: list[tuple[str, str]] = []
        with permissions.watched(lambda decision: decision.allowed or refused.append((decision.principal, decision.action))):
            run_id = run(stage.load)
            assert stage.load.stack.door.store.get(run_id).status.final
            assert not stage.heard(run_id, 3)
        assert refused == [(grant.role, "sns:Publish")]
    finally:
        permissions.set_policy(grant.role, POLICY, document)
