"""The endpoint with real boto3 clients: what it routes where, and how its errors arrive."""

import errno
import gc
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EventStreamError
from endpoint_world import HARNESS, ROLE, SESSION, World, make_table, running

from agentic.core.errors import LocalCloudError
from agentic.local.endpoint import Endpoint
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.services import Services
from agentic.local.state import StateFolder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("state") / "agentic") as world:
        yield world


def test_s3_objects_with_metadata_and_odd_keys_come_back(world: World) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="code-storage")
    for key in ("generated/stripe/Create_a_customer.py", "a b/ü+%.txt", "a//b", "x/..y"):
        s3.put_object(Bucket="code-storage", Key=key, Body=key.encode(), Metadata={"run_id": "r1"}, ContentType="text/x-python")
        found = s3.get_object(Bucket="code-storage", Key=key)
        assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (
            key.encode(),
            {"run_id": "r1"},
            "text/x-python",
        )
        assert s3.head_object(Bucket="code-storage", Key=key)["ContentLength"] == len(key.encode())
    assert len(s3.list_objects_v2(Bucket="code-storage")["Contents"]) == 4


def test_a_put_does_not_wait_for_a_late_100_continue(world: World) -> None:
    """botocore sends `Expect: 100-continue` and waits a second for the answer."""
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="expecting")
    s3.put_object(Bucket="expecting", Key="first", Body=b"x")
    took: list[float] = []
    for number in range(4):
        started = time.perf_counter()
        s3.put_object(Bucket="expecting", Key=str(number), Body=b"x" * 100_000)
        took.append(time.perf_counter() - started)
    # On a busy machine one may be slow; with the wait, every one of them takes its second.
    assert min(took) < 0.8


def test_if_none_match_never_overwrites(world: World) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="conditional")
    s3.put_object(Bucket="conditional", Key="k", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError) as raised:
        s3.put_object(Bucket="conditional", Key="k", Body=b"2", IfNoneMatch="*")
    assert raised.value.response["Error"]["Code"] == "PreconditionFailed"
    assert s3.get_object(Bucket="conditional", Key="k")["Body"].read() == b"1"


def test_what_the_mirror_cannot_follow_is_refused(world: World) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="followed")
    with pytest.raises(ClientError) as raised:
        s3.create_multipart_upload(Bucket="followed", Key="k")
    assert raised.value.response["Error"]["Code"] == "NotImplemented"


def test_a_missing_key_and_a_missing_bucket_are_s3_errors(world: World) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="empty-one")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="empty-one", Key="missing")
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.put_object(Bucket="missing-one", Key="k", Body=b"")


def test_a_body_over_the_limit_is_refused(world: World) -> None:
    status, _ = world.send("PUT", "/bucket/key", {"Host": "x", "Content-Length": str(9 * 1024 * 1024)})
    assert status == 413


def test_secrets_and_logs_are_motos(world: World) -> None:
    secrets, logs = world.operator("secretsmanager"), world.operator("logs")
    secrets.create_secret(Name="agentic-api-developer/stripe/test-key", SecretString='{"api_key": "sk_test_1"}')
    assert json.loads(secrets.get_secret_value(SecretId="agentic-api-developer/stripe/test-key")["SecretString"])
    logs.create_log_group(logGroupName="/aws/lambda/f")
    logs.create_log_stream(logGroupName="/aws/lambda/f", logStreamName="s")
    logs.put_log_events(
        logGroupName="/aws/lambda/f", logStreamName="s", logEvents=[{"timestamp": int(time.time() * 1000), "message": "hello"}]
    )
    assert logs.get_log_events(logGroupName="/aws/lambda/f", logStreamName="s")["events"][0]["message"] == "hello"


def test_the_overlay_answers_before_moto_and_only_whom_the_policy_allows(world: World) -> None:
    name = "agentic-api-developer/stripe/run/run_0123456789abcdef"
    world.endpoint.secret_overlay[name] = '{"api_key": "sk_live_x"}'
    client = world.role("secretsmanager")
    with pytest.raises(ClientError) as raised:
        client.get_secret_value(SecretId=name)
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    world.allow(
        "secretsmanager:GetSecretValue",
        on="arn:aws:secretsmanager:us-east-1:123456789012:secret:agentic-api-developer/stripe/*",
    )
    assert client.get_secret_value(SecretId=name)["SecretString"] == '{"api_key": "sk_live_x"}'
    del world.endpoint.secret_overlay[name]
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=name)


def test_lambda_invoke_carries_payload_context_and_tenant(world: World) -> None:
    client = world.operator("lambda")
    answer = client.invoke(
        FunctionName="f", Payload=b'{"a": 1}', ClientContext="eyJjdXN0b20iOiB7ImsiOiAidiJ9fQ==", TenantId="run-1"
    )
    assert (answer["StatusCode"], answer["Payload"].read()) == (200, b'{"a": 1}')
    assert world.functions.seen[-1] == {"name": "f", "context": {"custom": {"k": "v"}}, "tenant": "run-1"}
    assert client.invoke(FunctionName="f", Payload=b'"fail"')["FunctionError"] == "Unhandled"
    assert client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    client.invoke(FunctionName=arn, Payload=b"{}")
    assert world.functions.seen[-1]["name"] == arn


def test_lambda_errors_are_modelled(world: World) -> None:
    client = world.operator("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="missing", Payload=b"{}")
    with pytest.raises(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName="busy", Payload=b"{}")
    with pytest.raises(client.exceptions.InvalidRequestContentException):
        client.invoke(FunctionName="f", ClientContext="bm90IGpzb24=", Payload=b"{}")


def test_a_bug_inside_is_a_4xx(world: World) -> None:
    """A 5xx would make boto3 repeat a whole run."""
    with pytest.raises(ClientError) as raised:
        world.operator("lambda").invoke(FunctionName="broken", Payload=b"{}")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert raised.value.response["Error"]["Code"] == "InternalFailure"
    assert len(raised.value.response["ResponseMetadata"]["RequestId"]) == 36


def _invoke(world: World, text: str) -> dict:
    return world.operator("bedrock-agentcore").invoke_harness(
        harnessArn=HARNESS,
        runtimeSessionId=SESSION,
        messages=[{"role": "user", "content": [{"text": text}]}],
        maxIterations=3,
    )


def test_invoke_harness_streams_events(world: World) -> None:
    events = list(_invoke(world, "hello")["stream"])
    assert [next(iter(event)) for event in events] == ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop"]
    assert events[1]["contentBlockDelta"]["delta"]["text"] == f"hello {SESSION} ['maxIterations']"


def test_a_harness_that_fails_before_the_stream_is_a_4xx_and_called_once(world: World) -> None:
    with pytest.raises(ClientError) as raised:
        _invoke(world, "refuse")
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.parametrize(("text", "message"), [("break", "Broken in the middle."), ("crash", "failed in the middle")])
def test_a_harness_that_fails_in_the_stream_ends_it_with_an_exception(world: World, text: str, message: str) -> None:
    with closing(_invoke(world, text)["stream"]) as stream, pytest.raises(EventStreamError, match=message):
        list(stream)


def test_converse_and_converse_stream(world: World) -> None:
    client = world.operator("bedrock-runtime")
    ask = {"modelId": "us.anthropic.claude-haiku-5-5", "messages": [{"role": "user", "content": [{"text": "hi"}]}]}
    assert client.converse(**ask)["output"]["message"]["content"][0]["text"] == ask["modelId"]
    deltas = [event["contentBlockDelta"] for event in client.converse_stream(**ask)["stream"] if "contentBlockDelta" in event]
    assert deltas[0]["delta"]["text"] == ask["modelId"]


def test_services_the_local_cloud_does_not_have_say_so(world: World) -> None:
    """Some of moto's services call out (events to web addresses, Lambda to Docker); none of them is reachable."""
    calls = (("ecs", "list_clusters"), ("events", "list_event_buses"), ("bedrock", "list_foundation_models"))
    for service, call in calls:
        with pytest.raises(ClientError) as raised:
            getattr(world.operator(service), call)()
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_motos_own_control_paths_are_closed(world: World) -> None:
    """`/moto-api/reset` would empty the cloud; without a signature nothing passes."""
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="still-here")
    assert world.send("POST", "/moto-api/reset", {"Host": f"127.0.0.1:{world.endpoint.port}"})[0] == 403
    with pytest.raises(ClientError):
        s3.get_object(Bucket="moto-api", Key="reset")
    s3.head_bucket(Bucket="still-here")


def test_dynamodb_does_what_the_run_store_needs(world: World) -> None:
    client = world.operator("dynamodb")
    make_table(client)
    key = {"run_id": {"S": "r1"}, "item": {"S": "run"}}
    update = {
        "TableName": "runs",
        "Key": key,
        "UpdateExpression": "SET #s = :running, #k = if_not_exists(#k, :run), created_at = :at ADD calls :one",
        "ConditionExpression": "attribute_not_exists(#s) OR #s = :queued",
        "ExpressionAttributeNames": {"#s": "status", "#k": "kind"},
        "ExpressionAttributeValues": {
            ":running": {"S": "running"},
            ":queued": {"S": "queued"},
            ":run": {"S": "run"},
            ":at": {"S": "2026-11-22"},
            ":one": {"N": "1"},
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    expected = {**key, "status": {"S": "running"}, "kind": {"S": "run"}, "created_at": {"S": "2026-11-22"}, "calls": {"N": "1"}}
    assert client.update_item(**update)["Attributes"] == expected
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as raised:
        client.update_item(**update)
    assert raised.value.response["Item"] == expected
    assert client.get_item(TableName="runs", Key=key)["Item"] == expected
    client.put_item(
        TableName="runs",
        Item={"run_id": {"S": "r2"}, "item": {"S": "run"}, "kind": {"S": "run"}, "created_at": {"S": "2026-11-23"}},
    )
    newest_first = client.query(
        TableName="runs",
        IndexName="recent",
        KeyConditionExpression="kind = :k",
        ExpressionAttributeValues={":k": {"S": "run"}},
        ScanIndexForward=False,
    )
    assert [item["run_id"]["S"] for item in newest_first["Items"]] == ["r2", "r1"]
    assert "Item" not in client.get_item(TableName="runs", Key={"run_id": {"S": "none"}, "item": {"S": "run"}})


def test_conditional_claims_have_one_winner_under_concurrent_load(world: World) -> None:
    client = world.operator("dynamodb")
    make_table(client, "claims")
    winners: list[int] = []

    def worker(number: int) -> None:
        for claim in range(10):
            try:
                client.update_item(
                    TableName="claims",
                    Key={"run_id": {"S": f"r{claim}"}, "item": {"S": "claim"}},
                    UpdateExpression="SET taken_by = :me",
                    ConditionExpression="attribute_not_exists(taken_by)",
                    ExpressionAttributeValues={":me": {"N": str(number)}},
                )
                winners.append(claim)
            except client.exceptions.ConditionalCheckFailedException:
                pass
            client.update_item(
                TableName="claims",
                Key={"run_id": {"S": "all"}, "item": {"S": "counter"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # Threads take turns in the middle of everything, so that a missing lock shows.
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        sys.setswitchinterval(interval)
    counter = client.get_item(TableName="claims", Key={"run_id": {"S": "all"}, "item": {"S": "counter"}})["Item"]
    assert sorted(winners) == list(range(10))
    assert counter["n"] == {"N": "80"}


def test_warming_is_possible_at_any_time(world: World) -> None:
    world.endpoint.warm()
    world.endpoint.warm("sqs")
    assert "QueueUrl" in world.operator("sqs").create_queue(QueueName="warm")


def test_only_one_endpoint_per_process(world: World, tmp_path: Path) -> None:
    with pytest.raises(LocalCloudError, match="Another local cloud"):
        Endpoint(StateFolder(tmp_path / "s"), Identities(), Permissions(), Services(None, None, None))  # pyright: ignore


def test_clients_ignore_the_persons_aws_settings(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:9")
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:9")
    role = "arn:aws:iam::123456789012:role/fresh"
    world.permissions.set_policy(role, "p", {"Statement": {"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}})
    assert "Buckets" in world.endpoint.client("s3", role).list_buckets()


def test_motos_environment_is_not_the_persons(tmp_path: Path, world: World) -> None:
    assert not [name for name in os.environ if name.startswith("MOTO_")]


def test_a_refusal_is_told_to_the_observer(world: World) -> None:
    world.events.clear()
    with pytest.raises(ClientError):
        world.endpoint.client("sqs", ROLE).list_queues()
    assert [(event.kind, event.facts["refused"]) for event in world.events] == [("resource", True)]


def test_files_and_streams_can_be_uploaded(world: World, tmp_path: Path) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="uploads")
    (tmp_path / "file").write_bytes(b"from a file")
    s3.upload_file(str(tmp_path / "file"), "uploads", "file")
    s3.put_object(Bucket="uploads", Key="stream", Body=io.BytesIO(b"from a stream"))
    assert s3.get_object(Bucket="uploads", Key="file")["Body"].read() == b"from a file"
    assert s3.get_object(Bucket="uploads", Key="stream")["Body"].read() == b"from a stream"


def test_a_secret_is_found_by_its_arn_and_the_policy_may_name_it(world: World) -> None:
    arn = world.operator("secretsmanager").create_secret(Name="by-arn", SecretString="{}")["ARN"]
    world.allow("secretsmanager:GetSecretValue", on=arn, name="arn")
    for secret_id in (arn, "by-arn"):
        assert world.role("secretsmanager").get_secret_value(SecretId=secret_id)["Name"] == "by-arn"


def test_nothing_but_loopback_is_contacted(tmp_path: Path) -> None:
    """An audit hook sees every connection and name lookup of a process that uses all the services moto answers."""
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
seen = set()
def hook(event, arguments):
    if event == "socket.connect":
        seen.add(str(arguments[1][0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        seen.add(str(arguments[0]))
sys.addaudithook(hook)
from endpoint_world import make_table, running
policy = '{"Version": "2012-10-17", "Statement": []}'
with running(Path(sys.argv[2])) as world:
    world.operator("s3").create_bucket(Bucket="bucket")
    world.operator("s3").put_object(Bucket="bucket", Key="k", Body=b"x")
    make_table(world.operator("dynamodb"))
    world.operator("secretsmanager").create_secret(Name="s", SecretString="x")
    world.operator("logs").create_log_group(logGroupName="g")
    world.operator("sqs").create_queue(QueueName="q")
    world.operator("kms").create_key()
    world.operator("iam").create_role(RoleName="r", AssumeRolePolicyDocument=policy)
    world.operator("sts").get_caller_identity()
sys.stdout.write(" ".join(sorted(seen)))
"""
    arguments = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / "s")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("127.0.0.1", "")


def test_closing_twice_is_no_error_and_the_port_is_free(tmp_path: Path) -> None:
    program = """
import socket, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from endpoint_world import running
with running(Path(sys.argv[2])) as world:
    world.operator("s3").list_buckets()
    world.endpoint.close()
    sys.stdout.write(str(socket.socket().connect_ex(("127.0.0.1", world.endpoint.port))))
"""
    arguments = [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / "s")]
    assert subprocess.run(arguments, capture_output=True, text=True, check=True).stdout == str(errno.ECONNREFUSED)


def test_moto_keeps_no_object_that_nobody_needs(world: World) -> None:
    """A hundred changes of one item leave one item, wherever moto's objects are kept."""
    client = world.endpoint.client("dynamodb")
    make_table(client, "forgotten")
    key = {"run_id": {"S": "run"}, "item": {"S": "run"}}
    for number in range(100):
        client.put_item(TableName="forgotten", Item={**key, "changed": {"N": str(number)}})
    gc.collect()
    assert sum(type(thing).__name__ == "Item" and "'changed'" in repr(thing) for thing in gc.get_objects()) == 1
