"""A Pulumi program with every type of the table. A test of the table runs it; it is not a test itself."""

import json
import os

import pulumi
import pulumi_random as random
from pulumi_aws import (
    apigatewayv2,
    bedrock,
    cloudwatch,
    dynamodb,
    ec2,
    get_caller_identity,
    get_region,
    iam,
    kms,
    lambda_,
    route53,
    s3,
    scheduler,
    secretsmanager,
    sfn,
    sns,
    sqs,
    vpc,
)

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
key = kms.Key("own", description="a key", enable_key_rotation=True, deletion_window_in_days=7, tags={"project": "tiny"})
queue = sqs.Queue("lost", name="tiny-lost", message_retention_seconds=1209600, kms_master_key_id=key.arn)
tls_only = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": queue.arn,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
sqs.QueuePolicy("lost", queue_url=queue.url, policy=policy(tls_only))
waiting = sqs.Queue(
    "waiting",
    name="tiny-waiting",
    visibility_timeout_seconds=960,
    redrive_policy=queue.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})),
)
mapping = lambda_.EventSourceMapping(
    "waiting",
    event_source_arn=waiting.arn,
    function_name=function.name,
    batch_size=1,
    function_response_types=["ReportBatchItemFailures"],
    scaling_config={"maximum_concurrency": 2},
)
schedule = scheduler.Schedule(
    "each-minute",
    name="tiny-each-minute",
    schedule_expression="rate(1 minutes)",
    flexible_time_window={"mode": "OFF"},
    target={
        "arn": function.arn,
        "role_arn": role("schedule", "scheduler").arn,
        "input": "{}",
        "retry_policy": {"maximum_retry_attempts": 0},
    },
)
topic = sns.Topic("told", name="tiny-told", kms_master_key_id="alias/aws/sns", tags={"project": "tiny"})
sns.TopicPolicy("told", arn=topic.arn, policy=policy({**tls_only, "Action": "sns:Publish", "Resource": topic.arn}))
service = ec2.get_vpc_endpoint_service(service="lambda", service_type="Interface")
net = ec2.Vpc("net", cidr_block="10.0.0.0/24", enable_dns_support=True, enable_dns_hostnames=True)
subnet = ec2.Subnet("net", vpc_id=net.id, cidr_block="10.0.0.0/26", availability_zone=service.availability_zones[0])
inside = ec2.SecurityGroup("inside", name="tiny-inside", description="the functions", vpc_id=net.id)
exits = ec2.SecurityGroup("exits", name="tiny-exits", description="the endpoint", vpc_id=net.id)
https = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
vpc.SecurityGroupEgressRule("out", security_group_id=inside.id, referenced_security_group_id=exits.id, **https)
vpc.SecurityGroupIngressRule("in", security_group_id=exits.id, referenced_security_group_id=inside.id, **https)
endpoint = ec2.VpcEndpoint(
    "lambda",
    vpc_id=net.id,
    service_name=service.service_name,
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[subnet.id],
    security_group_ids=[exits.id],
    policy=policy({"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": function.arn}),
)
domains = route53.ResolverFirewallDomainList("all", name="tiny-all", domains=["*."])
rules = route53.ResolverFirewallRuleGroup("dns", name="tiny-dns")
route53.ResolverFirewallRule(
    "none",
    name="tiny-none",
    firewall_rule_group_id=rules.id,
    firewall_domain_list_id=domains.id,
    action="BLOCK",
    block_response="NXDOMAIN",
    priority=100,
)
route53.ResolverFirewallRuleGroupAssociation(
    "dns", name="tiny-dns", vpc_id=net.id, firewall_rule_group_id=rules.id, priority=101
)
route53.ResolverFirewallConfig("dns", resource_id=net.id, firewall_fail_open="DISABLED")
classic = bedrock.AgentAgent(
    "classic",
    agent_name="tiny-classic",
    agent_resource_role_arn=role("classic", "bedrock").arn,
    foundation_model="us.anthropic.claude-haiku-5-5",
    instruction="You use the one tool that you have.\nOnly that.",
)
action_group = bedrock.AgentAgentActionGroup(
    "classic",
    action_group_name="use_tool",
    agent_id=classic.agent_id,
    agent_version="DRAFT",
    action_group_executor={"lambda_": function.arn},
    function_schema={
        "member_functions": {
            "functions": [
                {"name": "use_tool", "parameters": [{"map_block_key": "handle", "type": "string", "required": True}]},
            ]
        }
    },
    skip_resource_in_use_check=True,
)
lambda_.Permission(
    "classic",
    action="lambda:InvokeFunction",
    function=function.name,
    principal="bedrock.amazonaws.com",
    source_arn=classic.agent_arn,
    source_account=ACCOUNT,
    statement_id="tiny-classic-use-tool",
)
bedrock.AgentAgentAlias(
    "classic",
    agent_alias_name="current",
    agent_id=classic.agent_id,
    description="one",
    opts=pulumi.ResourceOptions(depends_on=[action_group]),
)
api = apigatewayv2.Api("http", name="tiny-http", protocol_type="HTTP", description="one", tags={"project": "tiny"})
integration = apigatewayv2.Integration(
    "http",
    api_id=api.id,
    integration_type="AWS_PROXY",
    integration_uri=function.arn,
    payload_format_version="2.0",
    timeout_milliseconds=30000,
)
authorizer = apigatewayv2.Authorizer(
    "http",
    api_id=api.id,
    name="issuer",
    authorizer_type="JWT",
    identity_sources=["$request.header.Authorization"],
    jwt_configuration={"issuer": "https://issuer.example", "audiences": ["tiny"]},
)
apigatewayv2.Route(
    "http",
    api_id=api.id,
    route_key="GET /things/{thing}",
    target=pulumi.Output.concat("integrations/", integration.id),
    authorization_type="JWT",
    authorizer_id=authorizer.id,
)
apigatewayv2.Stage(
    "http",
    api_id=api.id,
    name="$default",
    auto_deploy=True,
    default_route_settings={"throttling_rate_limit": 25, "throttling_burst_limit": 50},
    access_log_settings={"destination_arn": group.arn, "format": json.dumps({"route": "$context.routeKey"})},
)
machine = sfn.StateMachine(
    "workflow",
    name="tiny-workflow",
    role_arn=role("workflow", "states").arn,
    type="STANDARD",
    definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
)
for name, value in {
    "machine": machine.arn,
    "key": key.arn,
    "queue": queue.arn,
    "mapping": mapping.uuid,
    "schedule": schedule.arn,
    "topic": topic.arn,
    "api": api.arn,
    "endpoint": endpoint.arn,
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
