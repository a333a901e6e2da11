"""The checks of `agentic doctor --aws` against moto, for the services that it has: their own words for missing and there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from agentic.interfaces.aws_checks import CHECKS, look
from agentic.interfaces.checklist import BAD, GOOD, Item
from tests.interfaces.aws_answers import HEALTHY, Answers, around, target

# moto's own account.
ACCOUNT = "123456789012"
REAL = frozenset({"sts", "iam", "s3", "secretsmanager", "logs", "dynamodb", "kms", "ec2", "service-quotas"})
# What moto has of these services and the checks ask; for the rest the healthy account answers.
LACKING = {("iam", "SimulatePrincipalPolicy"), ("service-quotas", "ListServiceQuotas"), ("lambda", "GetFunction")}


@pytest.fixture
def cloud() -> Iterator[Answers]:
    """Clients of a moto account; whatever it lacks is answered as by the healthy one."""
    answers = {asked: answer for asked, answer in HEALTHY.items() if asked[0] not in REAL or asked in LACKING}
    with mock_aws():
        yield Answers(answers, real=REAL)


def found(tmp_path: Path, cloud: Answers, **settings: Any) -> dict[str, Item]:
    checks = {name: CHECKS[name] for name in ("names", "VPCs", "KMS key", "permissions")}
    return {item.name: item for item in look(target(tmp_path, **settings), around(tmp_path, cloud), checks)}


def test_empty_account_has_all_names_free(tmp_path: Path, cloud: Answers):
    items = found(tmp_path, cloud)
    for name in ("bucket name", "secret agentic-api-developer/stripe/test-key", "log groups", "table name", "VPCs"):
        assert items[name].state == GOOD, items[name]
    assert items["bucket name"].text.endswith(f"{ACCOUNT} is free")
    assert items["credentials"].text.endswith(f"account {ACCOUNT}")


def test_left_over_things_are_told_by_name(tmp_path: Path, cloud: Answers):
    cloud("s3").create_bucket(Bucket=f"agentic-api-developer-dev-code-storage-{ACCOUNT}")
    cloud("secretsmanager").create_secret(Name="agentic-api-developer/stripe/test-key", SecretString="{}")
    cloud("logs").create_log_group(logGroupName="/aws/lambda/agentic-api-developer-dev-run-code-stripe")
    # Those of other stacks are in nobody's way.
    for stack in ("development", "dev-two"):
        cloud("logs").create_log_group(logGroupName=f"/aws/lambda/agentic-api-developer-{stack}-run-code-stripe")
    cloud("dynamodb").create_table(
        TableName="agentic-api-developer-dev-runs",
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "run_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    items = found(tmp_path, cloud)
    for name in ("bucket name", "secret agentic-api-developer/stripe/test-key", "log groups", "table name"):
        assert items[name].state == BAD, items[name]
    assert items["log groups"].text.startswith("1 exist")


def test_secret_that_waits_for_its_deletion_is_told(tmp_path: Path, cloud: Answers):
    cloud("secretsmanager").create_secret(Name="agentic-api-developer/stripe/test-key", SecretString="{}")
    cloud("secretsmanager").delete_secret(SecretId="agentic-api-developer/stripe/test-key", RecoveryWindowInDays=30)
    item = found(tmp_path, cloud)["secret agentic-api-developer/stripe/test-key"]
    assert (item.state, "waiting for its deletion" in item.text) == (BAD, True), item


def test_account_full_of_vpcs_has_no_room(tmp_path: Path, cloud: Answers):
    for _ in range(4):  # Every account begins with one.
        vpc = cloud("ec2").create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    assert found(tmp_path, cloud)["VPCs"].state == BAD
    assert "VPCs" not in found(tmp_path, cloud, isolated=False)
    # One of another stack takes up room; only this stack's own is no fault.
    for owner, state in (("dev-two", BAD), ("dev", GOOD)):
        tag = {"Key": "Name", "Value": f"agentic-api-developer-{owner}-isolated"}
        cloud("ec2").create_tags(Resources=[vpc], Tags=[tag])
        assert found(tmp_path, cloud)["VPCs"].state == state


def test_key_of_the_settings_must_be_able_to_encrypt(tmp_path: Path, cloud: Answers):
    kms = cloud("kms")
    key = kms.create_key()["KeyMetadata"]
    assert found(tmp_path, cloud, kms_key=key["Arn"])["KMS key"].state == GOOD
    kms.disable_key(KeyId=key["KeyId"])
    assert "is Disabled" in found(tmp_path, cloud, kms_key=key["Arn"])["KMS key"].text
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert found(tmp_path, cloud, kms_key=signing["Arn"])["KMS key"].state == BAD
    gone = key["Arn"].rpartition("/")[0] + "/00000000-0000-0000-0000-000000000000"
    assert "is not there" in found(tmp_path, cloud, kms_key=gone)["KMS key"].text


def test_user_is_simulated_as_itself(tmp_path: Path, cloud: Answers):
    cloud("iam").create_user(UserName="alice", Path="/people/")
    key = cloud("iam").create_access_key(UserName="alice")["AccessKey"]
    cloud.sign_in(key["AccessKeyId"], key["SecretAccessKey"])
    items = found(tmp_path, cloud)
    assert f":user/people/alice, account {ACCOUNT}" in items["credentials"].text
    assert items["permissions"].state == GOOD
    asked = [given for _, operation, given in cloud.asked if operation == "SimulatePrincipalPolicy"]
    assert {given["PolicySourceArn"] for given in asked} == {f"arn:aws:iam::{ACCOUNT}:user/people/alice"}
