"""Slips planted in a program are refused by name at preview, before anything is made; secrets stay secret on the way."""

import json
import textwrap
from collections.abc import Callable, Iterator

import pytest
from engine_world import EngineStack, EngineWorld

from agentic.core.errors import DeploymentError

GOOD = """
import json, pulumi, pulumi_aws as aws, pulumi_random as random

def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

def role(name, service):
    trust = policy(Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole")
    return aws.iam.Role(name, name=name, assume_role_policy=trust)

account = aws.get_caller_identity().account_id
tool = role("tool", "lambda")
bucket = aws.s3.Bucket("code", bucket=f"tiny-code-{account}")
aws.s3.BucketVersioning("code", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})
group = aws.cloudwatch.LogGroup("tool", name="/tiny/tool", retention_in_days=7)
"""

PLANTED = "Planted_Secret_Value"


Plant = Callable[[str], EngineStack]


@pytest.fixture(scope="module")
def plant(world: EngineWorld) -> Iterator[Plant]:
    """Adds lines to the good program; the stack that runs it."""
    main = world.folder / "tiny" / "__main__.py"
    main.parent.mkdir()
    main.with_name("Pulumi.yaml").write_text("name: tiny\nruntime: python\n")
    main.with_name("Pulumi.dev.yaml").write_text("config:\n  aws:region: us-east-1\n")
    with world.stack(main) as stack:

        def write(lines: str) -> EngineStack:
            main.write_text(GOOD + textwrap.dedent(lines))
            return stack

        yield write


def test_the_good_program_previews(world: EngineWorld, plant: Plant) -> None:
    """The control of every refusal below: what is referred to need not exist yet, only come first."""
    steps = plant(
        """
        aws.iam.RolePolicy("tool", name="tool", role="tool", policy=policy(Action="s3:GetObject", Resource="arn:aws:s3:::b/*"),
                           opts=pulumi.ResourceOptions(depends_on=[tool]))
        """
    ).preview()
    assert {step.op for step in steps.steps} == {"create"}
    assert world.there_is() == {}


REFUSED = {
    "an unknown type": (
        "random.RandomPet('pet', length=2)",
        "random:index/randomPet:RandomPet 'pet': the local cloud has no such type",
    ),
    "an unknown data source": (
        "aws.get_availability_zones()",
        "the local cloud has no data source aws:index/getAvailabilityZones:getAvailabilityZones",
    ),
    "a bad name": (
        "aws.s3.Bucket('bad', bucket='Bad_Name')",
        "aws:s3/bucket:Bucket resource 'bad' has a problem: bucket must match",
    ),
    "a wrong choice": (
        "aws.cloudwatch.LogGroup('bad', name='/bad', retention_in_days=8)",
        "aws:cloudwatch/logGroup:LogGroup resource 'bad' has a problem: retentionInDays must be one of",
    ),
    "a missing input": (
        "aws.s3.Bucket('bad')",
        "aws:s3/bucket:Bucket resource 'bad' has a problem: bucket is missing",
    ),
    "an input that would be ignored": (
        "aws.s3.Bucket('bad', bucket='bad', acceleration_status='Enabled')",
        "accelerationStatus is not supported by the local cloud",
    ),
    "a policy of a missing role": (
        "aws.iam.RolePolicy('bad', name='p', role='nobody', policy=policy(Action='s3:GetObject', Resource='*'))",
        "aws:iam/rolePolicy:RolePolicy resource 'bad' has a problem: there is no role nobody",
    ),
    "a gateway with a missing role": (
        """
        aws.bedrock.AgentcoreGateway("bad", name="bad", authorizer_type="AWS_IAM", protocol_type="MCP",
                                     role_arn=f"arn:aws:iam::{account}:role/nobody")
        """,
        "resource 'bad' has a problem: there is no role arn:aws:iam::123456789012:role/nobody",
    ),
    "a setting of a missing bucket": (
        "aws.s3.BucketPublicAccessBlock('bad', bucket='nowhere', block_public_acls=True)",
        "resource 'bad' has a problem: there is no bucket nowhere",
    ),
    "a wrong policy beside an unknown": (
        """
        aws.iam.RolePolicy("bad", name=tool.unique_id, role=tool.id, policy=policy(Action="GetObject", Resource="*"))
        """,
        "'GetObject' is not an action",
    ),
    "an action that does not exist": (
        "aws.iam.RolePolicy('bad', name='p', role=tool.id, policy=policy(Action='s3:PutObjekt', Resource='*'))",
        "iam PutRolePolicy: PolicyDocument.Statement[0]: 's3:PutObjekt' is not an action of AWS, s3:PutObject is",
    ),
    "an ARN that the action does not know": (
        "aws.iam.RolePolicy('bad', name='p', role=tool.id, policy=policy(Action='s3:GetObject', Resource='arn:aws:s3:::b'))",
        "s3:GetObject knows no resource like arn:aws:s3:::b",
    ),
    "what only AWS's own model refuses, beside an unknown": (
        """
        aws.bedrock.AgentcoreGateway("bad", name="bad", authorizer_type="AWS_IAM", protocol_type="MCP",
                                     role_arn=role("gateway", "bedrock-agentcore").arn, tags={"team": "Zoë"})
        """,
        "resource 'bad' has a problem: bedrock-agentcore-control CreateGateway: tags.team must match",
    ),
    "another region": (
        "aws.Provider('far', region='eu-west-1')",
        "region eu-west-1 is not supported by the local cloud, which is in us-east-1",
    ),
    "a role to assume": (
        "aws.Provider('other', region='us-east-1', assume_roles=[{'role_arn': f'arn:aws:iam::{account}:role/admin'}])",
        "assumeRoles is not supported by the local cloud",
    ),
    "what the stack did not make": (
        "aws.s3.Bucket.get('bad', 'somebodys-bucket')",
        "aws:s3/bucket:Bucket 'bad': importing what the stack did not make is not supported",
    ),
    "code that is no file archive": (
        """
        aws.lambda_.Function("bad", name="bad", role=tool.arn, runtime="python3.12", handler="h.h",
                             code=pulumi.AssetArchive({"h.py": pulumi.StringAsset("x = 1")}))
        """,
        "aws:lambda/function:Function 'bad': only file archives",
    ),
    "an error of the program itself": ("raise ValueError('too early')", "too early"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_fault_is_refused_by_name(world: EngineWorld, plant: Plant, fault: str) -> None:
    lines, message = REFUSED[fault]
    with pytest.raises(DeploymentError) as caught:
        plant(lines).preview()
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert "Traceback" not in caught.value.message
    assert world.there_is() == {}


def test_a_secret_stays_secret(world: EngineWorld, plant: Plant) -> None:
    """A secret input, and what is computed from it, are encrypted in the state; an error that quotes it does not tell it."""
    stack = plant(
        f"""
        hidden = pulumi.Output.secret({PLANTED!r})
        aws.secretsmanager.Secret("s", name="tiny/s", description=hidden, tags={{"t": hidden}}, recovery_window_in_days=0)
        """
    )
    stack.up()
    (secret,) = world.client("secretsmanager").list_secrets()["SecretList"]
    assert secret["Description"] == PLANTED
    files = world.state_files(world.folder / "tiny" / "__main__.py")
    assert "tiny/s" in files  # the control: these are the files
    assert PLANTED not in files
    assert json.dumps(stack.export()).count(PLANTED) == 5  # as inputs and as outputs: description, tags; and tagsAll
    with pytest.raises(DeploymentError, match="bucket must match") as caught:
        plant(f"aws.s3.Bucket('bad', bucket=pulumi.Output.secret({PLANTED!r}))").preview()
    assert PLANTED not in caught.value.message
    stack.destroy()
    assert world.there_is() == {}


def test_a_tables_index_comes_and_goes_in_place(world: EngineWorld, plant: Plant) -> None:
    """As the real provider does it: an index with other attributes is an update, another key of the table a new table."""

    def table(key: str, *attributes: str) -> EngineStack:
        indexes = [{"name": f"by-{name}", "hash_key": name, "projection_type": "ALL"} for name in attributes]
        return plant(
            f"""
            aws.dynamodb.Table("t", name="tiny", billing_mode="PAY_PER_REQUEST", hash_key={key!r},
                               attributes=[{{"name": name, "type": "S"}} for name in {[key, *attributes]!r}],
                               global_secondary_indexes={indexes!r})
            """
        )

    def indexes() -> list[str]:
        found = world.client("dynamodb").describe_table(TableName="tiny")["Table"].get("GlobalSecondaryIndexes", [])
        return sorted(index["IndexName"] for index in found)

    table("one", "first").up()
    assert indexes() == ["by-first"]
    assert [(step.op, step.name) for step in table("one", "first", "second").preview().steps] == [("update", "t")]
    table("one", "first", "second").up()
    assert indexes() == ["by-first", "by-second"]
    table("one", "second").up()
    assert indexes() == ["by-second"]
    steps = table("two", "second").preview().steps
    assert "replace" in {step.op for step in steps if step.name == "t"}
    assert [(step.op, step.name) for step in plant("").preview().steps] == [("delete", "t")]
    plant("").destroy()


def test_what_the_engine_itself_refuses_is_one_line(world: EngineWorld, plant: Plant) -> None:
    """A stack's name that Pulumi does not take, and a passphrase that is not the stack's."""
    plant("").preview()
    main = world.folder / "tiny" / "__main__.py"
    with pytest.raises(DeploymentError, match=r"the engine cannot use the stack no name: .*name") as caught:
        world.stack(main, stack="no name")
    assert "\n" not in caught.value.message
    with world.stack(main, passphrase="another") as stack, pytest.raises(DeploymentError, match="passphrase") as caught:
        stack.preview()
    assert "\n" not in caught.value.message
