"""The deployer's list of rights covers what the program makes, names actions that exist, and stands in the docs."""

from pathlib import Path

import botocore.session
import pytest

from agentic.core.settings import Settings
from agentic.interfaces.aws_checks import deployer
from tests.topology.recorded import order, record

PAGE = Path(__file__).parent.parent.parent / "docs" / "deploying.md"
KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"

# What creating a resource of this type needs at least, where it is not the type's own name with Create before it.
CREATES = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "s3:PutEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning": "s3:PutBucketVersioning",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "aws:s3/bucketPolicy:BucketPolicy": "s3:PutBucketPolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "aws:iam/rolePolicy:RolePolicy": "iam:PutRolePolicy",
    "aws:cloudwatch/logGroup:LogGroup": "logs:CreateLogGroup",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "lambda:PutFunctionEventInvokeConfig",
    "aws:lambda/permission:Permission": "lambda:AddPermission",
    "aws:sns/topicPolicy:TopicPolicy": "sns:SetTopicAttributes",
    "aws:sqs/queuePolicy:QueuePolicy": "sqs:SetQueueAttributes",
    "aws:sfn/stateMachine:StateMachine": "states:CreateStateMachine",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2:AuthorizeSecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:AuthorizeSecurityGroupIngress",
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": "route53resolver:UpdateFirewallConfig",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        "route53resolver:AssociateFirewallRuleGroup"
    ),
}
# IAM's names of actions that S3's API calls otherwise, and actions that are no operation of their own.
OTHERWISE = {
    *("apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"),
    "apigateway:TagResource",
    "execute-api:Invoke",
    "iam:PassRole",
    # Asked for by API Gateway in the deployer's name; no operations of their own.
    *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
    "logs:UpdateLogDelivery",
    "s3:DeleteObjectVersion",
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
}
SERVICES = {
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-agent-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore-control", "bedrock-agentcore"),
    "states": ("stepfunctions",),
}


def needed(kind: str) -> str:
    """The action that creates a resource of this Pulumi type."""
    if kind in CREATES:
        return CREATES[kind]
    _, module, name = kind.split(":")
    if module.startswith("apigatewayv2/"):
        return "apigateway:POST"
    service = module.partition("/")[0]
    if name.startswith("Agentcore"):
        return f"bedrock-agentcore:Create{name.removeprefix('Agentcore')}"
    if service == "bedrock":
        return f"bedrock:Create{name.removeprefix('Agent')}"
    if service == "route53":
        return f"route53resolver:Create{name.removeprefix('Resolver')}"
    return f"{service}:Create{name}"


def allowed(settings: Settings) -> set[str]:
    return {action for actions in deployer.actions(settings).values() for action in actions}


@pytest.mark.parametrize("backend", ["harness", "classic", "workflow"])
def test_every_resource_of_the_program_may_be_made(backend: str):
    made = record(order("dev", apis=("stripe",), backend=backend, delete_artifacts_after_days="30", notify="true", http="iam"))
    kinds = {resource.type for resource in made.resources if resource.custom and resource.type.startswith("aws:")}
    assert len(kinds) > 15
    settings = Settings(backend=backend, notify=True, http="iam")
    assert {needed(kind) for kind in kinds} - allowed(settings) == set()
    # The control: without the network's rights the same program could not be carried out.
    assert {needed(kind) for kind in kinds} - allowed(Settings(backend=backend, isolated=False)) != set()


def test_every_action_exists():
    session = botocore.session.get_session()
    every = {
        action
        for backend in ("harness", "classic", "workflow")
        for action in allowed(Settings(backend=backend, kms_key=KEY, notify=True, http="iam"))
    }
    for action in sorted(every - OTHERWISE):
        service, _, name = action.partition(":")
        models = [session.get_service_model(one) for one in SERVICES.get(service, (service,))]
        assert any(name in model.operation_names for model in models), action
    assert every >= OTHERWISE


@pytest.mark.parametrize("backend", ["harness", "classic", "workflow"])
def test_the_page_names_every_action(backend: str):
    text = PAGE.read_text()
    settings = Settings(backend=backend, kms_key=KEY, notify=True, http="iam")
    assert [action for action in sorted(allowed(settings)) if f"`{action}`" not in text] == []
