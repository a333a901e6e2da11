"""What AWS would refuse is told when a resource is checked and when it is made, by type, name and path; nothing is made."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from program_world import PLACE, World
from test_table import BUCKET, FUNCTION, GATEWAY, GOOD, GROUP, HARNESS, ROLE, ROLE_POLICY, RUNS, SECRET, changed

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import check
from agentic.local.program.plan import Plan, PlannedResource
from agentic.local.program.resources import all_types
from agentic.local.program.schema import Block, Text
from agentic.local.program.table import Context, Created, ResourceTable, ResourceType

TABLE = all_types()
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
FITTING: dict[str, dict[str, Any]] = {
    **GOOD,
    FUNCTION: {**GOOD[FUNCTION], "role": PLACE.arn("iam", "role/some", regional=False)},
    GATEWAY: {**GOOD[GATEWAY], "roleArn": PLACE.arn("iam", "role/agent", regional=False)},
    HARNESS: {**changed(GOOD[HARNESS], "tools", None), "executionRoleArn": PLACE.arn("iam", "role/agent", regional=False)},
    ROLE_POLICY: {**GOOD[ROLE_POLICY], "role": "some"},
    ENCRYPTION: {
        "bucket": "tiny-code",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
    },
}


def policy(action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def network(**more: Any) -> list[dict[str, Any]]:
    return [{"agentcoreRuntimeEnvironments": [{"networkConfigurations": [{"networkMode": "PUBLIC", **more}]}]}]


NAMES = [f"a{number}" for number in range(21)]
INDEX = {"name": "more", "hashKey": "run_id", "projectionType": "INCLUDE", "nonKeyAttributes": NAMES}

# Each passes the type's own schema, which says what the local cloud supports: only AWS's own model refuses it.
FAULTS: list[tuple[str, str, Any, str]] = [
    (FUNCTION, "loggingConfig", {"logFormat": "XML"}, "LoggingConfig.LogFormat must be one of JSON, Text, not 'XML'"),
    (FUNCTION, "loggingConfig", {"logFormatt": "JSON"}, "LoggingConfig.logFormatt is not a member of LoggingConfig"),
    (FUNCTION, "tracingConfig", {"mode": "Always"}, "TracingConfig.Mode must be one of Active, PassThrough"),
    (FUNCTION, "ephemeralStorage", {"size": 100}, "EphemeralStorage.Size must be 512 to 32768, not 100"),
    (FUNCTION, "ephemeralStorage", {}, "EphemeralStorage.Size is missing"),
    (GATEWAY, "tags", {"team": "Zoë"}, "tags.team must match"),
    (GATEWAY, "protocolConfiguration", {"mcp": {"searchType": "FUZZY"}}, "searchType must be one of SEMANTIC"),
    (HARNESS, "environments", network(networkMode="PRIVATE"), "networkConfiguration.networkMode must be one of PUBLIC, VPC"),
    (
        HARNESS,
        "environments",
        network(networkMode="VPC", networkModeConfigs=[{"subnets": [], "securityGroups": ["sg-12345678"]}]),
        "networkModeConfig.subnets must have 1 to 16 items, not 0",
    ),
    (
        HARNESS,
        "truncations",
        [{"strategy": "none", "configs": [{"slidingWindows": [{"messagesCount": 4}], "summarizations": [{}]}]}],
        "truncation.config must have exactly one of slidingWindow, summarization, not slidingWindow and summarization",
    ),
    (RUNS, "globalSecondaryIndexes", [INDEX], "GlobalSecondaryIndexes[0].Projection.NonKeyAttributes must have 1 to 20 items"),
    (GROUP, "kmsKeyId", "k" * 257, "kmsKeyId must have at most 256 characters, not 257"),
    (SECRET, "kmsKeyId", "k" * 2049, "KmsKeyId must have 0 to 2048 characters, not 2049"),
    (
        ROLE_POLICY,
        "policy",
        policy("s3:PutObjekt", "arn:aws:s3:::b/*"),
        "'s3:PutObjekt' is not an action of AWS, s3:PutObject is",
    ),
    (ROLE_POLICY, "policy", policy("s3:GetObject", "arn:aws:s3:::b"), "s3:GetObject knows no resource like arn:aws:s3:::b"),
]
OPERATIONS = {
    FUNCTION: "lambda CreateFunction",
    GATEWAY: "bedrock-agentcore-control CreateGateway",
    HARNESS: "bedrock-agentcore-control CreateHarness",
    RUNS: "dynamodb CreateTable",
    GROUP: "logs CreateLogGroup",
    SECRET: "secretsmanager CreateSecret",
    ROLE_POLICY: "iam PutRolePolicy",
}


def furnished(world: World) -> Context:
    """A context in which the roles and the function of the good inputs exist."""
    context = world.context()
    for name, service in (("some", "lambda"), ("agent", "bedrock-agentcore")):
        principal = {"Service": f"{service}.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        TABLE.create(context, ROLE, name, {"name": name, "assumeRolePolicy": document})
    return context


def without_oracle(context: Context) -> Context:
    return replace(context, oracle=None)


@pytest.mark.parametrize(("token", "path", "value", "message"), FAULTS)
def test_a_planted_fault_is_told_and_nothing_is_made(world: World, token: str, path: str, value: Any, message: str) -> None:
    """At preview and at creation the same; the control, a cloud without the oracle, lets it pass both times."""
    context, inputs = furnished(world), changed(FITTING[token], path, value)
    previewed = TABLE.faults(context, token, inputs, ())
    assert [fault for fault in previewed if message in fault and fault.startswith(OPERATIONS[token])]
    there = len(context.made.resources)
    with pytest.raises(LocalCloudError) as caught:
        TABLE.create(context, token, "planted", inputs)
    assert caught.value.message.startswith(f"{token} 'planted': {OPERATIONS[token]}: ")
    assert message in caught.value.message
    assert len(context.made.resources) == there
    assert TABLE.faults(without_oracle(context), token, inputs, ()) == []


@pytest.mark.parametrize("token", [FUNCTION, GATEWAY, HARNESS, GROUP, ROLE_POLICY])
def test_without_the_oracle_a_fault_is_made(world: World, token: str) -> None:
    """The control of the test above at creation."""
    path, value = next((path, value) for kind, path, value, _ in FAULTS if kind == token)
    made = TABLE.create(without_oracle(furnished(world)), token, "planted", changed(FITTING[token], path, value))
    assert made.id


UPDATES: list[tuple[str, str, Any, str]] = [
    (FUNCTION, "ephemeralStorage", {"size": 100}, "lambda UpdateFunctionConfiguration: EphemeralStorage.Size must be 512 to"),
    (GATEWAY, "tags", {"team": "Zoë"}, "bedrock-agentcore-control TagResource: tags.team must match"),
    (GATEWAY, "protocolConfiguration", {"mcp": {"searchType": "X"}}, "bedrock-agentcore-control UpdateGateway: protocolConfig"),
    (HARNESS, "environments", network(networkMode="X"), "bedrock-agentcore-control UpdateHarness: environment.agentCore"),
    (GROUP, "kmsKeyId", "k" * 257, "logs AssociateKmsKey: kmsKeyId must have at most 256 characters"),
    (ROLE_POLICY, "policy", policy("s3:PutObjekt", "*"), "iam PutRolePolicy: PolicyDocument.Statement[0]: 's3:PutObjekt'"),
    (RUNS, "globalSecondaryIndexes", [INDEX], "dynamodb UpdateTable: GlobalSecondaryIndexUpdates[0].Create.Projection.NonKey"),
    (ROLE, "description", "tab\x07", "iam UpdateRole: Description must match"),
]


@pytest.mark.parametrize(("token", "path", "value", "message"), UPDATES)
def test_a_fault_in_an_update_is_told(world: World, token: str, path: str, value: Any, message: str) -> None:
    """Whether `update` sends requests through a client or declares them; the good form passes before."""
    context, good = furnished(world), {**FITTING[token]}
    if token != ROLE:
        TABLE.create(context, token, "planted", good)
        TABLE.update(context, token, "planted", good)
    else:
        good = {**good, "name": "some"}
    with pytest.raises(LocalCloudError, match="planted") as caught:
        TABLE.update(context, token, "planted", changed(good, path, value))
    assert message in caught.value.message


def test_what_a_preview_does_not_know_excuses_only_itself(world: World) -> None:
    context, unknown = furnished(world), ["role", "environment.variables"]
    inputs = {**FITTING[FUNCTION], "role": None, "environment": {"variables": None}}
    assert TABLE.faults(context, FUNCTION, inputs, unknown) == []
    (fault,) = TABLE.faults(context, FUNCTION, {**inputs, "ephemeralStorage": {"size": 100}}, unknown)
    assert "EphemeralStorage.Size" in fault


@pytest.mark.parametrize("token", FITTING)
def test_any_input_may_be_unknown(world: World, token: str) -> None:
    """Each input of each good form in turn, and all at once: a preview then has nothing to say against it."""
    there = {(FUNCTION, "tiny"), (GATEWAY, "tiny-0123456789"), (BUCKET, "tiny-code")}
    context = replace(furnished(world), expected=frozenset(there))
    for unknown in (*([name] for name in FITTING[token]), list(FITTING[token])):
        blanked = {name: None if name in unknown else value for name, value in FITTING[token].items()}
        assert TABLE.faults(context, token, blanked, unknown) == []


def test_a_request_that_no_type_declares_is_checked_too(world: World) -> None:
    """What code sends through its client cannot be forgotten; the control is the same code without the oracle."""

    def create(context: Context, name: str, inputs: Mapping[str, Any]) -> Created:
        context.client("logs").create_log_group(logGroupName=inputs["name"])
        return Created("id")

    table = ResourceTable([ResourceType("tests:index:Thing", Block({"name": Text()}), (), create)])
    with pytest.raises(LocalCloudError, match="tests:index:Thing 'some': logs CreateLogGroup: logGroupName must match"):
        table.create(world.context(), "tests:index:Thing", "some", {"name": "a group"})
    assert world.endpoint.client("logs").describe_log_groups()["logGroups"] == []
    table.create(without_oracle(world.context()), "tests:index:Thing", "some", {"name": "a group"})
    assert len(world.endpoint.client("logs").describe_log_groups()["logGroups"]) == 1


def test_a_plan_is_not_checked_again(world: World) -> None:
    """Its inputs passed when it was made, and starting from it must stay quick; the control is the same without a plan."""
    asked: list[str] = []

    def oracle(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
        asked.append(operation)
        return []

    context = replace(world.context(), oracle=oracle)
    TABLE.create(context, GROUP, "one", GOOD[GROUP])
    assert set(asked) == {"CreateLogGroup", "PutRetentionPolicy"}
    asked.clear()
    Plan((PlannedResource(GROUP, "two", {"name": "/two"}),), {}, {}).complete(TABLE, context)
    assert asked == []


# --- no type is forgotten ---------------------------------------------------------------------------------------------


def asking_nobody(table: ResourceTable) -> list[str]:
    return [token for token in table.tokens if table.type_of(token).requests is None]


def test_every_type_says_what_it_asks_of_aws() -> None:
    assert asking_nobody(TABLE) == []


def test_a_forgotten_type_would_be_found() -> None:
    """The control of the test above."""

    def create(context: Context, name: str, inputs: Mapping[str, Any]) -> Created:
        return Created("id")

    table = ResourceTable([ResourceType("tests:index:Thing", Block(), (), create)])
    assert asking_nobody(table) == ["tests:index:Thing"]


# --- the whole topology -----------------------------------------------------------------------------------------------

TOPOLOGY = """
import os
from pathlib import Path

from agentic.core.settings import Settings
from agentic.registry import Registry
from agentic.topology.topology import Topology


class AnyZip(dict):
    def __missing__(self, key):
        return Path(os.environ["TEST_ZIP"])


settings = Settings.from_config({"backend": os.environ["TEST_BACKEND"]})
specs = [Registry.load().get(api) for api in settings.apis]
Topology("agentic", environment="dev", settings=settings, specs=specs, zips=lambda settings, specs: AnyZip())
"""


class DeclaredMachines:
    """State machines that are only declared."""

    def check(self, arn: str, definition: str) -> None: ...

    def create(self, declaration: Any) -> None: ...

    def remove(self, arn: str) -> None: ...


@pytest.mark.parametrize("backend", ["harness", "classic", "workflow"])
def test_the_whole_topology_passes(world: World, backend: str) -> None:
    """Every request that makes a dev stack passes, isolated network and all; the control is one planted fault in it."""
    context = replace(world.context(), machines=DeclaredMachines())
    environment = {"TEST_ZIP": str(world.zip()), "TEST_BACKEND": backend}
    with world.launch(TOPOLOGY, extra_environment=environment) as running:
        registered = running.complete(TABLE, context).registered
    assert registered is not None
    services, count = set[str](), 0
    for token, name, inputs in registered:
        kind = TABLE.type_of(token)
        assert kind.requests is not None
        for request in kind.requests(context, name, kind.read(inputs)):
            services.add(request.service)
            count += 1
            assert check(request.service, request.operation, request.parameters) == [], (token, name)
    assert count > 50
    assert {"lambda", "iam", "s3", "dynamodb", "logs", "secretsmanager", "ec2", "route53resolver"} <= services
    token, name, inputs = next(item for item in registered if item[0] == GROUP)
    assert TABLE.faults(context, token, {**inputs, "kmsKeyId": "k" * 257}, ()) == [
        "logs CreateLogGroup: kmsKeyId must have at most 256 characters, not 257"
    ]
