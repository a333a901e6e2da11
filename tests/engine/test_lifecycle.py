"""The dev stack's life with the real engine, from nothing to nothing. The tests are one story and run in this order."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_world import EngineStack, EngineWorld

from agentic.deployment import Changes

pytestmark = pytest.mark.cloud

PROGRAM = Path(__file__).resolve().parents[2] / "__main__.py"
BUCKET = "agentic-api-developer-dev-code-storage-123456789012"
SECRET = "agentic-api-developer/stripe/test-key"
GROUP = "/aws/lambda/agentic-api-developer-dev-execute-code"
PLANTED = "sk_test_planted_0123456789"


def ops(outcome: Changes) -> Counter[str]:
    return Counter(step.op for step in outcome.steps)


def by_type(outcome: Changes, op: str) -> Counter[str]:
    return Counter(step.type.rsplit(":", 1)[1] for step in outcome.steps if step.op == op)


@pytest.fixture(scope="module")
def stack(world: EngineWorld) -> Iterator[EngineStack]:
    with world.stack(PROGRAM) as stack:
        yield stack


def test_preview_from_nothing_makes_nothing(world: EngineWorld, stack: EngineStack) -> None:
    """A preview without any account shows the whole topology to be created, and creates none of it."""
    outcome = stack.preview()
    assert set(ops(outcome)) == {"create"}
    created = by_type(outcome, "create")
    assert (created["AgentcoreHarness"], created["AgentcoreGateway"], created["Bucket"]) == (3, 3, 1)
    assert world.there_is() == {}


def test_up_from_nothing(world: EngineWorld, stack: EngineStack) -> None:
    """Everything that the preview showed exists, and the outputs are what the front door needs."""
    outcome = stack.up()
    assert set(ops(outcome)) == {"create"}
    there = world.there_is()
    created = by_type(outcome, "create")
    assert there["buckets"] == there["tables"] == 1
    # One for each of the APIs that the stack file enables.
    assert there["secrets"] == len(stack.outputs["apis"]) == 3
    assert (there["functions"], there["roles"]) == (created["Function"], created["Role"])
    assert stack.outputs["bucket"] == BUCKET
    assert stack.outputs["orchestrator"] in world.harnesses
    assert [sorted(targets) for targets in world.gateways.values() if "execute-code" in targets] == [
        ["execute-code", "validate-code"]
    ]


def test_default_tags_reach_the_cloud(world: EngineWorld) -> None:
    """The stack file's `aws:defaultTags` are on the bucket, though the program says nothing of tags."""
    tags = world.client("s3").get_bucket_tagging(Bucket=BUCKET)["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"project": "agentic-api-developer", "environment": "dev"}


def test_a_second_up_changes_nothing(world: EngineWorld) -> None:
    """Not even from a new object on the same folder: the state is the stack's, not the object's."""
    with world.stack(PROGRAM) as again:
        assert again.up().steps == ()


def test_a_setting_is_updated_in_place(world: EngineWorld, stack: EngineStack) -> None:
    """Another log retention updates each log group, nothing else, and the cloud has it."""
    stack.set("agentic:log_retention_days", "14")
    outcome = stack.up()
    assert {(step.op, step.type, step.properties) for step in outcome.steps} == {
        ("update", "aws:cloudwatch/logGroup:LogGroup", ("retentionInDays",))
    }
    groups = world.client("logs").describe_log_groups()["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {14}
    assert len(outcome.steps) == len(groups)


def test_other_default_tags_are_an_update_of_all_that_has_tags(world: EngineWorld, stack: EngineStack) -> None:
    stack.set("aws:defaultTags", json.dumps({"tags": {"environment": "dev", "team": "platform"}}))
    outcome = stack.up()
    tagged = [step for step in outcome.steps if not step.type.startswith("pulumi:")]
    assert {(step.op, step.properties) for step in tagged} == {("update", ("tagsAll",))}
    assert {step.type for step in tagged} >= {"aws:s3/bucket:Bucket", "aws:iam/role:Role", "aws:lambda/function:Function"}
    for tags in (
        world.client("s3").get_bucket_tagging(Bucket=BUCKET)["TagSet"],
        world.client("iam").list_role_tags(RoleName="agentic-api-developer-dev-execute-code")["Tags"],
        world.client("dynamodb").list_tags_of_resource(
            ResourceArn="arn:aws:dynamodb:us-east-1:123456789012:table/agentic-api-developer-dev-runs"
        )["Tags"],
    ):
        assert {tag["Key"]: tag["Value"] for tag in tags} == {"environment": "dev", "team": "platform"}
    assert stack.up().steps == ()


def test_refresh_without_drift_finds_nothing(stack: EngineStack) -> None:
    """The control of the next test: what every `find` reads back is what the program wrote."""
    assert stack.refresh().steps == ()


def test_refresh_finds_what_somebody_did_behind_its_back(world: EngineWorld, stack: EngineStack) -> None:
    """A deleted bucket policy and another retention are found; the next up puts both back and touches nothing else."""
    world.client("s3").delete_bucket_policy(Bucket=BUCKET)
    world.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    found = stack.refresh()
    assert {(step.op, step.type) for step in found.steps} == {
        ("delete", "aws:s3/bucketPolicy:BucketPolicy"),
        ("update", "aws:cloudwatch/logGroup:LogGroup"),
    }
    outcome = stack.up()
    assert sorted((step.op, step.type, step.properties) for step in outcome.steps) == [
        ("create", "aws:s3/bucketPolicy:BucketPolicy", ()),
        ("update", "aws:cloudwatch/logGroup:LogGroup", ("retentionInDays",)),
    ]
    assert "TlsOnly" in world.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    (group,) = world.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    assert group["retentionInDays"] == 14


def test_no_value_of_a_secret_is_in_the_state(world: EngineWorld, stack: EngineStack) -> None:
    """A key in the secret is in no export, not even with secrets shown, and not on the disk."""
    client = world.client("secretsmanager")
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"api_key": PLANTED}))
    assert stack.refresh().steps == ()
    assert stack.up().steps == ()
    text = json.dumps(stack.export())
    assert SECRET in text  # the control: it is the right state, and it is not empty
    assert PLANTED not in text + world.state_files(PROGRAM)
    assert PLANTED in client.get_secret_value(SecretId=SECRET)["SecretString"]


def test_another_name_is_a_replacement(world: EngineWorld, stack: EngineStack) -> None:
    """A bucket with objects gets another name: a new one comes, what names it follows in place, the old one goes last."""
    world.client("s3").put_object(Bucket=BUCKET, Key="generated/stripe/a.py", Body=b"1")
    world.client("s3").put_object(Bucket=BUCKET, Key="generated/stripe/a.py", Body=b"2")
    stack.set("agentic:bucket_suffix", "other")
    outcome = stack.up()
    settings = {"Bucket", "BucketPolicy", "BucketVersioning", "BucketPublicAccessBlock"}
    settings |= {"BucketServerSideEncryptionConfiguration", "BucketLifecycleConfiguration"}
    assert set(by_type(outcome, "replace")) == settings
    assert set(by_type(outcome, "update")) == {"RolePolicy", "Function"}
    order = [step.op for step in outcome.steps if step.type == "aws:s3/bucket:Bucket"]
    assert order == ["create-replacement", "replace", "delete-replaced"]
    new = BUCKET.replace("123456789012", "other")
    assert [bucket["Name"] for bucket in world.client("s3").list_buckets()["Buckets"]] == [new]
    assert "TlsOnly" in world.client("s3").get_bucket_policy(Bucket=new)["Policy"]
    assert stack.up().steps == ()


def test_destroy_leaves_nothing(world: EngineWorld, stack: EngineStack) -> None:
    there = world.there_is()
    assert len(there) == 13  # the control: there is something of every kind
    assert set(ops(stack.destroy())) == {"delete"}
    assert world.there_is() == {}
    assert not stack.export().get("resources")
