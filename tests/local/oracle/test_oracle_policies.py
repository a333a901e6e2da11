"""Policies that AWS would refuse or silently never apply are told by action, ARN and key."""

import json
from typing import Any

import pytest

from agentic.local.oracle import check
from agentic.local.oracle.actions import data_version, matching
from agentic.local.oracle.arns import can_mean

ACCOUNT = "us-east-1:123456789012"
OBJECTS = "arn:aws:s3:::code/generated/*"
HARNESS = f"arn:aws:bedrock-agentcore:{ACCOUNT}:harness/aad_dev_executor_x1-abcdefghij"


def put(action: Any, resource: Any, **more: Any) -> list[str]:
    """The faults of putting such a statement on a role."""
    statement = {"Sid": "It", "Effect": "Allow", "Action": action, "Resource": resource, **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    found = check("iam", "PutRolePolicy", {"RoleName": "r", "PolicyName": "p", "PolicyDocument": document})
    return [fault.removeprefix("iam PutRolePolicy: PolicyDocument.Statement[0] It: ") for fault in found]


GOOD = [
    ("s3:PutObject", OBJECTS),
    ("s3:putobject", OBJECTS),
    (["s3:Get*", "s3:ListBucket"], [OBJECTS, "arn:aws:s3:::code"]),
    (["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{ACCOUNT}:log-group:/aws/lambda/tool:*"),
    ("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-5-5"),
    ("bedrock:InvokeModelWithResponseStream", f"arn:aws:bedrock:{ACCOUNT}:inference-profile/us.anthropic.claude-haiku-5-5"),
    (["bedrock-agentcore:InvokeHarness", "bedrock-agentcore:InvokeAgentRuntime"], HARNESS),
    ("logs:DescribeLogGroups", f"arn:aws:logs:{ACCOUNT}:log-group:*"),
    ("xray:PutTraceSegments", "*"),
    ("states:StartExecution", f"arn:aws:states:{ACCOUNT}:stateMachine:run"),
    ("kms:Decrypt", f"arn:aws:kms:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("sqs:SendMessage", f"arn:aws:sqs:{ACCOUNT}:dead-letters"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{ACCOUNT}:function:tool"),
    ("*", "*"),
]


@pytest.mark.parametrize(("action", "resource"), GOOD)
def test_a_good_statement_passes(action: Any, resource: Any) -> None:
    """The control of every fault below."""
    assert put(action, resource) == []


BAD = [
    ("s3:PutObjekt", OBJECTS, "'s3:PutObjekt' is not an action of AWS, s3:PutObject is"),
    (["s3:PutObject", "s3:Git*"], OBJECTS, "'s3:Git*' is not an action of AWS"),
    ("s4:PutObject", OBJECTS, "'s4:PutObject' is not an action: AWS has no service 's4' in policies"),
    ("bedrock-agentcore:InvokeHarnes", HARNESS, "bedrock-agentcore:InvokeHarness is"),
    ("s3:GetObject", "arn:aws:s3:::code", "s3:GetObject knows no resource like arn:aws:s3:::code; it takes"),
    ("s3:ListBucket", "arn:aws:s3:::code/*", "s3:ListBucket knows no resource like arn:aws:s3:::code/*; it takes"),
    ("s3:GetObject", f"arn:aws:s3:{ACCOUNT}:code/*", "s3:GetObject knows no resource like"),
    ("s3:GetObject", [OBJECTS, f"arn:aws:sqs:{ACCOUNT}:q"], "no action of the statement knows a resource like arn:aws:sqs"),
    (
        ["logs:PutLogEvents"],
        f"arn:aws:logs:{ACCOUNT}:log-group:/aws/lambda/tool",
        "it takes arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}:log-stream:${LogStreamName}",
    ),
    ("bedrock:InvokeModel", f"arn:aws:bedrock:{ACCOUNT}:foundation-model/m", "bedrock:InvokeModel knows no resource like"),
    ("xray:PutTraceSegments", f"arn:aws:xray:{ACCOUNT}:group/x", 'it takes "*" only'),
    ("s3:GetObject", "arn:aws:s3:code", "'arn:aws:s3:code' is not an ARN"),
]


@pytest.mark.parametrize(("action", "resource", "message"), BAD)
def test_an_action_or_arn_that_is_none_is_told(action: Any, resource: Any, message: str) -> None:
    (fault,) = put(action, resource)
    assert message in fault


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"StringEqual": {"aws:SourceAccount": "1"}}, "'StringEqual' is not a condition operator, StringEquals is"),
        ({"NullIfExists": {"aws:SourceAccount": "true"}}, "'NullIfExists' is not a condition operator"),
        ({"StringEquals": {"aws:SourceAcount": "1"}}, "'aws:SourceAcount' is not a condition key of AWS, aws:SourceAccount is"),
        ({"StringEquals": {"lambda:SourceFunction": "x"}}, "lambda:SourceFunctionArn is"),
        ({"StringEquals": {"nowhere:Key": "x"}}, "'nowhere:Key' is not a condition key of AWS"),
    ],
)
def test_an_operator_or_key_that_is_none_is_told(condition: Any, message: str) -> None:
    (fault,) = put("s3:GetObject", OBJECTS, Condition=condition)
    assert message in fault


def test_known_operators_and_keys_pass() -> None:
    """The control: quantifiers, `IfExists`, keys of services, of tags and of identity providers."""
    condition = {
        "ArnLikeIfExists": {"aws:SourceArn": "arn:aws:lambda:*"},
        "ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]},
        "StringEquals": {
            "aws:ResourceTag/team": "a",
            "s3:prefix": "x",
            "accounts.google.com:aud": "y",
            "kms:EncryptionContext:SecretARN": "z",
        },
        "ArnEquals": {"lambda:SourceFunctionArn": "x"},
        "Null": {"aws:SourceVpce": "true"},
        "Bool": {"AWS:SecureTransport": "true"},
    }
    assert put("s3:GetObject", OBJECTS, Condition=condition) == []


def test_trust_and_deny_and_not_action_are_read_too() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRol"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    given = {"RoleName": "r", "AssumeRolePolicyDocument": document}
    (fault,) = check("iam", "CreateRole", given)
    assert "sts:AssumeRole is" in fault
    deny = {"Effect": "Deny", "NotAction": "s3:GetObjekt", "NotResource": OBJECTS}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    (fault,) = check("s3", "PutBucketPolicy", {"Bucket": "b", "Policy": document})
    assert "s3:GetObject is" in fault


def test_a_policy_is_found_wherever_it_stands() -> None:
    """In an attribute of a queue, for one."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMesage", "Resource": "*"}
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    (fault,) = check("sqs", "CreateQueue", {"QueueName": "q", "Attributes": attributes})
    assert fault.startswith("sqs CreateQueue: Attributes.Policy.Statement[0]: ")


# What the topology's roles name, or will: the data set must know all of these services.
SERVICES = [
    *("lambda:InvokeFunction", "s3:PutObject", "dynamodb:UpdateItem", "secretsmanager:GetSecretValue", "logs:PutLogEvents"),
    *("bedrock:InvokeAgent", "bedrock-agentcore:InvokeGateway", "states:StartExecution", "sqs:SendMessage", "kms:Decrypt"),
    *("ec2:CreateNetworkInterface", "xray:PutTelemetryRecords", "cloudwatch:PutMetricData", "iam:PassRole"),
    *("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT"),
]


@pytest.mark.parametrize("action", SERVICES)
def test_the_data_knows_the_services_we_use(action: str) -> None:
    assert [found.name for found in matching(action)] == [action.split(":")[1]]


def test_the_data_is_not_older_than_the_harness() -> None:
    """The harness became generally available in June 2026; older sets do not know its actions."""
    assert int(data_version().split(".")[-1][:8]) >= 20260701


@pytest.mark.parametrize(
    ("arn", "template", "fits"),
    [
        ("arn:aws:s3:::a*b/x", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::*", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:aws:s3:::*/x", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:dynamodb:*:*:table/runs", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", True),
        ("arn:aws:dynamodb:*:*:tables/runs", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", False),
        ("arn:aws:dynamodb:*:*:t?ble/runs", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", True),
        ("arn:aws:iam::aws:role/x", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", True),
    ],
)
def test_an_arn_fits_a_template_when_some_resource_fits_both(arn: str, template: str, fits: bool) -> None:
    assert can_mean(arn, template) is fits
