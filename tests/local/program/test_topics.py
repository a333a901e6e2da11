"""Topics of the local cloud: made, found, changed and removed; a queue hears what is published, and nothing leaves."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from program_world import World

from agentic.local.program.resources import all_types

TABLE = all_types()
TOPIC, POLICY = "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"
DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sns:Publish"}]}'


def test_a_topic_lives_as_the_program_says(world: World) -> None:
    context, inputs = world.context(), {"name": "tiny", "kmsMasterKeyId": "alias/aws/sns", "tags": {"a": "b"}}
    made = TABLE.create(context, TOPIC, "one", inputs)
    assert TABLE.find(context, TOPIC, "one", made.id, inputs) == inputs
    TABLE.create(context, POLICY, "one", {"arn": made.id, "policy": DENY})
    assert TABLE.find(context, POLICY, "one", made.id, {}) == {"policy": DENY}
    changed: dict[str, Any] = {"name": "tiny", "displayName": "runs"}
    TABLE.update(context, TOPIC, "one", changed)
    assert TABLE.find(context, TOPIC, "one", made.id, changed) == {**changed, "tags": {}}
    TABLE.delete(context, POLICY, "one", made.id, {"arn": made.id, "policy": DENY})
    assert TABLE.find(context, POLICY, "one", made.id, {}) is None
    TABLE.delete(context, TOPIC, "one", made.id, changed)
    assert TABLE.find(context, TOPIC, "one", made.id, changed) is None
    TABLE.delete(context, TOPIC, "one", made.id, changed)


def test_a_subscribed_queue_hears_it_and_the_topic_keeps_nothing(world: World) -> None:
    sns, sqs = world.endpoint.client("sns"), world.endpoint.client("sqs")
    topic = sns.create_topic(Name="tiny")["TopicArn"]
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="a=1&Action=DeleteTopic é", Subject="s")
    (heard,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(heard["Body"])["Message"] == "a=1&Action=DeleteTopic é"
    assert [known.sent_notifications for known in world.endpoint._moto.models("sns", "eu-central-1").topics.values()] == [[]]


@pytest.mark.parametrize("protocol", ["http", "https", "email", "lambda"])
def test_nobody_outside_can_subscribe(world: World, protocol: str) -> None:
    sns = world.endpoint.client("sns")
    topic = sns.create_topic(Name="tiny")["TopicArn"]
    with pytest.raises(ClientError, match="only a queue"):
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint="https://example.com")
    with pytest.raises(ClientError, match="does not have this part of SNS"):
        sns.create_platform_application(Name="x", Platform="GCM", Attributes={})
