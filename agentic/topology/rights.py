"""What each function, gateway and harness may do, on one page. Everything not listed here is refused by AWS."""

from collections.abc import Sequence

import pulumi

from agentic.topology.place import Place
from agentic.topology.roles import Statement

# Geographic prefixes of cross-region inference profiles (reference: Bedrock, supported inference profiles).
_PROFILE_GROUPS = ("us", "eu", "apac", "au", "jp", "ca", "us-gov", "global")


def own_logs(log_group_arn: pulumi.Input[str]) -> Statement:
    return Statement("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.concat(log_group_arn, ":*")])


def invoke_agent(table: pulumi.Input[str], harness: pulumi.Input[str], itself: str, *, reads_calls: bool) -> list[Statement]:
    """invoke_generator and invoke_executor. A harness is invoked by two actions; the caller needs both."""
    return [
        Statement("Runs", ["dynamodb:GetItem", *(["dynamodb:Query"] if reads_calls else []), "dynamodb:UpdateItem"], [table]),
        Statement("Agent", ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeHarness"], [harness]),
        Statement("GoOnAsynchronously", ["lambda:InvokeFunction"], [itself]),
    ]


def generate_code(table: pulumi.Input[str], bucket: pulumi.Input[str]) -> list[Statement]:
    return [
        Statement("Runs", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table]),
        Statement("StoreScripts", ["s3:PutObject"], [_objects(bucket, "generated")]),
    ]


def validate_code(table: pulumi.Input[str], bucket: pulumi.Input[str]) -> list[Statement]:
    return [
        Statement("Runs", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table]),
        Statement("ReadScripts", ["s3:GetObject", "s3:GetObjectVersion"], [_objects(bucket, "generated")]),
    ]


def execute_code(table: pulumi.Input[str], bucket: pulumi.Input[str], walls: Sequence[pulumi.Input[str]]) -> list[Statement]:
    return [
        Statement("Runs", ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"], [table]),
        Statement("ReadScripts", ["s3:GetObject"], [_objects(bucket, "generated")]),
        Statement("StoreExecutions", ["s3:PutObject"], [_objects(bucket, "executions")]),
        Statement("StartRuns", ["lambda:InvokeFunction"], walls),
    ]


def run_code(broker: pulumi.Input[str], itself: str) -> list[Statement]:
    """The wall: whoever owns it can ask its API's broker, which decides, and write into its own log.

    Network interfaces belong to Lambda, not to the code: requests of the code carry the function as their source,
    requests of Lambda for it do not. Log requests of both carry it (Lambda developer guide, "Using source function ARN"),
    so that a Deny there would end all logging: the code can write lies into this one log group, and no more.
    """
    return [
        Statement("AskTheBroker", ["lambda:InvokeFunction"], [broker]),
        Statement(
            "NoNetworkInterfaces",
            ["ec2:*"],
            ["*"],
            effect="Deny",
            condition={"ArnEquals": {"lambda:SourceFunctionArn": itself}},
            reason="a Deny is the stronger the wider it is",
        ),
    ]


def call_api(table: pulumi.Input[str], secret: pulumi.Input[str]) -> list[Statement]:
    return [
        Statement("Grants", ["dynamodb:PutItem", "dynamodb:UpdateItem"], [table]),
        Statement("Key", ["secretsmanager:GetSecretValue"], [secret]),
    ]


def gateway(functions: Sequence[pulumi.Input[str]]) -> list[Statement]:
    return [Statement("Tools", ["lambda:InvokeFunction"], functions)]


def harness(place: Place, *, name: pulumi.Input[str], model_id: str, gateway: pulumi.Input[str]) -> list[Statement]:
    """An agent: its model, its own gateway, and what the managed runtime needs (AgentCore guide, "harness-security")."""
    identity = place.arn("bedrock-agentcore", "workload-identity-directory/default")
    workload = pulumi.Output.concat(identity, "/workload-identity/harness_", name, "-*")
    groups = place.arn("logs", "log-group")
    return [
        *_model(place, model_id),
        Statement("OwnGateway", ["bedrock-agentcore:InvokeGateway"], [gateway]),
        Statement(
            "WorkloadIdentity",
            ["bedrock-agentcore:GetWorkloadAccessToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT"],
            [identity, workload],
        ),
        Statement(
            "RuntimeLogs",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [f"{groups}:/aws/bedrock-agentcore/runtimes/*"],
        ),
        Statement("FindLogGroups", ["logs:DescribeLogGroups"], [f"{groups}:*"]),
        Statement(
            "Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"], reason="these actions know no resources"
        ),
        Statement(
            "Metrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            condition={"StringEquals": {"cloudwatch:namespace": "bedrock-agentcore"}},
            reason="the action knows no resources; the namespace bounds it",
        ),
        Statement(
            "ManagedImage",
            ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
            ["*"],
            reason="these actions know no resources; the harness fetches its public image with them",
        ),
    ]


def _model(place: Place, model_id: str) -> list[Statement]:
    """The rights for a model id, an inference profile's id, or an inference profile's ARN.

    A profile answers from several regions, hence the model's ARN in each; only through that profile where it is known.
    """
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    models = f"arn:{place.partition}:bedrock:*::foundation-model"
    group, _, base = model_id.partition(".")
    if model_id.startswith("arn:"):
        through = {"StringEquals": {"bedrock:InferenceProfileArn": model_id}}
        return [
            Statement("Profile", [*actions, "bedrock:GetInferenceProfile"], [model_id]),
            Statement("Model", actions, [f"{models}/*"], condition=through),
        ]
    if group in _PROFILE_GROUPS:
        return [
            Statement(
                "Profile", [*actions, "bedrock:GetInferenceProfile"], [place.arn("bedrock", f"inference-profile/{model_id}")]
            ),
            Statement("Model", actions, [f"{models}/{base}"]),
        ]
    return [Statement("Model", actions, [f"arn:{place.partition}:bedrock:{place.region}::foundation-model/{model_id}"])]


def _objects(bucket_arn: pulumi.Input[str], folder: str) -> pulumi.Output[str]:
    return pulumi.Output.concat(bucket_arn, f"/{folder}/*")
