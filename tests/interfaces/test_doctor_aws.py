"""Each thing that `agentic doctor --aws` looks at: what it says when it is well, when it is not, and when it may not look."""

from pathlib import Path
from typing import Any

import pytest

from agentic.interfaces.aws_checks import CHECKS, look
from agentic.interfaces.checklist import BAD, GOOD, NOTE, Item
from tests.interfaces.aws_answers import (
    ACCOUNT,
    DENIED,
    HAIKU,
    HEALTHY,
    NOW,
    UNREACHABLE,
    Answers,
    Refused,
    allowed,
    around,
    quota,
    target,
)

US = f"us.{HAIKU}"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def found(tmp_path: Path, changes: dict[Any, Any] | None = None, without: str = "", **settings: Any) -> dict[str, Item]:
    """The items of a healthy account with these changes, by name."""
    checks = {name: check for name, check in CHECKS.items() if name != without}
    items = list(look(target(tmp_path, **settings), around(tmp_path, Answers({**HEALTHY, **(changes or {})})), checks))
    assert all(item.text and "\n" not in item.text for item in items)
    assert all(item.next for item in items if item.state == BAD), "a problem comes with what to do"
    return {item.name: item for item in items}


@pytest.mark.parametrize("backend", ["harness", "classic", "workflow"])
def test_healthy_account_has_no_problem_and_no_note(tmp_path: Path, backend: str):
    items = found(tmp_path, backend=backend)
    assert {item.name: item.state for item in items.values() if item.state != GOOD} == {}
    assert items["credentials"].text == f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session, account {ACCOUNT}"


def details(**changes: Any) -> dict[str, Any]:
    return {"modelDetails": {**HEALTHY["bedrock", "GetFoundationModel"]["modelDetails"], **changes}}


def availability(**changes: Any) -> dict[str, Any]:
    return {**HEALTHY["bedrock", "GetFoundationModelAvailability"], **changes}


def lambda_limit(concurrent: int) -> dict[str, Any]:
    return {"AccountLimit": {"ConcurrentExecutions": concurrent, "UnreservedConcurrentExecutions": concurrent}}


OLD = "anthropic.claude-3-haiku-20240307-v1:0"
ENDED = NOW.replace(year=2025)
LATER = NOW.replace(year=2100)
GROUP = {"logGroupName": "/aws/lambda/agentic-api-developer-dev-execute-code"}
TOKENS = "Cross-region model inference tokens per minute for Anthropic Claude Haiku 5.5"

# What is wrong in AWS; settings; the check that sees it; the item's name, its state and words of its text.
FAULTS = [
    ({("bedrock-agentcore-control", "ListHarnesses"): UNREACHABLE}, {}, "services", "AgentCore harness", BAD, "no endpoint"),
    (
        {("bedrock-agentcore-control", "ListHarnesses"): Refused("UnknownOperationException", "unknown", 404)},
        {},
        "services",
        "AgentCore harness",
        BAD,
        "not offered in us-east-1",
    ),
    ({("bedrock-agentcore-control", "ListGateways"): UNREACHABLE}, {}, "services", "AgentCore gateway", BAD, "no endpoint"),
    (
        {("stepfunctions", "ListStateMachines"): UNREACHABLE},
        {"backend": "workflow"},
        "services",
        "Step Functions",
        BAD,
        "no endpoint",
    ),
    (
        {("bedrock-agent", "ListAgents"): {"agentSummaries": []}},
        {"backend": "classic"},
        "services",
        "Bedrock Agents Classic",
        NOTE,
        "cannot be told",
    ),
    (
        {("bedrock-agent", "ListAgents"): Refused("AccessDeniedException", "Bedrock Agents is in Maintenance Mode.", 403)},
        {"backend": "classic"},
        "services",
        "Bedrock Agents Classic",
        BAD,
        "closed for this account",
    ),
    ({}, {"model__executor": OLD}, "models", f"model {OLD}", BAD, "end of life on 2026-09-10"),
    (
        {("bedrock", "GetInferenceProfile"): Refused("ResourceNotFoundException", "none", 404)},
        {},
        "models",
        f"model {US}",
        BAD,
        "not offered in us-east-1",
    ),
    (
        {("bedrock", "GetFoundationModel"): details(modelLifecycle={"status": "LEGACY", "endOfLifeTime": ENDED})},
        {},
        "models",
        f"model {US}",
        BAD,
        "end of life on 2025-11-22",
    ),
    (
        {("bedrock", "GetFoundationModel"): details(modelLifecycle={"status": "LEGACY", "endOfLifeTime": LATER})},
        {},
        "models",
        f"model {US}",
        NOTE,
        "legacy: it works until 2100-11-22",
    ),
    ({}, {"model__generator": HAIKU}, "models", f"model {HAIKU}", BAD, "through an inference profile only"),
    (
        {("bedrock", "GetFoundationModelAvailability"): availability(agreementAvailability={"status": "NOT_AVAILABLE"})},
        {},
        "models",
        f"access to {HAIKU}",
        BAD,
        "no agreement",
    ),
    (
        {("bedrock", "GetFoundationModelAvailability"): availability(agreementAvailability={"status": "PENDING"})},
        {},
        "models",
        f"access to {HAIKU}",
        NOTE,
        "is being made",
    ),
    (
        {("bedrock", "GetFoundationModelAvailability"): availability(authorizationStatus="NOT_AUTHORIZED")},
        {},
        "models",
        f"access to {HAIKU}",
        BAD,
        "not authorized",
    ),
    (
        {("bedrock", "GetFoundationModelAvailability"): availability(regionAvailability="NOT_AVAILABLE")},
        {},
        "models",
        f"access to {HAIKU}",
        BAD,
        "not available in us-east-1",
    ),
    (
        {
            ("bedrock", "GetFoundationModelAvailability"): availability(agreementAvailability={"status": "NOT_AVAILABLE"}),
            ("bedrock", "GetUseCaseForModelAccess"): Refused("ResourceNotFoundException", "none", 404),
        },
        {},
        "models",
        "Anthropic's form",
        BAD,
        "no use case was submitted",
    ),
    (
        {("bedrock", "GetUseCaseForModelAccess"): Refused("ResourceNotFoundException", "none", 404)},
        {},
        "models",
        "Anthropic's form",
        NOTE,
        "no use case was submitted",
    ),
    (
        {("lambda", "GetAccountSettings"): lambda_limit(10)},
        {},
        "Lambda concurrency",
        "Lambda concurrency",
        NOTE,
        "10 at once, which is about 2 runs",
    ),
    (
        {("lambda", "GetAccountSettings"): lambda_limit(4)},
        {},
        "Lambda concurrency",
        "Lambda concurrency",
        BAD,
        "one run needs 5",
    ),
    (
        {("lambda", "GetAccountSettings"): lambda_limit(110)},
        {"reserved_concurrency": 2},
        "Lambda concurrency",
        "Lambda concurrency",
        BAD,
        "9 functions reserve 2 each",
    ),
    (
        {("ec2", "DescribeVpcs"): {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(5)]}},
        {},
        "VPCs",
        "VPCs",
        BAD,
        "no room for the isolated network",
    ),
    (
        {("service-quotas", "ListServiceQuotas"): {"Quotas": [quota(TOKENS, 0), quota("Gateways per account", 9)]}},
        {},
        "model quotas",
        f"quota of {US}",
        BAD,
        "Claude Haiku 5.5: 0",
    ),
    (
        {("service-quotas", "ListServiceQuotas"): {"Quotas": [quota(TOKENS, 9), quota("Gateways per account", 2)]}},
        {},
        "AgentCore quotas",
        "AgentCore quotas",
        BAD,
        "a stack needs 3",
    ),
    (
        {("ec2", "DescribeVpcEndpointServices"): {"ServiceDetails": []}},
        {},
        "isolated network",
        "Lambda endpoint",
        BAD,
        "no interface endpoint",
    ),
    (
        {("route53resolver", "ListFirewallRuleGroups"): UNREACHABLE},
        {},
        "isolated network",
        "DNS firewall",
        BAD,
        "no endpoint answers",
    ),
    ({}, {"isolated": False}, "isolated network", "isolated network", NOTE, "hostile code can send"),
    (
        {("s3", "HeadBucket"): Refused("403", "Forbidden", 403)},
        {},
        "names",
        "bucket name",
        BAD,
        f"agentic-api-developer-dev-code-storage-{ACCOUNT} exists and is not yours",
    ),
    (
        {("secretsmanager", "DescribeSecret"): {"Name": "s", "DeletedDate": NOW}},
        {},
        "names",
        "secret agentic-api-developer/stripe/test-key",
        BAD,
        "waiting for its deletion",
    ),
    ({("logs", "DescribeLogGroups"): {"logGroups": [GROUP]}}, {}, "names", "log groups", BAD, GROUP["logGroupName"]),
    ({("dynamodb", "DescribeTable"): {"Table": {}}}, {}, "names", "table name", BAD, "agentic-api-developer-dev-runs exists"),
    (
        {("kms", "DescribeKey"): {"KeyMetadata": {"KeyId": "k", "KeyState": "PendingDeletion"}}},
        {"kms_key": KEY},
        "KMS key",
        "KMS key",
        BAD,
        "is PendingDeletion",
    ),
    ({}, {"kms_key": KEY.replace("us-east-1", "eu-west-1")}, "KMS key", "KMS key", BAD, "is not in us-east-1"),
    (
        {("iam", "SimulatePrincipalPolicy"): allowed("lambda:CreateFunction", decision="implicitDeny")},
        {},
        "permissions",
        "permissions of lambda",
        BAD,
        "refuses lambda:CreateFunction",
    ),
    (
        {
            ("iam", "SimulatePrincipalPolicy"): allowed(
                "lambda:CreateFunction", decision="implicitDeny", MissingContextValues=["aws:RequestTag/team"]
            )
        },
        {},
        "permissions",
        "permissions of lambda",
        NOTE,
        "depends on conditions",
    ),
]


@pytest.mark.parametrize(("changes", "settings", "check", "name", "state", "words"), FAULTS)
def test_fault_is_told_by_its_check_and_by_no_other(
    tmp_path: Path, changes: dict[Any, Any], settings: dict[str, Any], check: str, name: str, state: str, words: str
):
    item = found(tmp_path, changes, **settings)[name]
    assert (item.state, words in item.text) == (state, True), item
    # The control: with its check taken away nothing tells of it, and the account looks well.
    rest = found(tmp_path, changes, without=check, **settings)
    assert name not in rest
    assert [item for item in rest.values() if item.state == BAD] == []


def operations() -> list[tuple[str, str]]:
    return [asked for asked in HEALTHY if asked[0] != "sts"]


@pytest.mark.parametrize("operation", operations(), ids=" ".join)
def test_who_may_not_look_is_told_so_and_nothing_is_called_well_or_wrong(tmp_path: Path, operation: tuple[str, str]):
    backend = {"bedrock-agent": "classic", "stepfunctions": "workflow"}.get(operation[0], "harness")
    items = found(tmp_path, {operation: DENIED}, backend=backend).values()
    told = [item for item in items if item.state != GOOD]
    if operation == ("service-quotas", "GetServiceQuota"):  # AWS's default takes its place, and the line says so.
        assert told == []
        assert any("the quota itself could not be read" in item.text for item in items)
    elif operation == ("s3", "HeadBucket"):  # S3 gives the owner who may not look the same answer as a stranger.
        assert [item.name for item in told] == ["bucket name"]
        assert "or you may not look" in told[0].text
    else:
        assert {item.state for item in told} == {NOTE}, told
        assert all("not allowed to" in item.text for item in told)


def test_no_answer_of_the_network_is_a_note_where_it_says_nothing_about_the_account(tmp_path: Path):
    item = found(tmp_path, {("lambda", "GetAccountSettings"): UNREACHABLE})["Lambda concurrency"]
    assert item.state == NOTE
    assert "could not look" in item.text


def test_deployed_stack_has_its_own_names(tmp_path: Path):
    there: dict[Any, Any] = {
        ("lambda", "GetFunction"): {"Configuration": {}},
        ("s3", "HeadBucket"): {},
        ("secretsmanager", "DescribeSecret"): {"Name": "s"},
        ("logs", "DescribeLogGroups"): {"logGroups": [GROUP]},
        ("dynamodb", "DescribeTable"): {"Table": {}},
    }
    items = found(tmp_path, there)
    assert items["stack"].text.startswith("dev is deployed")
    assert [item for item in items.values() if item.state != GOOD] == []
    # The control: the same names without the stack's function are in the way.
    left = found(tmp_path, {**there, ("lambda", "GetFunction"): HEALTHY["lambda", "GetFunction"]})
    assert {item.name for item in left.values() if item.state == BAD} == {
        "bucket name",
        "secret agentic-api-developer/stripe/test-key",
        "log groups",
        "table name",
    }


def test_simulator_is_asked_about_the_role_with_its_path_and_the_stacks_own_names(tmp_path: Path):
    clients = Answers(HEALTHY)
    list(look(target(tmp_path), around(tmp_path, clients)))
    asked = [given for _, operation, given in clients.asked if operation == "SimulatePrincipalPolicy"]
    assert {given["PolicySourceArn"] for given in asked} == {f"arn:aws:iam::{ACCOUNT}:role/ci/deployer"}
    arns = {arn for given in asked for arn in given["ResourceArns"]}
    assert f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:agentic-api-developer-dev-execute-code" in arns
    actions = {action for given in asked for action in given["ActionNames"]}
    assert {"iam:PassRole", "bedrock-agentcore:CreateHarness", "ec2:CreateVpcEndpoint"} <= actions
    assert not {action for action in actions if action.startswith(("states:", "kms:"))}


def test_nothing_that_is_asked_changes_anything(tmp_path: Path):
    reads = ("Get", "List", "Describe", "Head", "Simulate")
    for backend in ("harness", "classic", "workflow"):
        clients = Answers({**HEALTHY, ("kms", "DescribeKey"): {"KeyMetadata": {"KeyId": "k"}}})
        list(look(target(tmp_path, backend=backend, kms_key=KEY), around(tmp_path, clients)))
        assert len(clients.asked) > 12
        assert [operation for _, operation, _ in clients.asked if not operation.startswith(reads)] == []
