"""Each type's life without the engine: what is made or updated is found as it was written, and what is deleted is gone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from engine_world import PLACE, EngineWorld

from agentic.core.errors import LocalCloudError
from agentic.local.program.resources import all_types
from agentic.local.program.schema import Block
from agentic.local.program.table import Created, ResourceTable, ResourceType
from agentic.local.provider.changes import same

TABLE = all_types()
BUCKET, ROLE, FUNCTION = "aws:s3/bucket:Bucket", "aws:iam/role:Role", "aws:lambda/function:Function"
GATEWAY, TARGET = "aws:bedrock/agentcoreGateway:AgentcoreGateway", "aws:bedrock/agentcoreGatewayTarget:AgentcoreGatewayTarget"
ROLE_ARN = "arn:aws:iam::123456789012:role/{}"


def document(action: str, **principal: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::tiny/*", **principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str, *more: dict[str, Any]) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Sid": "A"}, *more]})


def role(service: str) -> tuple[str, dict[str, Any]]:
    return ROLE, {"name": service, "assumeRolePolicy": trust(service)}


A_BUCKET = (BUCKET, {"bucket": "tiny"})
A_FUNCTION_INPUTS = {
    "name": "tiny",
    "role": ROLE_ARN.format("lambda"),
    "runtime": "python3.12",
    "handler": "h.h",
    "code": {"archive": __file__},
}
A_FUNCTION = (FUNCTION, A_FUNCTION_INPUTS)
A_GATEWAY_INPUTS = {
    "name": "tiny",
    "roleArn": ROLE_ARN.format("bedrock-agentcore"),
    "authorizerType": "AWS_IAM",
    "protocolType": "MCP",
}
A_TABLE = {
    "name": "runs",
    "billingMode": "PAY_PER_REQUEST",
    "hashKey": "id",
    "attributes": [{"name": "id", "type": "S"}],
}
APIGATEWAY = "aws:apigatewayv2"
API = f"{APIGATEWAY}/api:Api"
AN_API = (API, {"name": "tiny", "protocolType": "HTTP"})
API_ID = PLACE.stable("http-api", "needed", 10)
AN_INTEGRATION = {
    "apiId": API_ID,
    "integrationType": "AWS_PROXY",
    "integrationUri": "arn:aws:lambda:us-east-1:123456789012:function:tiny",
    "payloadFormatVersion": "2.0",
}
AN_AUTHORIZER = {
    "apiId": API_ID,
    "name": "issuer",
    "authorizerType": "JWT",
    "identitySources": ["$request.header.Authorization"],
    "jwtConfiguration": {"issuer": "https://issuer.example", "audiences": ["tiny"]},
}
A_ROUTE = {"apiId": API_ID, "routeKey": "GET /things/{thing}", "target": "integrations/abc"}
A_STAGE = {"apiId": API_ID, "name": "$default", "autoDeploy": True}
ONE_TAG, ANOTHER_TAG = {"tags": {"one": "1", "both": "a"}}, {"tags": {"other": "2", "both": "b"}}


def lifecycle(days: int, **more: Any) -> dict[str, Any]:
    return {"bucket": "tiny", "rules": [{"id": "expire", "status": "Enabled", "expiration": {"days": days}, **more}]}


def encryption(**more: Any) -> dict[str, Any]:
    return {"bucket": "tiny", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, **more}]}


Made = tuple[str, dict[str, Any]]

# Type, what must be there before, inputs at creation, inputs after the update.
LIVES: list[tuple[str, tuple[Made, ...], dict[str, Any], dict[str, Any]]] = [
    (BUCKET, (), {"bucket": "tiny", **ONE_TAG}, {"bucket": "tiny", **ANOTHER_TAG}),
    (
        "aws:s3/bucketVersioning:BucketVersioning",
        (A_BUCKET,),
        {"bucket": "tiny", "versioningConfiguration": {"status": "Enabled"}},
        {"bucket": "tiny", "versioningConfiguration": {"status": "Suspended"}},
    ),
    (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        (A_BUCKET,),
        encryption(),
        encryption(applyServerSideEncryptionByDefault={"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}),
    ),
    (
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        (A_BUCKET,),
        {"bucket": "tiny", "blockPublicAcls": True, "ignorePublicAcls": True},
        {"bucket": "tiny", "blockPublicAcls": False, "restrictPublicBuckets": True},
    ),
    (
        "aws:s3/bucketPolicy:BucketPolicy",
        (A_BUCKET,),
        {"bucket": "tiny", "policy": document("s3:GetObject", Principal="*")},
        {"bucket": "tiny", "policy": document("s3:PutObject", Principal="*")},
    ),
    (
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        (A_BUCKET,),
        lifecycle(30),
        lifecycle(7, filter={"prefix": "generated/"}, abortIncompleteMultipartUpload={"daysAfterInitiation": 1}),
    ),
    (
        "aws:secretsmanager/secret:Secret",
        (),
        {"name": "tiny/key", "description": "one", "recoveryWindowInDays": 0, **ONE_TAG},
        {"name": "tiny/key", "description": "other", "recoveryWindowInDays": 7, "kmsKeyId": "key", **ANOTHER_TAG},
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        (),
        {"name": "/tiny", "retentionInDays": 7, **ONE_TAG},
        {"name": "/tiny", **ANOTHER_TAG},
    ),
    (
        ROLE,
        (),
        {"name": "tiny", "assumeRolePolicy": trust("lambda"), **ONE_TAG},
        {
            "name": "tiny",
            "assumeRolePolicy": trust("lambda", {"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"}),
            "description": "other",
            "maxSessionDuration": 7200,
            **ANOTHER_TAG,
        },
    ),
    (
        "aws:iam/rolePolicy:RolePolicy",
        (role("lambda"),),
        {"name": "own", "role": "lambda", "policy": document("s3:GetObject")},
        {"name": "own", "role": "lambda", "policy": document("s3:PutObject")},
    ),
    (
        "aws:dynamodb/table:Table",
        (),
        {**A_TABLE, "ttl": {"attributeName": "expires", "enabled": True}, "pointInTimeRecovery": {"enabled": False}, **ONE_TAG},
        {**A_TABLE, "pointInTimeRecovery": {"enabled": True}, **ANOTHER_TAG},
    ),
    (FUNCTION, (role("lambda"),), A_FUNCTION_INPUTS, {**A_FUNCTION_INPUTS, "timeout": 30}),
    (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        (role("lambda"), A_FUNCTION),
        {"functionName": "tiny", "maximumRetryAttempts": 0},
        {"functionName": "tiny", "maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60},
    ),
    (GATEWAY, (role("bedrock-agentcore"),), A_GATEWAY_INPUTS, {**A_GATEWAY_INPUTS, "description": "other"}),
    (API, (), {**AN_API[1], **ONE_TAG}, {**AN_API[1], "description": "other", **ANOTHER_TAG}),
    (
        f"{APIGATEWAY}/integration:Integration",
        (role("lambda"), A_FUNCTION, AN_API),
        AN_INTEGRATION,
        {**AN_INTEGRATION, "timeoutMilliseconds": 1000},
    ),
    (
        f"{APIGATEWAY}/authorizer:Authorizer",
        (AN_API,),
        AN_AUTHORIZER,
        {**AN_AUTHORIZER, "jwtConfiguration": {"issuer": "https://issuer.example", "audiences": ["other"]}},
    ),
    (
        f"{APIGATEWAY}/route:Route",
        (AN_API,),
        {**A_ROUTE, "authorizationType": "AWS_IAM"},
        {**A_ROUTE, "authorizationType": "JWT", "authorizerId": "abc"},
    ),
    (
        f"{APIGATEWAY}/stage:Stage",
        (AN_API,),
        A_STAGE,
        {**A_STAGE, "defaultRouteSettings": {"throttlingRateLimit": 10, "throttlingBurstLimit": 5}},
    ),
]
# What only this process has, the real provider would read back; here it is as the program last wrote it.
KEPT_HERE = {
    FUNCTION,
    GATEWAY,
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    *(life[0] for life in LIVES if life[0].startswith(APIGATEWAY)),
}
# What AWS does not tell, or what is about deletion only.
UNTOLD = {"recoveryWindowInDays", "kmsKeyId"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[EngineWorld]:
    world = EngineWorld(tmp_path, Path("no engine is used"))
    yield world
    world.close()


def drifted(inputs: Mapping[str, Any], found: Mapping[str, Any] | None) -> set[str]:
    """Names of what is found otherwise than it was written."""
    assert found is not None
    return {name for name, value in found.items() if not same(inputs.get(name), value) and (name in inputs or value)}


@pytest.mark.parametrize(("token", "before", "one", "other"), LIVES, ids=[life[0].rsplit(":", 1)[1] for life in LIVES])
def test_a_resources_life(
    world: EngineWorld, token: str, before: tuple[Made, ...], one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Made, found, updated, found, deleted, not found; the first inputs held against the updated thing are the control."""
    context = world.context
    needed = [(kind, TABLE.create(context, kind, "needed", inputs).id, inputs) for kind, inputs in before]
    made = TABLE.create(context, token, "it", one)
    assert drifted(one, TABLE.find(context, token, "it", made.id, one)) == set()

    assert TABLE.update(context, token, "it", other).id == made.id
    found = TABLE.find(context, token, "it", made.id, other)
    assert drifted(other, found) == set()
    changes = {name for name in {*one, *other} if not same(one.get(name), other.get(name))} - UNTOLD
    if token not in KEPT_HERE:
        assert drifted(one, TABLE.find(context, token, "it", made.id, one)) & changes

    TABLE.delete(context, token, "it", made.id, {**other, "recoveryWindowInDays": 0})
    assert TABLE.find(context, token, "it", made.id, other) is None or token.endswith("BucketVersioning")
    TABLE.delete(context, token, "it", made.id, {**other, "recoveryWindowInDays": 0})
    for kind, resource_id, inputs in reversed(needed):
        TABLE.delete(context, kind, "needed", resource_id, inputs)
    assert world.there_is() == {}


def test_a_bucket_with_objects_goes_only_by_force(world: EngineWorld) -> None:
    """Without `forceDestroy` S3 refuses; with it all versions and delete markers go first."""
    context, s3 = world.context, world.client("s3")
    TABLE.create(context, *A_BUCKET[:1], "b", A_BUCKET[1])
    s3.put_bucket_versioning(Bucket="tiny", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="tiny", Key="a", Body=b"1")
    s3.put_object(Bucket="tiny", Key="a", Body=b"2")
    s3.delete_object(Bucket="tiny", Key="a")
    with pytest.raises(LocalCloudError, match="BucketNotEmpty"):
        TABLE.delete(context, BUCKET, "b", "tiny", {"bucket": "tiny"})
    TABLE.delete(context, BUCKET, "b", "tiny", {"bucket": "tiny", "forceDestroy": True})
    assert world.there_is() == {}


def test_a_type_without_a_lifecycle_says_so(world: EngineWorld) -> None:
    table = ResourceTable([ResourceType("tests:index:Thing", Block(), (), lambda context, name, inputs: Created("id"))])
    with pytest.raises(LocalCloudError, match="tests:index:Thing 'some': the local cloud can only create"):
        table.delete(world.context, "tests:index:Thing", "some", "id", {})
    with pytest.raises(LocalCloudError, match="cannot be updated, only replaced"):
        TABLE.update(world.context, "random:index/randomString:RandomString", "some", {"length": 6})
