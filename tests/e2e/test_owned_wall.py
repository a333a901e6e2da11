"""Whoever fully owns `run_code` can ask its API's `call_api` and write into its own log; every other AWS request is refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from every_operation import Targets, requests
from owned_stage import API, BROKER, NAMES, WALL, Owned

from agentic.local.endpoint.moto_backend import _SERVICES as MOTO_SERVICES

pytestmark = pytest.mark.cloud

OURS = ("lambda", "bedrock-agentcore", "bedrock-runtime")
# Not served locally at all; on AWS these would be the next things to try.
OTHERS = ("bedrock-agentcore-control", "bedrock-agent", "bedrock-agent-runtime", "stepfunctions", "ssm", "events")

REFUSALS = {"AccessDenied", "AccessDeniedException", "403"}

SCRIPT = "generated/stripe/somebodys_script.py"
RESULT = "executions/stripe/success_20260101_000000_run_0000000000000001.json"


def refusal(client: Any, operation: str, arguments: dict[str, Any]) -> str:
    """The error's code; empty when the request was carried out."""
    try:
        getattr(client, xform_name(operation))(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.fixture(scope="module")
def worth(owned: Owned) -> Owned:
    """The owned cloud with something to steal, to change and to delete."""
    s3 = owned.operator("s3")
    for key in (SCRIPT, RESULT):
        s3.put_object(Bucket=owned.bucket, Key=key, Body=b"somebody's")
    return owned


@pytest.fixture(scope="module")
def targets(worth: Owned) -> Targets:
    """What there is, by the names that AWS's operations have for it."""
    declared = worth.declared()
    others = [name for name in declared if name != BROKER]
    account = worth.declaration(WALL).arn.split(":")[4]
    groups = [group["logGroupName"] for group in worth.operator("logs").describe_log_groups()["logGroups"]]
    secrets = [secret["Name"] for secret in worth.operator("secretsmanager").list_secrets()["SecretList"]]
    roles = sorted({declaration.role_arn for declaration in declared.values()})
    harness = f"arn:aws:bedrock-agentcore:us-east-1:{account}:harness/x"
    apis = worth.cloud.stack("dev").registry.names
    assert len(apis) > 1, "other APIs' functions and keys are among the targets"
    # The five functions that exist once and two for each API, less the own broker; a group for each and for each agent.
    assert len(others) == 7 + 2 * len(apis) - 1
    assert len(groups) == len(declared) + 3
    assert len(secrets) == len(apis)
    return {
        "Bucket": [worth.bucket],
        "Key": [SCRIPT, RESULT, "generated/stripe/new.py"],
        "CopySource": [f"{worth.bucket}/{SCRIPT}"],
        "TableName": [NAMES.runs_table],
        "FunctionName": [*others, *(worth.declaration(name).arn for name in others)],
        "SecretId": secrets,
        "logGroupName": [group for group in groups if group != NAMES.function_log_group("run_code", API)],
        "RoleArn": roles,
        "RoleName": [role.rpartition("/")[2] for role in roles],
        "harnessArn": [harness],
        "agentRuntimeArn": [harness],
        "modelId": ["us.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic.claude-haiku-5-5"],
    }


def state(owned: Owned) -> str:
    """Everything that the attacker might have changed, as the operator sees it."""
    found: list[Any] = [
        owned.operator("s3").list_object_versions(Bucket=owned.bucket).get(part) for part in ("Versions", "DeleteMarkers")
    ]
    found.append(owned.operator("dynamodb").scan(TableName=NAMES.runs_table)["Items"])
    found.append(owned.operator("dynamodb").describe_table(TableName=NAMES.runs_table)["Table"])
    found.append(owned.operator("secretsmanager").list_secrets()["SecretList"])
    found.append([group["arn"] for group in owned.operator("logs").describe_log_groups()["logGroups"]])
    found.append([owned.operator("iam").list_roles()["Roles"], owned.operator("sqs").list_queues().get("QueueUrls")])
    found.append([str(declaration) for declaration in owned.declared().values()])
    return json.dumps(found, default=str)


@pytest.mark.parametrize("service", [*MOTO_SERVICES, *OURS, *OTHERS])
def test_every_operation_of_every_service_is_refused(worth: Owned, targets: Targets, service: str):
    client = worth.client(service)
    before = state(worth)
    answers = {
        json.dumps([name, given], default=str): refusal(client, name, given) for name, given in requests(client, targets)
    }
    assert len(answers) >= 9
    assert {request: code for request, code in answers.items() if code not in REFUSALS} == {}
    assert state(worth) == before


def allowed_to_others() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(whose right it is, service, operation, arguments): each is what somebody in the cloud must be able to do."""
    key = {"run_id": {"S": "run_0000000000000001"}, "item": {"S": "run"}}
    code = {"Payload": b'{"attack": "answer = 1"}', "TenantId": "run_0000000000000001-1"}
    yield "execute_code", "s3", "GetObject", {"Bucket": "", "Key": SCRIPT}
    yield "execute_code", "s3", "PutObject", {"Bucket": "", "Key": RESULT, "Body": b"x"}
    yield "generate_code", "s3", "PutObject", {"Bucket": "", "Key": "generated/stripe/y.py", "Body": b"x"}
    yield "execute_code", "dynamodb", "GetItem", {"TableName": NAMES.runs_table, "Key": key}
    yield "call_api", "dynamodb", "PutItem", {"TableName": NAMES.runs_table, "Item": key}
    yield "call_api", "secretsmanager", "GetSecretValue", {"SecretId": NAMES.secret(API)}
    yield "execute_code", "lambda", "Invoke", {"FunctionName": WALL, **code}
    yield "invoke_executor", "lambda", "Invoke", {"FunctionName": NAMES.function("invoke_executor"), "Payload": b"{}"}
    group = NAMES.function_log_group("execute_code")
    yield "execute_code", "logs", "CreateLogStream", {"logGroupName": group, "logStreamName": "theirs"}


@pytest.mark.parametrize("case", list(allowed_to_others()), ids=lambda case: f"{case[0]} {case[2]}")
def test_the_same_request_passes_for_the_role_whose_right_it_is(worth: Owned, case: tuple[str, str, str, dict[str, Any]]):
    """The control: what is refused above is refused because of who asks."""
    function, service, operation, arguments = case
    given = {name: value or worth.bucket for name, value in arguments.items()}
    assert refusal(worth.client(service), operation, given) in REFUSALS
    role = worth.as_role_of(NAMES.function(function, API if function == "call_api" else ""), service)
    assert refusal(role, operation, given) == ""


@pytest.mark.parametrize(
    ("service", "operations"),
    [
        ("s3", "GetObject HeadObject ListBuckets ListObjectsV2 ListObjectVersions GetBucketLocation"),
        ("dynamodb", "Scan DescribeTable ListTables DescribeTimeToLive"),
        ("secretsmanager", "GetSecretValue ListSecrets DescribeSecret ListSecretVersionIds"),
        ("logs", "DescribeLogGroups DescribeLogStreams FilterLogEvents"),
        ("iam", "ListRoles GetRole ListRolePolicies"),
        ("sts", "GetCallerIdentity AssumeRole"),
    ],
)
def test_the_operator_may_do_with_the_very_same_requests(worth: Owned, targets: Targets, service: str, operations: str):
    """Another control: the requests of the table are sound enough to be carried out for somebody who may."""
    client = worth.operator(service)
    for operation in operations.split():
        answers = {refusal(client, name, given) for name, given in requests(client, targets) if name == operation}
        assert "" in answers, (operation, answers)


def test_its_own_two_rights_are_all_it_has(worth: Owned):
    """The broker answers it (and refuses, without a grant); its log group takes what it writes."""
    answer = worth.client("lambda").invoke(FunctionName=BROKER, Payload=b'{"grant": "", "request": {}}')
    assert "error" in json.loads(answer["Payload"].read())
    logs, group = worth.client("logs"), NAMES.function_log_group("run_code", API)
    logs.create_log_stream(logGroupName=group, logStreamName="lies")
    logs.put_log_events(logGroupName=group, logStreamName="lies", logEvents=[{"timestamp": 1, "message": "all is well"}])
    for operation in ("GetLogEvents", "FilterLogEvents", "DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy"):
        given = {"logGroupName": group, "logStreamName": "lies", "retentionInDays": 1}
        members = logs.meta.service_model.operation_model(operation).input_shape.members
        assert refusal(logs, operation, {name: given[name] for name in given if name in members}) in REFUSALS


def test_the_broker_of_another_api_or_stack_does_not_answer_it(worth: Owned):
    """Another API's `call_api` beside its own, as a second plugin has it, and the one of another stack."""
    broker = worth.declaration(BROKER)
    for name in (NAMES.function("call_api", "github"), BROKER.replace("-dev-", "-prod-"), f"{BROKER}-2"):
        worth.functions.create(replace(broker, name=name, arn=broker.arn.replace(BROKER, name)))
        try:
            for named in (name, broker.arn.replace(BROKER, name)):
                given = {"FunctionName": named, "Payload": b'{"grant": "", "request": {}}'}
                assert refusal(worth.client("lambda"), "Invoke", given) in REFUSALS
                # The control: it is there.
                assert refusal(worth.operator("lambda"), "Invoke", given) == ""
        finally:
            worth.functions.remove(name)


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_no_way_of_invoking_reaches_another_function(worth: Owned, kind: str):
    for name in worth.declared():
        if name != BROKER:
            assert refusal(worth.client("lambda"), "Invoke", {"FunctionName": name, "InvocationType": kind}) in REFUSALS


def test_the_credentials_mean_nothing_in_another_region_or_with_another_secret(worth: Owned):
    for changed in ({"region_name": "eu-west-1"}, {"region_name": "cn-north-1"}, {"region_name": "us-gov-west-1"}):
        client = worth.client("lambda", **changed)
        assert refusal(client, "Invoke", {"FunctionName": BROKER}) in REFUSALS, changed
    for changed in ({"aws_secret_access_key": "x"}, {"aws_access_key_id": "LOCALAAAAAAAAAAAAAAA"}):
        assert refusal(worth.client("lambda", **changed), "Invoke", {"FunctionName": BROKER}) != ""
