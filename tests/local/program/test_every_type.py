"""One program with every type of the table, against the real endpoint: each thing exists afterwards as it was declared."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from program_world import PLACE, World

from agentic.core.errors import RefusedError
from agentic.local.program.engine import RunningProgram
from agentic.local.program.program import Program, ProgramResult
from agentic.local.program.resources import all_types

SOURCE = Path(__file__).with_name("every_type_program.py").read_text()


def make(world: World) -> ProgramResult:
    return world.run(SOURCE, extra_environment={"TEST_ZIP": str(world.zip())})


Made = tuple[World, ProgramResult]


@pytest.fixture(scope="class")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The world after one run of the program; for a class, because only one endpoint may be open at a time."""
    world = World(tmp_path_factory.mktemp("world"))
    yield world, make(world)
    world.close()


class TestOneRun:
    def test_everything_is_made_as_declared(self, made: Made) -> None:
        world, result = made
        assert {item.type for item in result.resources} == set(all_types().tokens)
        exports = result.exports
        client = world.endpoint.client
        described = client("stepfunctions").describe_state_machine(stateMachineArn=exports["machine"])
        assert described["roleArn"].endswith(":role/tiny-workflow")

        bucket = exports["bucket"]
        assert bucket == "tiny-code-123456789012"
        s3 = client("s3")
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
        assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["Expiration"] == {"Days": 30}
        assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "project", "Value": "tiny"}]

        secret = client("secretsmanager").describe_secret(SecretId="tiny/stripe/test-key")
        assert secret["ARN"] == exports["secret"]
        assert "VersionIdsToStages" not in secret or not secret["VersionIdsToStages"]
        groups = client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/tiny")["logGroups"]
        assert [(group["logGroupName"], group["retentionInDays"]) for group in groups] == [("/aws/lambda/tiny-tool", 7)]

        table = client("dynamodb").describe_table(TableName="tiny-runs")["Table"]
        assert table["TableArn"] == exports["table"]
        assert table["KeySchema"] == [
            {"AttributeName": "run_id", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ]
        assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "recent"
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        ttl = client("dynamodb").describe_time_to_live(TableName="tiny-runs")["TimeToLiveDescription"]
        assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}

        role = client("iam").get_role(RoleName="tiny-tool")["Role"]
        assert role["Arn"] == exports["role"]
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
        document = client("iam").get_role_policy(RoleName="tiny-tool", PolicyName="tool")["PolicyDocument"]
        assert document["Statement"][0]["Resource"] == [f"arn:aws:s3:::{bucket}/generated/*"]

    def test_permissions_come_from_the_program(self, made: Made) -> None:
        """The evaluator allows what a role's policy allows and nothing else; the bucket's own policy is with it too."""
        world, exports = made[0], made[1].exports
        role, bucket = exports["role"], f"arn:aws:s3:::{exports['bucket']}"
        world.permissions.check(role, "s3:GetObject", f"{bucket}/generated/stripe/a.py")
        with pytest.raises(RefusedError):
            world.permissions.check(role, "s3:GetObject", f"{bucket}/executions/stripe/a.json")
        with pytest.raises(RefusedError):
            world.permissions.check(role, "s3:GetObject", f"{bucket}/generated/stripe/a.py", {"aws:SecureTransport": "false"})

    def test_agents_and_functions_get_their_declarations(self, made: Made) -> None:
        world, exports = made[0], made[1].exports
        (function,) = world.functions.declared
        assert function.arn == exports["function"] == "arn:aws:lambda:eu-central-1:123456789012:function:tiny-tool"
        assert (function.memory_mb, function.timeout_seconds, function.per_tenant) == (512, 30, True)
        assert function.environment == {"AGENTIC_TABLE": "tiny-runs"}
        assert function.zip_path == world.folder / "function.zip"
        assert function.role_arn == exports["role"]

        (tool,) = world.gateways.tools(PLACE.arn("bedrock-agentcore", f"gateway/{exports['gateway']}"))
        assert tool.name == "use-tool___use_tool"
        assert tool.input_schema == {
            "type": "object",
            "properties": {
                "handle": {"type": "string", "description": "The handle."},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["handle"],
        }
        harness = world.harness(exports["harness"])
        assert harness.name.startswith("tiny_")
        assert harness.model_id == "us.anthropic.claude-haiku-5-5"
        assert harness.system_prompt == "You use the tool.\nOnly that."
        assert harness.allowed_tools == ("@agent/use-tool___use_tool",)
        assert (harness.max_iterations, harness.max_tokens, harness.timeout_seconds) == (4, 1024, 240)
        assert [name for name, _ in harness.tools] == ["agent"]


def test_ids_are_the_same_at_every_start(tmp_path: Path) -> None:
    """Two local clouds one after the other: the same program has the same exports."""

    def exports(name: str) -> Any:
        world = World(tmp_path / name)
        try:
            return make(world).exports
        finally:
            world.close()

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert json.dumps(exports("one"), sort_keys=True) == json.dumps(exports("two"), sort_keys=True)


def test_the_projects_own_program_runs(world: World) -> None:
    """`__main__.py` of this project, unchanged, with the settings of its dev stack left at their defaults."""
    main = Path(__file__).resolve().parents[3] / "__main__.py"
    if not main.read_text().strip():
        pytest.skip("the program is not written yet")
    with RunningProgram.launch(Program(main, PLACE, {}), world.log) as running:
        result = running.complete(all_types(), world.context(), seconds=240)
    kinds = [item.type.rsplit(":", 1)[1] for item in result.resources]
    assert kinds.count("AgentcoreHarness") == 3
    assert kinds.count("AgentcoreGateway") == 3
    assert kinds.count("Function") >= 7
    assert all(value is not None for value in result.exports.values())
