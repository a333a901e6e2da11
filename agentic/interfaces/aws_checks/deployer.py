"""What the person (or CI) who runs `pulumi up`, `agentic keys set` and `agentic run --stack` must be allowed to do.

Put together from the topology's resource types and the calls that AWS documents for each; not tried on AWS. Wider than
any role of the stack itself, as whoever makes roles can make them strong.
"""

from collections.abc import Mapping, Sequence

from agentic.core.settings import OFF, Settings
from agentic.interfaces.aws_checks.account import Account

_ALWAYS: Mapping[str, str] = {
    "iam": "CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole"
    " ListRolePolicies PassRole PutRolePolicy TagRole UpdateAssumeRolePolicy",
    "lambda": "CreateEventSourceMapping CreateFunction DeleteEventSourceMapping DeleteFunction DeleteFunctionEventInvokeConfig"
    " GetEventSourceMapping GetFunction GetFunctionCodeSigningConfig GetFunctionEventInvokeConfig ListTags"
    " ListVersionsByFunction PutFunctionConcurrency PutFunctionEventInvokeConfig TagResource UpdateEventSourceMapping"
    " UpdateFunctionCode UpdateFunctionConfiguration",
    "logs": "CreateLogGroup DeleteLogGroup DescribeLogGroups ListTagsForResource PutRetentionPolicy TagResource",
    "s3": "CreateBucket DeleteBucket DeleteBucketPolicy DeleteObject DeleteObjectVersion GetAccelerateConfiguration"
    " GetBucketAcl GetBucketCORS GetBucketLogging GetBucketObjectLockConfiguration GetBucketPolicy GetBucketPublicAccessBlock"
    " GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration"
    " GetLifecycleConfiguration GetObject GetReplicationConfiguration ListBucket ListBucketVersions PutBucketPolicy"
    " PutBucketPublicAccessBlock PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration"
    " PutObject",
    "dynamodb": "CreateTable DeleteItem DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive GetItem"
    " ListTagsOfResource PutItem Query TagResource UpdateContinuousBackups UpdateItem UpdateTable UpdateTimeToLive",
    "secretsmanager": "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy PutSecretValue TagResource UpdateSecret",
    "scheduler": "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
    "sqs": "CreateQueue DeleteQueue GetQueueAttributes ListQueueTags SetQueueAttributes TagQueue",
}
_BACKENDS: Mapping[str, Mapping[str, str]] = {
    "harness": {
        "bedrock-agentcore": "CreateAgentRuntime CreateGateway CreateGatewayTarget CreateHarness CreateWorkloadIdentity"
        " DeleteAgentRuntime DeleteGateway DeleteGatewayTarget DeleteHarness DeleteWorkloadIdentity GetAgentRuntime GetGateway"
        " GetGatewayTarget GetHarness InvokeAgentRuntime InvokeHarness ListTagsForResource TagResource UpdateAgentRuntime"
        " UpdateGateway UpdateGatewayTarget UpdateHarness",
    },
    "classic": {
        "lambda": "AddPermission GetPolicy RemovePermission",
        "bedrock": "CreateAgent CreateAgentActionGroup CreateAgentAlias DeleteAgent DeleteAgentActionGroup DeleteAgentAlias"
        " DeleteAgentVersion GetAgent GetAgentActionGroup GetAgentAlias InvokeAgent ListAgentVersions ListTagsForResource"
        " PrepareAgent TagResource UpdateAgent UpdateAgentActionGroup UpdateAgentAlias",
    },
    "workflow": {
        "states": "CreateStateMachine DeleteStateMachine DescribeExecution DescribeStateMachine GetExecutionHistory"
        " ListStateMachineVersions ListTagsForResource StartExecution StopExecution TagResource UpdateStateMachine"
        " ValidateStateMachineDefinition",
    },
}
_ISOLATED: Mapping[str, str] = {
    "ec2": "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup CreateSubnet CreateTags CreateVpc"
    " CreateVpcEndpoint DeleteSecurityGroup DeleteSubnet DeleteVpc DeleteVpcEndpoints DescribeNetworkAcls"
    " DescribeNetworkInterfaces DescribePrefixLists DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups"
    " DescribeSubnets DescribeVpcAttribute DescribeVpcEndpointServices DescribeVpcEndpoints DescribeVpcs ModifyVpcAttribute"
    " ModifyVpcEndpoint RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
    "route53resolver": "AssociateFirewallRuleGroup CreateFirewallDomainList CreateFirewallRule CreateFirewallRuleGroup"
    " DeleteFirewallDomainList DeleteFirewallRule DeleteFirewallRuleGroup DisassociateFirewallRuleGroup GetFirewallConfig"
    " GetFirewallDomainList GetFirewallRuleGroup GetFirewallRuleGroupAssociation ListFirewallConfigs ListFirewallDomains"
    " ListFirewallRules ListTagsForResource TagResource UpdateFirewallConfig UpdateFirewallDomains UpdateFirewallRule"
    " UpdateFirewallRuleGroupAssociation",
}
_NOTIFY: Mapping[str, str] = {
    "sns": "CreateTopic DeleteTopic GetTopicAttributes ListTagsForResource Publish SetTopicAttributes TagResource"
    " UntagResource",
}
# API Gateway's actions are its HTTP methods (service authorization reference, "API Gateway Management V2"); the log deliveries
# are what turning on an access log needs (developer guide, "Configure logging for HTTP APIs").
_HTTP: Mapping[str, str] = {
    "apigateway": "DELETE GET PATCH POST PUT TagResource",
    "lambda": "AddPermission GetPolicy RemovePermission",
    "logs": "CreateLogDelivery DeleteLogDelivery DescribeResourcePolicies GetLogDelivery ListLogDeliveries PutResourcePolicy"
    " UpdateLogDelivery",
    "execute-api": "Invoke",
}
_OWN_KEY: Mapping[str, str] = {"kms": "CreateGrant Decrypt DescribeKey GenerateDataKey"}


def actions(settings: Settings) -> dict[str, list[str]]:
    """IAM actions by service, for a stack with these settings."""
    parts = [_ALWAYS, _BACKENDS[settings.backend]]
    if settings.isolated:
        parts.append(_ISOLATED)
    if settings.notify:
        parts.append(_NOTIFY)
    if settings.http != OFF:
        parts.append(_HTTP)
    if settings.kms_key:
        parts.append(_OWN_KEY)
    found: dict[str, list[str]] = {}
    for part in parts:
        for service, names in part.items():
            known = found.setdefault(service, [])
            known.extend(action for name in names.split() if (action := f"{service}:{name}") not in known)
    return found


def resources(account: Account, service: str) -> Sequence[str]:
    """An ARN such as the stack's own things of that service have; ["*"] where things have no name before they are made."""
    names, partition, region, number = account.target.names, account.partition, account.region, account.account
    here = f"arn:{partition}:{service}:{region}:{number}"
    return {
        "iam": [f"arn:{partition}:iam::{number}:role/{names.function('execute_code')}"],
        "lambda": [f"{here}:function:{names.function('execute_code')}"],
        "logs": [f"{here}:log-group:{names.function_log_group('execute_code')}"],
        "s3": [f"arn:{partition}:s3:::{account.bucket}"],
        "dynamodb": [f"{here}:table/{names.runs_table}"],
        "secretsmanager": [f"{here}:secret:{names.secret(account.target.settings.apis[0])}-AbCdEf"],
        "sqs": [f"{here}:{names.dead_letters}"],
        "sns": [f"{here}:{names.notifications}"],
        "states": [f"{here}:stateMachine:{names.workflow}"],
        "kms": [account.target.settings.kms_key],
    }.get(service, ["*"])
