"""What each function, gateway and harness may do, on one page. Everything not listed here is refused by AWS."""

from collections.abc import Sequence
from dataclasses import replace

import pulumi

from agentic.topology.place import Place
from agentic.topology.roles import Statement

# Geographic prefixes of cross-region inference profiles (reference: Bedrock, supported inference profiles).
_PROFILE_GROUPS = ("us", "eu", "apac", "au", "jp", "ca", "us-gov", "global")


def own_logs(log_group_arn: pulumi.Input[str]) -> Statement:
    return Statement("OwnLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [pulumi.Output.concat(log_group_arn, ":*")])


def dead_letters(queue_arn: pulumi.Input[str]) -> Statement:
    return Statement("DeadLetters", ["sqs:SendMessage"], [queue_arn])


def notify(topic_arn: pulumi.Input[str]) -> Statement:
    """Whoever ends runs, or finds that they wait, tells the stack's topic."""
    return Statement("Notify", ["sns:Publish"], [topic_arn])


def network_interfaces() -> Statement:
    """What Lambda itself does with the role of a function in a VPC (AWS managed policy AWSLambdaVPCAccessExecutionRole).

    The code gets none of it: `run_code` denies it to requests that come from the function.
    """
    return Statement(
        "NetworkInterfaces",
        [
            *("ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
            *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses"),
        ],
        ["*"],
        reason="Lambda checks these for every resource when a function gets a VPC; only Lambda itself can use them",
    )


def invoke_agent(table: pulumi.Input[str], harnesses: Sequence[pulumi.Input[str]], itself: str) -> list[Statement]:
    """invoke_generator and invoke_executor. A harness is invoked by two actions; the caller needs both."""
    asks = Statement("Agent", ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeHarness"], harnesses)
    return _invoke(table, asks, itself)


def invoke_bedrock_agent(table: pulumi.Input[str], aliases: Sequence[pulumi.Input[str]], itself: str) -> list[Statement]:
    """The same two, where the agent is one of Bedrock Agents Classic: it is asked by its alias, and by no other one."""
    return _invoke(table, Statement("Agent", ["bedrock:InvokeAgent"], aliases), itself)


def _invoke(table: pulumi.Input[str], asks: Statement, itself: str) -> list[Statement]:
    return [
        Statement("Runs", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table]),
        asks,
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
        Statement("ReadScripts", ["s3:GetObject"], [_objects(bucket, "generated")]),
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


def call_api(table: pulumi.Input[str], bucket: pulumi.Input[str], secret: pulumi.Input[str]) -> list[Statement]:
    """The broker: its API's key, the journal, and the journal's long bodies. No other function reaches these."""
    return [
        Statement("Grants", ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"], [table]),
        Statement("Bodies", ["s3:GetObject", "s3:PutObject"], [_objects(bucket, "bodies")]),
        Statement("Key", ["secretsmanager:GetSecretValue"], [secret]),
    ]


def http_api(table: pulumi.Input[str], bucket: pulumi.Input[str]) -> list[Statement]:
    """The HTTP API: it shows what is recorded, records what is asked for, and hands it to the queue. It drives nothing."""
    return [
        Statement(
            "Runs",
            [
                *("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
                "dynamodb:UpdateItem",
            ],
            [table],
        ),
        Statement("StoreScripts", ["s3:PutObject"], [_objects(bucket, "generated")]),
        Statement("ReadScripts", ["s3:GetObject"], [_objects(bucket, "generated")]),
        Statement("Bodies", ["s3:GetObject"], [_objects(bucket, "bodies")]),
    ]


def submitting(table: pulumi.Input[str], queue: pulumi.Input[str]) -> list[Statement]:
    """Who submits runs: what that needs beside the table's items and the bucket's scripts."""
    return [
        Statement("Waiting", ["dynamodb:Query"], [pulumi.Output.concat(table, "/index/recent")]),
        Statement("Submit", ["sqs:GetQueueAttributes", "sqs:SendMessage"], [queue]),
    ]


def worker(
    table: pulumi.Input[str],
    queue: pulumi.Input[str],
    tools: Sequence[pulumi.Input[str]],
    drives: Sequence[Statement],
) -> list[Statement]:
    """Takes runs out of the queue and drives them as the front door does. Lambda polls the queue with this role too."""
    return [
        Statement("Runs", ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"], [table]),
        Statement(
            "Take",
            [
                *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
            ],
            [queue],
        ),
        Statement("Tools", ["lambda:InvokeFunction"], tools),
        *drives,
    ]


def drive_harness(instances: Sequence[pulumi.Input[str]]) -> list[Statement]:
    return [Statement("Drive", ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeHarness"], instances)]


def drive_bedrock_agent(alias: pulumi.Input[str]) -> list[Statement]:
    return [Statement("Drive", ["bedrock:InvokeAgent"], [alias])]


def drive_workflow(machine: pulumi.Input[str], executions: str) -> list[Statement]:
    return [
        Statement("Drive", ["states:StartExecution"], [machine]),
        Statement("Executions", ["states:DescribeExecution", "states:StopExecution"], [executions]),
    ]


def sweep(table: pulumi.Input[str], queue: pulumi.Input[str], dead_letters: pulumi.Input[str]) -> list[Statement]:
    """Finds what got lost: it sends messages again and fails runs, and drives none."""
    return [
        Statement("Runs", ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"], [table]),
        Statement("Submitted", ["dynamodb:Query"], [pulumi.Output.concat(table, "/index/recent")]),
        Statement("SendAgain", ["sqs:GetQueueAttributes", "sqs:SendMessage"], [queue]),
        Statement("DeadRuns", ["sqs:ReceiveMessage", "sqs:SendMessage"], [dead_letters]),
    ]


def schedule(function: pulumi.Input[str]) -> list[Statement]:
    return [Statement("Start", ["lambda:InvokeFunction"], [function])]


def stop_executions(place: Place, machine_name: str) -> Statement:
    """Who cancels a run that a state machine drives."""
    return Statement("Executions", ["states:StopExecution"], [place.arn("states", f"execution:{machine_name}:*")])


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


def bedrock_agent(place: Place, model_id: str) -> list[Statement]:
    """A Classic agent: its model. Its tools' functions let it in by themselves (their permissions), its role does not."""
    return _model(place, model_id)


def workflow(place: Place, model_id: str, functions: Sequence[pulumi.Input[str]]) -> list[Statement]:
    """The state machine: its steps' functions and its one model, which it asks without streaming.

    No right to deliver logs: these know no resources, and the execution's history has it all (docs/adr/0009-the-workflow.md).
    """
    return [
        Statement("Steps", ["lambda:InvokeFunction"], functions),
        *(replace(statement, actions=["bedrock:InvokeModel"]) for statement in _model(place, model_id)),
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
