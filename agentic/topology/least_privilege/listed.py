"""The wide grants that are known and accepted, each with its reason and the page of AWS's documentation that it stands on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference"
_AGENTCORE = "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide"
_HARNESS = f"{_AGENTCORE}/harness-security.html"


@dataclass(frozen=True, slots=True)
class Listed:
    """A statement (by its Sid; empty: one without) whose resource may be as wide as `resource`, for these actions only.

    `{word}` in `resource` stands for text without a wildcard. `bounded_by` are conditions (operator, key) that it must have.
    """

    sid: str
    actions: tuple[str, ...]
    resource: str
    reason: str
    source: str
    bounded_by: tuple[tuple[str, str], ...] = ()

    def covers(self, sid: str, actions: Iterable[str], resource: str, conditions: Iterable[tuple[str, str]]) -> bool:
        """Whether the statement's resource is no wider than listed. Condition keys in lower case."""
        return (
            sid == self.sid
            and set(actions) <= set(self.actions)
            and is_shaped(resource, self.resource)
            and {(operator, key.lower()) for operator, key in self.bounded_by} <= set(conditions)
        )


def is_shaped(text: str, template: str) -> bool:
    """Whether the text is the template with each `{word}` replaced by text that has no wildcard and no variable."""
    parts = re.split(r"\{\w+\}", template)
    return re.fullmatch(r"[^*?${}]+".join(map(re.escape, parts)), text) is not None


_MODEL = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
_SCRIPTS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-policies-s3.html"

LISTED: tuple[Listed, ...] = (
    Listed(
        "Traces",
        ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        "*",
        "these actions know no resources",
        f"{_AUTHORIZATION}/list_awsx-ray.html",
    ),
    Listed(
        "Metrics",
        ("cloudwatch:PutMetricData",),
        "*",
        "the action knows no resources; the namespace bounds it",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html",
        bounded_by=(("StringEquals", "cloudwatch:namespace"),),
    ),
    Listed(
        "ManagedImage",
        ("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"),
        "*",
        "the harness fetches its public image with these tokens; they are for the whole registry",
        _HARNESS,
    ),
    Listed(
        "FindLogGroups",
        ("logs:DescribeLogGroups",),
        "arn:{partition}:logs:{region}:{account}:log-group:*",
        "the runtime looks for its log group before it makes it",
        _HARNESS,
    ),
    Listed(
        "RuntimeLogs",
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
        "arn:{partition}:logs:{region}:{account}:log-group:/aws/bedrock-agentcore/runtimes/*",
        "AgentCore names the log group after the runtime that it makes for the harness",
        _HARNESS,
    ),
    Listed(
        "WorkloadIdentity",
        ("bedrock-agentcore:GetWorkloadAccessToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT"),
        "arn:{partition}:bedrock-agentcore:{region}:{account}:workload-identity-directory/default/workload-identity/harness_{name}-*",
        "AgentCore ends the name of a harness's identity with letters of its own",
        _HARNESS,
    ),
    Listed(
        "OwnLogs",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        "arn:{partition}:logs:{region}:{account}:log-group:{group}:*",
        "the group itself: this form is its ARN for all actions on its streams",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
    ),
    Listed(
        "NetworkInterfaces",
        (
            *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
            *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
        ),
        "*",
        "Lambda makes the interfaces of a function in a VPC; a Deny keeps the function's code from them",
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html",
    ),
    Listed(
        "",
        ("lambda:InvokeFunction",),
        "arn:{partition}:lambda:{region}:{account}:function:{function}:*",
        "an endpoint's policy must name a function's ARN in both forms; one role may use it",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-endpoints.html",
        bounded_by=(("StringEquals", "aws:PrincipalArn"),),
    ),
    Listed(
        "StoreScripts",
        ("s3:PutObject",),
        "arn:{partition}:s3:::{bucket}/generated/*",
        "a script's name is made from its task",
        _SCRIPTS,
    ),
    Listed(
        "ReadScripts",
        ("s3:GetObject",),
        "arn:{partition}:s3:::{bucket}/generated/*",
        "a script's name is made from its task",
        _SCRIPTS,
    ),
    Listed(
        "StoreExecutions",
        ("s3:PutObject",),
        "arn:{partition}:s3:::{bucket}/executions/*",
        "an execution's name is made from its run",
        _SCRIPTS,
    ),
    Listed(
        "Bodies",
        ("s3:GetObject", "s3:PutObject"),
        "arn:{partition}:s3:::{bucket}/bodies/*",
        "a long body's name is made from its digest",
        _SCRIPTS,
    ),
    Listed(
        "Executions",
        ("states:DescribeExecution", "states:StopExecution"),
        "arn:{partition}:states:{region}:{account}:execution:{machine}:*",
        "an execution of the stack's one state machine is named after its run",
        f"{_AUTHORIZATION}/list_awsstepfunctions.html",
    ),
    Listed(
        "Model",
        _MODEL,
        "arn:{partition}:bedrock:*::foundation-model/{model}",
        "an inference profile answers from several regions; it is one model in each",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html",
    ),
    Listed(
        "Model",
        _MODEL,
        "arn:{partition}:bedrock:*::foundation-model/*",
        "a profile's ARN does not tell its model; only through that one profile",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html",
        bounded_by=(("StringEquals", "bedrock:InferenceProfileArn"),),
    ),
)

# A role is made before what takes it on, and AWS makes the ids of these.
SOURCES: tuple[tuple[str, str], ...] = (
    ("arn:{partition}:bedrock-agentcore:{region}:{account}:gateway/*", f"{_AGENTCORE}/gateway-prerequisites-permissions.html"),
    ("arn:{partition}:bedrock-agentcore:{region}:{account}:harness/*", _HARNESS),
    (
        "arn:{partition}:bedrock:{region}:{account}:agent/*",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/agents-permissions.html",
    ),
    # One API, as it is said for all of its routes: there is no form that names several.
    (
        "arn:{partition}:execute-api:{region}:{account}:{api}/*/*",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
    ),
)
"""Source ARNs with a wildcard that a trust may have, each with the page that shows it."""

UNNAMED_SOURCES: dict[str, str] = {
    "lambda.amazonaws.com": "https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html",
}
"""Services that are not documented to name their source in every request: there the source may be tested only if it exists."""

UNNAMED_ACCOUNTS: dict[str, str] = {
    "apigateway.amazonaws.com": "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
}
"""Services that are not documented to name the account beside their source; the source's ARN must then have it."""
