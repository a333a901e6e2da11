"""What a request needs cannot be talked down: neither by another spelling nor by a field that the operation does not read."""

import json
from typing import Any

import pytest

from agentic.local.endpoint.actions import Actions
from agentic.local.endpoint.message import Head, Request

ACCOUNT = "111122223333"
ACTIONS = Actions(ACCOUNT, lambda region, secret_id: "")


def needs(service: str, target: str, body: dict[str, Any], path: str = "/") -> tuple[tuple[str, str], ...] | None:
    head = Head("POST", path, (("X-Amz-Target", f"Prefix.{target}"),), "127.0.0.1")
    request = Request(head, json.dumps(body).encode(), service, "eu-central-1", "role", "key")
    found = ACTIONS.needs(request)
    return found.pairs if found else None


def test_an_index_is_asked_for_only_where_it_is_read() -> None:
    """Else the right to one index would be the right to all items of its table."""
    table = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/runs"
    named = {"TableName": "runs", "IndexName": "recent"}
    assert needs("dynamodb", "Query", named) == (("dynamodb:Query", f"{table}/index/recent"),)
    assert needs("dynamodb", "GetItem", named) == (("dynamodb:GetItem", table),)


@pytest.mark.parametrize(
    ("service", "target", "body"),
    [
        ("dynamodb", "batchGetItem", {"TableName": "own", "RequestItems": {"other": {}}}),
        ("dynamodb", "transactWriteItems", {"TableName": "own", "TransactItems": [{"Put": {"TableName": "other"}}]}),
        ("dynamodb", "ExecuteStatement", {"TableName": "own", "Statement": "SELECT * FROM other"}),
        ("dynamodb", "ExportTableToPointInTime", {"TableName": "own", "TableArn": "other"}),
        ("secretsmanager", "BatchGetSecretValue", {"SecretId": "own", "SecretIdList": ["other"]}),
        ("secretsmanager", "GetSecretValue", {"Name": "own"}),
        ("logs", "FilterLogEvents", {"logGroupName": "own", "logGroupIdentifier": "other"}),
        ("logs", "DescribeLogGroups", {"logGroupName": "own"}),
    ],
)
def test_an_operation_that_could_mean_another_object_is_not_understood(service: str, target: str, body: dict[str, Any]) -> None:
    assert needs(service, target, body) is None


def test_control_the_operations_that_functions_use_are_understood() -> None:
    secret = {"SecretId": "own"}
    assert needs("dynamodb", "UpdateItem", {"TableName": "own"}) is not None
    assert needs("secretsmanager", "GetSecretValue", secret) is not None
    assert needs("logs", "PutLogEvents", {"logGroupName": "own", "logStreamName": "s"}) is not None
    assert needs("secretsmanager", "GetSecretValue", secret, path="/?Action=PutSecretValue") is None
