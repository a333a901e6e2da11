"""Runs on a deployed stack, from the person's side: unchanged boto3 and the caller's own identity, no local cloud in between.

The stack is the local cloud's; what is under test sees an AWS endpoint, credentials and the stack's outputs, as on AWS.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from owned_stage import Stage

from agentic.core.errors import MissingCredentialsError, RefusedError, UnknownApiError, UsageError
from agentic.deployment import Outputs
from agentic.interfaces.deployed import DeployedStack, aws_clients

pytestmark = pytest.mark.cloud

TASK = "Create a Stripe customer named Zoë Quist with email zoe@example.com"


@pytest.fixture
def deployed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeployedStack]:
    for name, value in stage.cloud.credentials().items():
        monkeypatch.setenv(name, value)
    made: dict[str, Any] = {}
    clients = aws_clients("us-east-1")

    def kept(service: str) -> Any:
        made[service] = clients(service)
        return made[service]

    yield DeployedStack(outputs(stage), kept)
    for client in made.values():
        client.close()


def outputs(stage: Stage) -> Outputs:
    return Outputs.of(stage.cloud.stack("dev").exports)


def fields(**more: Any) -> dict[str, Any]:
    return {"task": TASK, "api": "", "model": "", "writes": None, "session": "", **more}


def test_a_run_needs_the_callers_identity_only(deployed: DeployedStack, stage: Stage) -> None:
    """The record is written and the orchestrator asked by the caller; the API is the real one, so the fake's key is refused."""
    result = deployed.run(fields(model="bedrock:offline"))
    assert result["status"] == "failed", result
    assert result["code_ref"]
    assert result["verdict"]["valid"]
    assert result["run_id"] in {run["run_id"] for run in deployed.recent(5)}
    assert deployed.result(result["run_id"])["task"] == TASK


def test_a_script_of_ones_own(deployed: DeployedStack) -> None:
    """`exec --stack`: refused by the validator, with the line."""
    result = deployed.run(fields(task="Run mine.py", api="stripe", code="import os\n\n\n\nprint((\n"))
    assert (result["status"], result["error"]["message"]) == ("refused", "Code validation failed: SyntaxError at line 5")


WRITES = """import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
print(stripe.Customer.create(name="Ada").id)
"""


def test_who_answers_a_paused_run_is_told_by_the_callers_own_identity(deployed: DeployedStack) -> None:
    """`runs approve|reject --stack`: the question is the stack's, the answer has the ARN of who gave it."""
    asked = deployed.run(fields(task="Run mine.py", api="stripe", code=WRITES, writes="approve"))
    assert (asked["status"], asked["pending"]["target"], asked["calls"]) == ("paused", "real", [])
    with pytest.raises(RefusedError, match="not the call"):
        deployed.approve(asked["run_id"], {**asked["pending"], "digest": "0" * 64})
    rejected = deployed.reject(asked["run_id"])
    assert (rejected["status"], rejected["error"]["code"]) == ("refused", "rejected")
    assert rejected["error"]["message"].startswith("arn:aws")
    with pytest.raises(RefusedError, match="nothing waits"):
        deployed.approve(asked["run_id"], asked["pending"])


def test_what_a_stack_does_not_have_is_told_before_anything_is_written(deployed: DeployedStack) -> None:
    before = len(deployed.recent(50))
    with pytest.raises(UnknownApiError, match="unknown API 'nope'"):
        deployed.run(fields(api="nope"))
    with pytest.raises(UsageError, match="Bedrock's models only"):
        deployed.run(fields(model="anthropic:claude"))
    assert len(deployed.recent(50)) == before


def test_without_credentials_it_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(MissingCredentialsError, match="no AWS credentials"):
        aws_clients("us-east-1")


def test_the_record_is_in_the_table_of_the_stack(deployed: DeployedStack, stage: Stage) -> None:
    """The control of the first test: what it wrote is where the outputs say, and nowhere else."""
    result = deployed.run(fields(task="Run mine.py", api="stripe", code="import os\n\n\n\nprint((\n"))
    variables = stage.cloud.credentials()
    client = boto3.client("dynamodb", endpoint_url=variables["AWS_ENDPOINT_URL"], region_name=variables["AWS_REGION"])
    item = client.get_item(TableName=outputs(stage).table, Key={"run_id": {"S": result["run_id"]}, "item": {"S": "run"}})
    client.close()
    assert json.loads(item["Item"]["error"]["S"])["code"] == "validation_failed"


def test_a_callers_sessions_are_under_its_own_identity(deployed: DeployedStack, stage: Stage) -> None:
    """What another caller (the local cloud's user) has in a session of the same name is not told."""
    stage.cloud.run("Create a Stripe customer named Alice", session="shared name")
    assert len(stage.cloud.sessions("show", "shared name")) == 1
    assert deployed.sessions("show", "shared name") == []
    deployed.run(fields(model="bedrock:offline", session="shared name"))
    (turn,) = deployed.sessions("show", "shared name")
    assert (turn["task"], turn["api"]) == (TASK, "stripe")
    assert [item["name"] for item in deployed.sessions("list", "")] == ["shared name"]
    assert deployed.sessions("clear", "shared name") == 1
    assert len(stage.cloud.sessions("show", "shared name")) == 1


class _Caller:
    """STS's answer to who one is, as a role whose session has this name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "000000000000", "UserId": f"AROAEXAMPLE:{self._name}", "Arn": ""}


@pytest.mark.parametrize(
    ("name", "drawn"), [("botocore-session-1768000000", True), ("1768000000123", True), ("ann@example.com", False)]
)
def test_a_role_session_whose_name_was_drawn_has_no_sessions(
    deployed: DeployedStack, stage: Stage, name: str, drawn: bool
) -> None:
    clients = aws_clients("us-east-1")
    stack = DeployedStack(outputs(stage), lambda service: _Caller(name) if service == "sts" else clients(service))
    if drawn:
        with pytest.raises(UsageError, match="a name of its own"):
            stack.sessions("list", "")
    else:
        assert stack.sessions("list", "") == []
