"""A Pulumi program with every type of the table. A test of the table runs it; it is not a test itself."""

import os

import pulumi
import pulumi_random as random
from pulumi_aws import bedrock, cloudwatch, dynamodb, get_caller_identity, get_region, iam, lambda_, s3, secretsmanager

ACCOUNT, REGION, ZIP = get_caller_identity().account_id, get_region().region, os.environ["TEST_ZIP"]


def policy(*statements):
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources):
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def role(name, service):
    trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return iam.Role(name, name=f"tiny-{name}", assume_role_policy=policy(trust), tags={"project": "tiny"})


random_part = random.RandomString("harness", length=6, special=False, upper=False, numeric=False)
bucket = s3.Bucket("code", bucket=f"tiny-code-{ACCOUNT}", force_destroy=True, tags={"project": "tiny"})
s3.BucketVersioning("code", bucket=bucket.id, versioning_configuration={"status": "Enabled"})
s3.BucketServerSideEncryptionConfiguration(
    "code", bucket=bucket.id, rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]
)
s3.BucketPublicAccessBlock(
    "code",
    bucket=bucket.id,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
s3.BucketLifecycleConfiguration(
    "code",
    bucket=bucket.id,
    rules=[{"id": "expire", "status": "Enabled", "filter": {"prefix": "generated/"}, "expiration": {"days": 30}}],
)
s3.BucketPolicy(
    "code",
    bucket=bucket.id,
    policy=policy(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket.arn, pulumi.Output.concat(bucket.arn, "/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ),
)
secret = secretsmanager.Secret("stripe", name="tiny/stripe/test-key", description="a key", recovery_window_in_days=0)
group = cloudwatch.LogGroup("tool", name="/aws/lambda/tiny-tool", retention_in_days=7)
table = dynamodb.Table(
    "runs",
    name="tiny-runs",
    billing_mode="PAY_PER_REQUEST",
    hash_key="run_id",
    range_key="item",
    attributes=[{"name": name, "type": "S"} for name in ("run_id", "item", "kind", "created_at")],
    global_secondary_indexes=[
        {"name": "recent", "hash_key": "kind", "range_key": "created_at", "projection_type": "ALL"},
    ],
    ttl={"attribute_name": "expires", "enabled": True},
    server_side_encryption={"enabled": True},
    point_in_time_recovery={"enabled": True},
)
tool_role = role("tool", "lambda")
iam.RolePolicy(
    "tool",
    name="tool",
    role=tool_role.id,
    policy=policy(
        allow(["s3:GetObject"], [pulumi.Output.concat(bucket.arn, "/generated/*")]), allow("dynamodb:GetItem", table.arn)
    ),
)
function = lambda_.Function(
    "tool",
    name="tiny-tool",
    role=tool_role.arn,
    runtime="python3.12",
    handler="handler.handler",
    code=pulumi.FileArchive(ZIP),
    memory_size=512,
    timeout=30,
    architectures=["x86_64"],
    environment={"variables": {"AGENTIC_TABLE": table.name}},
    logging_config={"log_format": "Text", "log_group": group.name},
    tenancy_config={"tenant_isolation_mode": "PER_TENANT"},
)
lambda_.FunctionEventInvokeConfig("tool", function_name=function.name, maximum_retry_attempts=0)
gateway_role = role("gateway", "bedrock-agentcore")
gateway = bedrock.AgentcoreGateway(
    "agent", name="tiny-agent", role_arn=gateway_role.arn, authorizer_type="AWS_IAM", protocol_type="MCP"
)
target = bedrock.AgentcoreGatewayTarget(
    "tool",
    name="use-tool",
    gateway_identifier=gateway.gateway_id,
    credential_provider_configuration={"gateway_iam_role": {}},
    target_configuration={
        "mcp": {
            "lambda_": {
                "lambda_arn": function.arn,
                "tool_schema": {
                    "inline_payloads": [
                        {
                            "name": "use_tool",
                            "description": "Uses the tool.",
                            "input_schema": {
                                "type": "object",
                                "properties": [
                                    {"name": "handle", "type": "string", "description": "The handle.", "required": True},
                                    {"name": "tags", "type": "array", "items": {"type": "string"}},
                                ],
                            },
                        }
                    ]
                },
            }
        }
    },
)
harness_role = role("harness", "bedrock-agentcore")
harness = bedrock.AgentcoreHarness(
    "agent",
    harness_name=pulumi.Output.concat("tiny_", random_part.result),
    execution_role_arn=harness_role.arn,
    model={"bedrock_model_config": {"model_id": "us.anthropic.claude-haiku-5-5", "max_tokens": 1024}},
    system_prompts=[{"text": "You use the tool.\nOnly that."}],
    tools=[
        {
            "type": "agentcore_gateway",
            "name": "agent",
            "config": {"agentcore_gateway": {"gateway_arn": gateway.gateway_arn, "outbound_auth": {"aws_iam": True}}},
        }
    ],
    allowed_tools=["@agent/use-tool___use_tool"],
    memory={"disabled": {}},
    max_iterations=4,
    timeout_seconds=240,
)
for name, value in {
    "bucket": bucket.bucket,
    "secret": secret.arn,
    "table": table.arn,
    "group": group.arn,
    "function": function.arn,
    "gateway": gateway.gateway_id,
    "target": target.target_id,
    "harness": harness.arn,
    "role": tool_role.arn,
}.items():
    pulumi.export(name, value)
