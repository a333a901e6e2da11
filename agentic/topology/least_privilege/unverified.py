"""Rights that no local run can use, and so none can show to be needed. Each stands on AWS's documentation alone."""

import fnmatch
from dataclasses import dataclass

_AGENTCORE = "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/harness-security.html"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_INFERENCE = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-prereq.html"
_AGENTS = "https://docs.aws.amazon.com/bedrock/latest/userguide/agents-permissions.html"
_KEYS = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"


@dataclass(frozen=True, slots=True)
class Unverified:
    """Actions of a statement (by its Sid) in the roles whose part of the name, as in `generator-harness`, is like `role`.

    `backend` is the only one whose roles of that name have the statement, where it is not each.
    """

    role: str
    sid: str
    actions: tuple[str, ...]
    reason: str
    source: str
    backend: str = ""

    def names(self, part: str, sid: str, action: str) -> bool:
        """Whether this entry is about an action of a statement of such a role."""
        return sid == self.sid and action in self.actions and fnmatch.fnmatchcase(part, self.role)


UNVERIFIED: tuple[Unverified, ...] = (
    Unverified(
        "*",
        "OwnLogs",
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        "Lambda writes a function's log with the function's role; the local cloud writes it into a file",
        f"{_LAMBDA}/permissions-source-function-arn.html",
    ),
    Unverified(
        "invoke-*",
        "DeadLetters",
        ("sqs:SendMessage",),
        "Lambda sends an event that it gives up with the function's role; the local cloud gives none up",
        f"{_LAMBDA}/invocation-async-retain-records.html",
    ),
    Unverified(
        "worker",
        "Take",
        ("sqs:GetQueueAttributes",),
        "Lambda looks how long the queue is with the function's role; the local cloud takes messages without that",
        f"{_LAMBDA}/services-sqs-configure.html",
    ),
    Unverified(
        "worker",
        "Executions",
        ("states:StopExecution",),
        "a worker that cannot follow an execution any more ends it; here it always can",
        "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html",
        backend="workflow",
    ),
    Unverified(
        "run-code-*",
        "NetworkInterfaces",
        (
            *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
            *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
        ),
        "Lambda connects a function to its VPC with the function's role; there is no VPC here",
        "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html",
    ),
    Unverified(
        "*-harness",
        "Profile",
        ("bedrock:GetInferenceProfile", "bedrock:InvokeModel"),
        "AgentCore asks Bedrock with the harness's role, which way is not documented; the local one streams",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness",
        "Model",
        ("bedrock:InvokeModel",),
        "the model behind the profile, or the model itself: as for the profile",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness",
        "WorkloadIdentity",
        ("bedrock-agentcore:GetWorkloadAccessToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT"),
        "the managed runtime gets a token for itself; the local one has none",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness",
        "RuntimeLogs",
        ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
        "the managed runtime writes its log; the local one has none",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness", "FindLogGroups", ("logs:DescribeLogGroups",), "the managed runtime looks for its log group", _AGENTCORE
    ),
    Unverified(
        "*-harness",
        "Traces",
        ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
        "the managed runtime writes traces; the local one has none",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness",
        "Metrics",
        ("cloudwatch:PutMetricData",),
        "the managed runtime writes metrics; the local one has none",
        _AGENTCORE,
    ),
    Unverified(
        "*-harness",
        "ManagedImage",
        ("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"),
        "the managed runtime fetches its image; the local one is not in a container",
        _AGENTCORE,
    ),
    *(
        Unverified(
            agent,
            sid,
            ("bedrock:InvokeModelWithResponseStream",),
            "a Classic agent asks its model in either way; the local one in one",
            _AGENTS,
        )
        for agent in ("orchestrator", "generator", "executor")
        for sid in ("Profile", "Model")
    ),
    *(
        Unverified(
            agent, "Profile", ("bedrock:GetInferenceProfile",), "Bedrock looks the profile up; here it does not", _INFERENCE
        )
        for agent in ("orchestrator", "generator", "executor")
    ),
    *(
        Unverified(
            role, f"KeyFor{service}", actions, "the service uses the key for the caller; the local stores have no key", _KEYS
        )
        for role, service, actions in (
            ("*", "S3", ("kms:Decrypt", "kms:GenerateDataKey")),
            ("*", "Dynamodb", ("kms:Decrypt",)),
            ("call-api-*", "Secretsmanager", ("kms:Decrypt",)),
            ("invoke-*", "Sqs", ("kms:Decrypt", "kms:GenerateDataKey")),
            ("sweep", "Sqs", ("kms:Decrypt", "kms:GenerateDataKey")),
            ("worker", "Sqs", ("kms:Decrypt",)),
        )
    ),
)


def is_unverified(part: str, sid: str, action: str) -> bool:
    """Whether the list has this action of a statement of a role (`part` is its name without the stack's prefix)."""
    return any(entry.names(part, sid, action) for entry in UNVERIFIED)
