"""The function `http_api`: API Gateway's events in, its answers out, and the caller by the authorizer's word alone."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from agentic.agents.tools.services import Services
from agentic.apis import stripe
from agentic.core.frozen import FILE_NAME, freeze
from agentic.serving.function import handler
from tests.runs.conftest import dynamodb as dynamodb

ARN = "arn:aws:sts::123456789012:assumed-role/Team/alice"
IAM = {"iam": {"userArn": ARN, "userId": "AROAX:alice", "accountId": "123456789012", "accessKey": "AKIA"}}
JWT = {"jwt": {"claims": {"iss": "https://login.example", "sub": "alice", "name": "Alice"}, "scopes": None}}


class Asked:
    """Asks the function as API Gateway does."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, method: str, path: str, authorizer: Any = IAM, body: Any = None, query: str = "", **more: Any) -> Any:
        headers = {"host": "abc.execute-api.eu-central-1.amazonaws.com", **more.pop("headers", {})}
        content: dict[str, Any] = {}
        if body is not None:
            content = {"body": base64.b64encode(json.dumps(body).encode()).decode(), "isBase64Encoded": True}
            headers["content-type"] = "application/json"
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": ""},
                "stage": "$default",
                **({"authorizer": authorizer} if authorizer else {}),
            },
            "isBase64Encoded": False,
            **content,
            **more,
        }
        return self._function(event, None)


@pytest.fixture
def queue() -> Any:
    """SQS; made inside the mock that `dynamodb` opens."""
    return boto3.client("sqs", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def asked(dynamodb: Any, queue: Any, tmp_path: Path) -> Iterator[Asked]:
    (tmp_path / FILE_NAME).write_bytes(freeze(stripe.agentic_apis()))
    environ = {
        "AGENTIC_ENVIRONMENT": "dev",
        "AGENTIC_TABLE": "runs",
        "AGENTIC_BUCKET": "bucket",
        "AGENTIC_QUEUE_URL": queue.create_queue(QueueName="runs")["QueueUrl"],
        "AGENTIC_ORCHESTRATOR": "arn:aws:bedrock-agentcore:eu-central-1:123456789012:harness/h",
        "AGENTIC_CALLER_REQUESTS": "600",
        "LAMBDA_TASK_ROOT": str(tmp_path),
    }
    yield Asked(handler(Services(environ, {"dynamodb": dynamodb, "sqs": queue}.__getitem__)))
    asyncio.get_event_loop().close()
    asyncio.set_event_loop(None)


def test_a_run_is_submitted_and_shown_to_the_identity_that_asked(asked: Asked, queue: Any):
    answer = asked("POST", "/runs", body={"task": "Create a Stripe customer named Alice", "session": "s"})
    assert answer["statusCode"] == 202, answer
    run = json.loads(answer["body"])
    assert answer["headers"]["location"] == f"/runs/{run['run_id']}"
    shown = json.loads(asked("GET", f"/runs/{run['run_id']}")["body"])
    assert (shown["caller"], shown["target"], shown["status"]) == (ARN, "real", "queued")
    url = queue.get_queue_url(QueueName="runs")["QueueUrl"]
    assert json.loads(queue.receive_message(QueueUrl=url)["Messages"][0]["Body"]) == {"run_id": run["run_id"]}
    # The sessions are those of the command line with the same identity.
    assert [session["name"] for session in json.loads(asked("GET", "/sessions")["body"])["sessions"]] == ["s"]


def test_others_do_not_see_it_whoever_they_say_they_are(asked: Asked):
    run_id = json.loads(asked("POST", "/runs", body={"task": "Create a Stripe customer named Alice"})["body"])["run_id"]
    bob = {"iam": {**IAM["iam"], "userArn": "arn:aws:iam::123456789012:user/bob", "userId": "AIDABOB"}}
    for authorizer in (bob, JWT, {"iam": {}, **JWT}):
        headers = {"authorization": f"Bearer {ARN}", "x-amzn-iam-arn": ARN}
        assert asked("GET", f"/runs/{run_id}", authorizer, headers=headers)["statusCode"] == 404
    assert asked("GET", f"/runs/{run_id}")["statusCode"] == 200


def test_a_token_s_holder_is_told_by_issuer_and_subject(asked: Asked):
    assert json.loads(asked("GET", "/about", JWT)["body"])["caller"] == "https://login.example alice"


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"iam": {}}, {"jwt": {"claims": {"sub": "alice"}}}, {"lambda": {"userArn": ARN}}]
)
def test_without_the_authorizer_s_word_nobody_is_known(asked: Asked, authorizer: Any):
    answer = asked("GET", "/runs", authorizer, headers={"authorization": "Bearer x"})
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (401, "unauthenticated")


def test_the_console_needs_nobody_and_the_machine_is_not_there(asked: Asked):
    page = asked("GET", "/", None)
    assert page["statusCode"] == 200
    assert "<html" in page["body"]
    assert [asked("GET", path)["statusCode"] for path in ("/plugins", "/doctor")] == [404, 404]


def test_a_page_of_another_site_is_refused_here_too(asked: Asked):
    own = {"origin": "https://abc.execute-api.eu-central-1.amazonaws.com"}
    assert asked("GET", "/runs", headers={"origin": "https://evil.example"})["statusCode"] == 403
    assert asked("GET", "/runs", headers=own)["statusCode"] == 200


def test_a_script_is_judged_and_a_run_followed_by_pages(asked: Asked):
    judged = json.loads(asked("POST", "/validate", body={"code": "import stripe\neval('1')"})["body"])
    assert (judged["api"], judged["valid"]) == ("stripe", False)
    run_id = json.loads(asked("POST", "/runs", body={"task": "Create a Stripe customer named Alice"})["body"])["run_id"]
    page = json.loads(asked("GET", f"/runs/{run_id}/events", query="wait=0")["body"])
    assert [event["type"] for event in page["events"]] == ["step", "status"]
    streamed = asked("GET", f"/runs/{run_id}/events", headers={"accept": "text/event-stream"})
    assert (streamed["headers"]["content-type"], json.loads(streamed["body"])) == ("application/json", page)
    assert json.loads(asked("POST", f"/runs/{run_id}/cancel")["body"])["status"] == "cancelled"
    assert json.loads(asked("GET", f"/runs/{run_id}/events", query=f"after={page['next']}&wait=25")["body"])["done"]


def test_a_stack_s_run_may_name_a_model_of_bedrock_s_and_no_other(asked: Asked):
    task = {"task": "Create a Stripe customer named Alice"}
    for model in ("offline", "anthropic:claude", "amazon.nova"):
        assert asked("POST", "/runs", body={**task, "model": model})["statusCode"] == 422, model
    accepted = json.loads(asked("POST", "/runs", body={**task, "model": "bedrock:eu.amazon.nova-pro"})["body"])
    shown = json.loads(asked("GET", accepted["links"]["run"])["body"])
    assert shown["usage"]["model"] == "eu.amazon.nova-pro"
