"""The topic of notifications: only where it is asked for, encrypted, over TLS only, and known to the front door."""

import json

from recorded import order, record

KEY = "arn:aws-eusc:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555"
TOPIC = "arn:aws-eusc:sns:eu-central-1:111122223333:agentic-api-developer-dev-notifications"


def test_a_stack_that_notifies_has_one_topic_encrypted_and_over_tls_only() -> None:
    stack = record(order(notify="true"))
    topic = stack.one("Topic", "notifications")
    assert topic.inputs["kmsMasterKeyId"] == "alias/aws/sns"
    (statement,) = json.loads(stack.one("TopicPolicy", "notifications").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "sns:Publish", TOPIC)
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert stack.exports["topic"] == TOPIC


def test_with_a_key_of_ones_own_the_topic_is_under_it() -> None:
    assert record(order(notify="true", kms_key=KEY)).one("Topic", "notifications").inputs["kmsMasterKeyId"] == KEY


def test_by_itself_a_stack_tells_nobody() -> None:
    stack = record(order())
    assert stack.of("Topic") == stack.of("TopicPolicy") == []
    assert "topic" not in stack.exports
