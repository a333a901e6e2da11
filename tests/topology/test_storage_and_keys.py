"""What a stack keeps, with a key of one's own and without; lost events; sizes and times that fit each other."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from recorded import Recorded, order, record, run_program

KEY = "arn:aws-eusc:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555"
PREFIX = "agentic-api-developer-dev"
BUCKET = f"arn:aws-eusc:s3:::{PREFIX}-code-storage-111122223333"
QUEUE = f"arn:aws-eusc:sqs:eu-central-1:111122223333:{PREFIX}-dead-letters"


@pytest.fixture(scope="module")
def keyed() -> Recorded:
    """A development stack with a key of its owner's."""
    return record(order(kms_key=KEY))


def everything_is_under_the_key(recorded: Recorded) -> Iterator[str]:
    """Bucket, secrets, table and queue are encrypted with the stack's key."""
    (rule,) = recorded.one("BucketServerSideEncryptionConfiguration", "storage").inputs["rules"]
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
    if rule != {"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}:
        yield f"the bucket has {rule}"
    for secret in recorded.of("Secret"):
        if secret.inputs.get("kmsKeyId") != KEY:
            yield f"{secret.name} has {secret.inputs.get('kmsKeyId')}"
    encryption = recorded.one("Table", "runs").inputs["serverSideEncryption"]
    if encryption != {"enabled": True, "kmsKeyArn": KEY}:
        yield f"the table has {encryption}"
    for queue in recorded.of("Queue"):
        if queue.inputs.get("kmsMasterKeyId") != KEY or "sqsManagedSseEnabled" in queue.inputs:
            yield f"{queue.name} has {queue.inputs.get('kmsMasterKeyId')}"


def the_key_is_used_for_what_is_theirs(recorded: Recorded) -> Iterator[str]:
    """Each function may use the key through the services it uses, for its own things, and in no other way."""
    table = {"dynamodb": (["kms:Decrypt"], ("aws:dynamodb:tableName", f"{PREFIX}-runs"))}
    read = {"s3": (["kms:Decrypt"], ("aws:s3:arn", BUCKET))}
    write = {"s3": (["kms:GenerateDataKey"], ("aws:s3:arn", BUCKET))}
    both = {"s3": (["kms:Decrypt", "kms:GenerateDataKey"], ("aws:s3:arn", BUCKET))}
    lost = {"sqs": (["kms:Decrypt", "kms:GenerateDataKey"], None)}
    secret = "arn:aws-eusc:secretsmanager:eu-central-1:111122223333:secret:agentic-api-developer/{}/test-key-AbCdEf"
    expected: dict[str, dict[str, Any]] = {
        "invoke-generator": table | lost,
        "invoke-executor": table | lost,
        "generate-code": table | write,
        "validate-code": table | read,
        "execute-code": table | both,
        "worker": table | {"sqs": (["kms:Decrypt"], None)},
        "sweep": table | lost,
        **{f"run-code-{api}": {} for api in ("stripe", "other-api")},
        **{
            f"call-api-{api.replace('_', '-')}": table
            | both
            | {"secretsmanager": (["kms:Decrypt"], ("SecretARN", secret.format(api)))}
            for api in ("stripe", "other_api")
        },
    }
    for name, uses in expected.items():
        wanted = [(actions, _through(service, context)) for service, (actions, context) in uses.items()]
        statements = [item for item in recorded.policy(f"{PREFIX}-{name}")["Statement"] if "kms:" in str(item["Action"])]
        if any(item["Resource"] != [KEY] for item in statements):
            yield f"{name} may use other keys"
        has = [(item["Action"], item.get("Condition", {}).get("StringEquals", {})) for item in statements]
        if sorted(has, key=str) != sorted(wanted, key=str):
            yield f"{name} may {has}, not {wanted}"


def _through(service: str, context: tuple[str, str] | None) -> dict[str, str]:
    said = {f"kms:EncryptionContext:{context[0]}": context[1]} if context else {}
    return {"kms:ViaService": f"{service}.eu-central-1.amazonaws.example", **said}


@pytest.mark.parametrize("check", [everything_is_under_the_key, the_key_is_used_for_what_is_theirs], ids=lambda it: it.__name__)
def test_a_key_of_ones_own_is_used_everywhere_and_only_so(check: Callable[[Recorded], Iterator[str]], keyed: Recorded):
    assert list(check(keyed)) == []


def test_control_what_is_not_under_the_key_is_found(dev: Recorded):
    assert len(list(everything_is_under_the_key(dev))) == 7
    assert len(list(the_key_is_used_for_what_is_theirs(dev))) == 9


def test_control_an_unbounded_use_of_the_key_is_found(keyed: Recorded):
    spoilt = keyed.copy()
    policy = next(item for item in spoilt.of("RolePolicy") if item.inputs["role"] == f"{PREFIX}-call-api-stripe")
    document = json.loads(policy.inputs["policy"])
    for statement in document["Statement"]:
        if statement["Sid"] == "KeyForSecretsmanager":
            del statement["Condition"]
    policy.inputs["policy"] = json.dumps(document)
    (fault,) = the_key_is_used_for_what_is_theirs(spoilt)
    assert fault.startswith("call-api-stripe may")


def test_without_a_key_the_services_use_their_own_and_nobody_gets_rights_to_one(dev: Recorded):
    (rule,) = dev.one("BucketServerSideEncryptionConfiguration", "storage").inputs["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    assert dev.one("Table", "runs").inputs["serverSideEncryption"] == {"enabled": True}
    assert {"kmsKeyId" in secret.inputs for secret in dev.of("Secret")} == {False}
    assert dev.one("Queue", "dead-letters").inputs["sqsManagedSseEnabled"] is True
    assert "kms:" not in json.dumps([policy.inputs["policy"] for policy in dev.of("RolePolicy")])


def test_a_bucket_and_a_key_of_ones_own_are_used_instead():
    """An embedding program's things: no bucket is made, everything else is as in any stack."""
    own: dict[str, Any] = {"bucket": {"name": "their-bucket", "arn": "arn:aws-eusc:s3:::their-bucket"}, "key_arn": KEY}
    embedded = record({**order(), "own": own})
    assert [resource.type for resource in embedded.resources if resource.type.startswith("aws:s3/")] == []
    assert embedded.one("Function", "execute-code").inputs["environment"]["variables"]["AGENTIC_BUCKET"] == "their-bucket"
    assert embedded.exports["bucket"] == "their-bucket"
    statements = {item["Sid"]: item for item in embedded.policy(f"{PREFIX}-generate-code")["Statement"]}
    assert statements["StoreScripts"]["Resource"] == ["arn:aws-eusc:s3:::their-bucket/generated/*"]
    assert statements["KeyForS3"]["Condition"] == {"StringEquals": _through("s3", ("aws:s3:arn", own["bucket"]["arn"]))}
    assert embedded.one("Table", "runs").inputs["serverSideEncryption"]["kmsKeyArn"] == KEY


def lost_events_are_kept(recorded: Recorded) -> Iterator[str]:
    """Every function that takes events sends those it loses to the queue, and its role may do so."""
    for config in recorded.of("FunctionEventInvokeConfig"):
        function = config.inputs["functionName"]
        if config.inputs.get("destinationConfig") != {"onFailure": {"destination": QUEUE}}:
            yield f"{function} loses its events to {config.inputs.get('destinationConfig')}"
        if not any(
            item["Action"] == ["sqs:SendMessage"] and item["Resource"] == [QUEUE]
            for item in recorded.policy(function)["Statement"]
        ):
            yield f"{function} may not send to the queue"


def test_lost_events_are_kept_for_a_fortnight_encrypted_and_over_tls_only(dev: Recorded):
    assert list(lost_events_are_kept(dev)) == []
    assert dev.one("Queue", "dead-letters").inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    (statement,) = json.loads(dev.one("QueuePolicy", "dead-letters").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", QUEUE)
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert dev.exports["dead_letters"] == f"{PREFIX}-dead-letters"


def test_control_a_lost_event_is_found(dev: Recorded):
    spoilt = dev.copy()
    del spoilt.of("FunctionEventInvokeConfig")[0].inputs["destinationConfig"]
    assert list(lost_events_are_kept(spoilt)) != []


def test_where_no_function_takes_events_there_is_no_queue_for_them():
    """The workflow drives its steps itself."""
    stack = record(order(backend="workflow"))
    assert stack.of("FunctionEventInvokeConfig") == []
    assert {queue.name for queue in stack.of("Queue")} == {"run-queue", "run-queue-dead"}
    assert "dead_letters" not in stack.exports


def test_concurrency_is_reserved_only_where_the_stack_says_so(dev: Recorded):
    assert {"reservedConcurrentExecutions" in function.inputs for function in dev.of("Function")} == {False}
    reserved = record(order(reserved_concurrency="5"))
    assert {function.inputs.get("reservedConcurrentExecutions") for function in reserved.of("Function")} == {5}


def test_a_reservation_of_one_would_let_a_tool_wait_for_itself():
    assert "agentic:reserved_concurrency must be 0 or at least 2" in run_program(order(reserved_concurrency="1"))["error"]


def test_a_longer_run_than_the_agents_wait_for_is_told_by_the_setting():
    error = run_program(order(run_seconds="300"))["error"]
    assert "with agentic:run_seconds 300 execute_code needs 360 s, and executor, which waits for it, has 240 s" in error
    assert record(order(run_seconds="300", backend="workflow")).of("Function")
    assert record(order(run_seconds="170")).of("Function")


def test_a_tool_that_waits_longer_than_it_may_run_is_told_by_the_setting():
    assert "agentic:tool_wait must be below 300 s" in run_program(order(tool_wait="300"))["error"]


def test_runtime_and_processor_reach_every_function():
    stack = record(order(python_runtime="python3.14", architecture="arm64"))
    chosen = {(item.inputs["runtime"], *item.inputs["architectures"]) for item in stack.of("Function")}
    assert chosen == {("python3.14", "arm64")}
