"""Whole runs on a local cloud with a topic: a queue that subscribed hears how each of them stands."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agentic import LocalCloud
from agentic.core.values import RunStatus

CREATE = "Create a Stripe customer named Zoe Notified with email zoe@example.com"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder = tmp_path_factory.mktemp("notified") / ".agentic"
    with LocalCloud(folder, config={"agentic:notify": "true", "agentic:apis": '["stripe"]'}) as cloud:
        yield cloud


def subscribed(cloud: LocalCloud) -> Any:
    """What the topic has said since: a function that gives it."""
    client = cloud._account.endpoint.client
    queue = client("sqs").create_queue(QueueName="people")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = cloud.stack("dev").exports["topic"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})

    def heard() -> list[dict[str, Any]]:
        messages = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return heard


def test_people_hear_of_a_run_that_pauses_and_then_is_completed(cloud: LocalCloud) -> None:
    heard = subscribed(cloud)
    asked = cloud.carry_out(cloud.request({"task": CREATE, "api": "stripe", "writes": "approve"}))
    assert asked.pending is not None
    done = cloud.approve(asked.run_id, asked.pending)
    failed = cloud.carry_out(cloud.request({"task": "fail", "api": "stripe", "code": "raise SystemExit('SECRET-OUTPUT')"}))
    told = heard()
    assert [(message["run_id"], message["status"]) for message in told] == [
        (asked.run_id, RunStatus.PAUSED),
        (done.run_id, RunStatus.COMPLETED),
        (failed.run_id, RunStatus.FAILED),
    ]
    assert told[2]["error"] == (failed.error.code if failed.error else "")
    assert "Zoe" not in json.dumps(told)
    assert "SECRET" not in json.dumps(told)
