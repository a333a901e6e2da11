"""The table by itself: each rule that it knows is told by name, and the good form of the same input passes."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
from program_world import PLACE, World

from agentic.core.errors import LocalCloudError
from agentic.local.program.resources import all_types
from agentic.local.program.schema import Block, Text
from agentic.local.program.table import Context, Created, ResourceTable, ResourceType

TABLE = all_types()
BUCKET, SECRET, GROUP = "aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret", "aws:cloudwatch/logGroup:LogGroup"
ROLE, ROLE_POLICY, RUNS = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:dynamodb/table:Table"
FUNCTION, CONFIG = "aws:lambda/function:Function", "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
GATEWAY, TARGET = "aws:bedrock/agentcoreGateway:AgentcoreGateway", "aws:bedrock/agentcoreGatewayTarget:AgentcoreGatewayTarget"
HARNESS = "aws:bedrock/agentcoreHarness:AgentcoreHarness"

AN_ARN = "arn:aws:iam::123456789012:role/some"
STATEMENT = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::tiny/*"]}


def document(**changes: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{**STATEMENT, **changes}]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


GOOD: dict[str, dict[str, Any]] = {
    BUCKET: {"bucket": "tiny-code"},
    SECRET: {"name": "tiny/stripe/test-key", "recoveryWindowInDays": 0},
    GROUP: {"name": "/aws/lambda/tiny", "retentionInDays": 7},
    ROLE: {"name": "tiny", "assumeRolePolicy": trust("lambda.amazonaws.com")},
    ROLE_POLICY: {"name": "tiny", "role": "tiny", "policy": document()},
    RUNS: {
        "name": "runs",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "run_id",
        "attributes": [{"name": "run_id", "type": "S"}],
    },
    FUNCTION: {
        "name": "tiny",
        "role": AN_ARN,
        "runtime": "python3.12",
        "handler": "handler.handler",
        "code": {"archive": __file__},
        "environment": {"variables": {"NAME": "value"}},
    },
    CONFIG: {"functionName": "tiny", "maximumRetryAttempts": 0},
    GATEWAY: {"name": "tiny-agent", "roleArn": AN_ARN, "authorizerType": "AWS_IAM", "protocolType": "MCP"},
    TARGET: {
        "name": "use-tool",
        "gatewayIdentifier": "tiny-0123456789",
        "credentialProviderConfiguration": {"gatewayIamRole": {}},
        "targetConfiguration": {
            "mcp": {
                "lambda": {
                    "lambdaArn": "arn:aws:lambda:eu-central-1:123456789012:function:tiny",
                    "toolSchema": {
                        "inlinePayloads": [{"name": "tool", "description": "A tool.", "inputSchema": {"type": "object"}}]
                    },
                }
            }
        },
    },
    HARNESS: {
        "harnessName": "tiny_agent",
        "executionRoleArn": AN_ARN,
        "model": {"bedrockModelConfig": {"modelId": "us.anthropic.claude-haiku-5-5"}},
        "systemPrompts": [{"text": "Do it.\nNow."}],
        "allowedTools": ["@agent/tool___tool"],
        "memory": {"disabled": {}},
        "tools": [
            {
                "type": "agentcore_gateway",
                "name": "agent",
                "config": {
                    "agentcoreGateway": {
                        "gatewayArn": "arn:aws:bedrock-agentcore:eu-central-1:123456789012:gateway/a-0123456789",
                        "outboundAuth": {"awsIam": True},
                    }
                },
            }
        ],
    },
}


@pytest.mark.parametrize("token", GOOD)
def test_the_good_form_passes(token: str) -> None:
    """The control of every refusal below."""
    assert TABLE.read(token, GOOD[token])


REFUSED = [
    # Names, as AWS restricts them (reference: aws.md, section 2.1; botocore).
    (BUCKET, "bucket", "Tiny-Code", "bucket must match"),
    (BUCKET, "bucket", "a" * 64, "bucket must match"),
    (BUCKET, "bucket", "tiny..code", "bucket must match"),
    (SECRET, "name", "tiny key", "name must match"),
    (GROUP, "name", "tiny group", "name must match"),
    (ROLE, "name", "r" * 65, "name must match"),
    (FUNCTION, "name", "f" * 65, "name must match"),
    (GATEWAY, "name", "tiny_agent", "name must match"),
    (GATEWAY, "name", "g" * 49, "name must match"),
    (TARGET, "name", "use_tool", "name must match"),
    (HARNESS, "harnessName", "tiny-agent", "harnessName must match"),
    (HARNESS, "harnessName", "h" * 41, "harnessName must match"),
    # Choices, limits and types.
    (SECRET, "recoveryWindowInDays", 3, "recoveryWindowInDays must be one of 0, 7"),
    (GROUP, "retentionInDays", 8, "retentionInDays must be one of"),
    (GROUP, "retentionInDays", "7", "retentionInDays must be a whole number"),
    (GROUP, "retentionInDays", 7.5, "retentionInDays must be a whole number"),
    (RUNS, "billingMode", "PROVISIONED", "billingMode must be one of"),
    (FUNCTION, "runtime", "python3.8", "runtime must be one of"),
    (FUNCTION, "timeout", 901, "timeout must be between 1 and 900"),
    (FUNCTION, "memorySize", 64, "memorySize must be between 128 and 10240"),
    (FUNCTION, "architectures", ["x86_64", "arm64"], "architectures must have 1 to 1 items"),
    (FUNCTION, "role", "tiny", "role must match"),
    (FUNCTION, "environment.variables.1st", "x", "'1st' must match"),
    (FUNCTION, "environment.variables.NAME", 1, "environment.variables.NAME must be a text"),
    (FUNCTION, "code", {"archive": "/nowhere.zip"}, "there is no file /nowhere.zip"),
    (FUNCTION, "code", "handler.zip", "code must be a FileArchive"),
    (FUNCTION, "tenancyConfig", {"tenantIsolationMode": "per_tenant"}, "tenantIsolationMode must be one of PER_TENANT"),
    (FUNCTION, "vpcConfig", {}, "vpcConfig.subnetIds is missing"),
    (FUNCTION, "fileSystemConfig", {}, "fileSystemConfig is not supported by the local cloud"),
    (CONFIG, "maximumRetryAttempts", 2, "maximumRetryAttempts must be one of 0"),
    (GATEWAY, "authorizerType", "NONE", "authorizerType must be one of AWS_IAM"),
    (TARGET, "credentialProviderConfiguration", None, "credentialProviderConfiguration is missing"),
    (HARNESS, "allowedTools", None, "allowedTools is missing"),
    (HARNESS, "allowedTools", ["@agent/" + "t" * 60], "may have 64 characters"),
    (HARNESS, "memory", None, "memory is missing"),
    (HARNESS, "model.bedrockModelConfig.temperature", 0, "temperature is not supported"),
    (HARNESS, "tools.0.config.agentcoreGateway.outboundAuth.awsIam", {}, "awsIam must be true or false"),
    (HARNESS, "tools.0.type", "remote_mcp", "type must be one of agentcore_gateway"),
    # Policy documents.
    (ROLE, "assumeRolePolicy", document(), "must have a Principal"),
    (ROLE_POLICY, "policy", document(Principal="*"), "must not have a Principal"),
    (ROLE_POLICY, "policy", document(Resource=[None]), "policy has null at Statement[0].Resource[0]"),
    (ROLE_POLICY, "policy", document(Condition={"StringEquals": {"a": None}}), "null at Statement[0].Condition.StringEquals.a"),
    (ROLE_POLICY, "policy", document(Resource="None/*"), "'None/*' is not an ARN"),
    (ROLE_POLICY, "policy", document(Action="GetObject"), "'GetObject' is not an action"),
    (ROLE_POLICY, "policy", document(Effect="Permit"), "Effect must be Allow or Deny"),
    (ROLE_POLICY, "policy", document(Actions=["s3:GetObject"]), "Actions is not part of a statement"),
    (ROLE_POLICY, "policy", '{"Version": "2012-10-17", "Statement": []}', "with a list of statements"),
    (ROLE_POLICY, "policy", "{", "policy is not JSON"),
]


@pytest.mark.parametrize(("token", "path", "value", "message"), REFUSED)
def test_a_slip_is_told_by_name(token: str, path: str, value: Any, message: str) -> None:
    inputs = changed(GOOD[token], path, value)
    with pytest.raises(LocalCloudError) as caught:
        TABLE.read(token, inputs)
    assert message in caught.value.message


def changed(inputs: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one input set; None takes it away."""
    copied = copy.deepcopy(dict(inputs))
    *parents, last = path.split(".")
    place: Any = copied
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[last] = value
    if value is None:
        del place[last]
    return copied


def test_all_faults_are_in_one_message() -> None:
    with pytest.raises(LocalCloudError, match=r"name is missing; colour is not supported by the local cloud; .*timeout"):
        TABLE.read(FUNCTION, changed(changed(changed(GOOD[FUNCTION], "timeout", 0), "colour", "red"), "name", None))


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (FUNCTION, GOOD[FUNCTION], "there is no role arn:aws:iam::123456789012:role/some"),
        (GATEWAY, GOOD[GATEWAY], "there is no role"),
        (HARNESS, GOOD[HARNESS], "there is no role"),
        (ROLE_POLICY, GOOD[ROLE_POLICY], "there is no role tiny"),
        (TARGET, GOOD[TARGET], "there is no gateway tiny-0123456789"),
        (CONFIG, GOOD[CONFIG], "there is no function tiny"),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            {"bucket": "tiny", "versioningConfiguration": {"status": "Enabled"}},
            "there is no bucket tiny",
        ),
        (RUNS, {**GOOD[RUNS], "rangeKey": "item"}, "attributes must be exactly the keys: item"),
        ("aws:kinesis/stream:Stream", {}, "the local cloud has no such type"),
    ],
)
def test_what_leads_nowhere_is_refused(world: World, token: str, inputs: dict[str, Any], message: str) -> None:
    """A missing role, gateway, function or bucket: on AWS an error at deployment."""
    with pytest.raises(LocalCloudError) as caught:
        TABLE.create(world.context(), token, "some", inputs)
    assert caught.value.message.startswith(f"{token} 'some': ")
    assert message in caught.value.message


def test_a_role_for_somebody_else_is_refused(world: World) -> None:
    """A function needs a role that Lambda may assume; a gateway one for AgentCore."""
    context = world.context()
    for service in ("lambda", "bedrock-agentcore"):
        TABLE.create(context, ROLE, service, {"name": service, "assumeRolePolicy": trust(f"{service}.amazonaws.com")})
    own = PLACE.arn("iam", "role/bedrock-agentcore", regional=False)
    other = PLACE.arn("iam", "role/lambda", regional=False)
    with pytest.raises(LocalCloudError, match=r"cannot be assumed by bedrock-agentcore\.amazonaws\.com"):
        TABLE.create(context, GATEWAY, "some", {**GOOD[GATEWAY], "roleArn": other})
    assert TABLE.create(context, GATEWAY, "some", {**GOOD[GATEWAY], "roleArn": own}).id.startswith("tiny-agent-")


@pytest.mark.parametrize(
    ("variables", "message"), [({"AWS_REGION": "x"}, "Lambda sets AWS_REGION itself"), ({"A1": "x" * 4096}, "4098 bytes")]
)
def test_lambdas_environment_rules(world: World, variables: dict[str, str], message: str) -> None:
    with pytest.raises(LocalCloudError, match=message):
        TABLE.create(world.context(), FUNCTION, "some", {**GOOD[FUNCTION], "environment": {"variables": variables}})


def test_two_resources_with_one_id_are_refused(world: World) -> None:
    context = world.context()
    TABLE.create(context, GROUP, "one", GOOD[GROUP])
    with pytest.raises(LocalCloudError, match="aws:cloudwatch/logGroup:LogGroup 'two': "):
        TABLE.create(context, GROUP, "two", GOOD[GROUP])


def test_default_tags_are_added_where_nothing_else_is_said(world: World) -> None:
    created = TABLE.create(world.context(), BUCKET, "b", {"bucket": "tiny-code", "tags": {"a": "own"}}, {"a": "x", "b": "y"})
    assert created.outputs["tagsAll"] == {"a": "own", "b": "y"}


@pytest.mark.parametrize(("outputs", "message"), [({}, "computed outputs are missing: arn"), ({"arn": None}, "missing: arn")])
def test_a_type_that_computes_too_little_is_an_error(world: World, outputs: dict[str, Any], message: str) -> None:
    """Never None: a missing computed output is a fault of the table, told by name."""

    def create(context: Context, name: str, inputs: Mapping[str, Any]) -> Created:
        return Created("id", outputs)

    table = ResourceTable([ResourceType("tests:index:Thing", Block({"name": Text()}), ("arn",), create)])
    with pytest.raises(LocalCloudError, match=f"tests:index:Thing 'some': .*{message}"):
        table.create(world.context(), "tests:index:Thing", "some", {"name": "x"})


def test_an_unexpected_error_is_one_line(world: World) -> None:
    def create(context: Context, name: str, inputs: Mapping[str, Any]) -> Created:
        raise RuntimeError("two\nlines")

    table = ResourceTable([ResourceType("tests:index:Thing", Block(), (), create)])
    with pytest.raises(LocalCloudError) as caught:
        table.create(world.context(), "tests:index:Thing", "some", {})
    assert caught.value.message == "tests:index:Thing 'some': two lines"
