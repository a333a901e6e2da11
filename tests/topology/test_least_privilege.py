"""Every backend's stacks keep the least-privilege rules; for each rule, a stack that is spoilt against it fails by its name."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from record_stacks import record_stacks
from recorded import ROOT, order

from agentic.local import conditions
from agentic.local.permissions import trusts
from agentic.topology.least_privilege import LISTED, RULES, Fault, Finding, Listed, Plan, Planned, check
from agentic.topology.least_privilege.listed import SOURCES, UNNAMED_ACCOUNTS, UNNAMED_SOURCES
from agentic.topology.least_privilege.trust import FUNCTION

BACKENDS = sorted(
    path.stem for path in (ROOT / "agentic/topology/backends").glob("*.py") if path.stem in ("harness", "classic", "workflow")
)
KEY = "arn:aws-eusc:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"
STACKS = {
    "dev": {"http": "iam"},
    "prod": {"protect": "true", "delete_artifacts_after_days": "30", "kms_key": KEY},
    "open": {
        "isolated": "false",
        "model__generator": "arn:aws-eusc:bedrock:eu-central-1:111122223333:application-inference-profile/abc",
        "http": "jwt",
        "http_jwt_issuer": "https://issuer.example",
        "http_jwt_audience": "agentic",
    },
}
# What makes the third stack another one is the same for every backend but its agents' models.
KEYS = [(backend, stack) for backend in BACKENDS for stack in STACKS if stack != "open" or backend == "harness"]
Stacks = dict[tuple[str, str], list[Planned]]


@pytest.fixture(scope="module")
def stacks() -> Stacks:
    recorded = record_stacks([order(stack, backend=backend, **STACKS[stack]) for backend, stack in KEYS])
    return dict(zip(KEYS, recorded, strict=True))


@pytest.fixture
def spoilt(stacks: Stacks) -> list[Planned]:
    """A stack of one's own to spoil."""
    return [Planned(item.type, item.name, json.loads(json.dumps(item.inputs))) for item in stacks["harness", "prod"]]


@pytest.mark.parametrize(("backend", "stack"), KEYS)
def test_every_stack_keeps_every_rule(stacks: Stacks, backend: str, stack: str) -> None:
    assert [str(finding) for finding in check(stacks[backend, stack])] == []
    assert len(Plan(stacks[backend, stack]).statements) > 30, "the rules were shown hardly any statement"


@pytest.mark.parametrize(("backend", "stack"), KEYS)
def test_the_local_cloud_can_judge_every_operator_of_a_condition(stacks: Stacks, backend: str, stack: str) -> None:
    """One that it cannot judge would refuse locally what AWS allows."""
    operators = {operator for s in Plan(stacks[backend, stack]).statements for operator, _, _ in s.conditions}
    assert {"StringEquals", "ArnLikeIfExists", "Bool"} <= operators
    assert [operator for operator in operators if not conditions.knows(operator)] == []


def test_each_functions_role_trusts_lambda_for_that_function_alone(stacks: Stacks) -> None:
    resources = stacks["harness", "dev"]
    functions = [item for item in resources if item.type == FUNCTION]
    arn = "arn:aws-eusc:lambda:eu-central-1:{}:function:{}".format
    for function in functions:
        document = json.loads(one(resources, "Role", function.name).inputs["assumeRolePolicy"])
        for other in functions:
            own = other is function
            assert trusts(document, "lambda.amazonaws.com", arn("111122223333", other.inputs["name"])) is own
        assert not trusts(document, "lambda.amazonaws.com", arn("999999999999", function.inputs["name"]))
        assert not trusts(document, "bedrock.amazonaws.com", arn("111122223333", function.inputs["name"]))


def test_every_wide_grant_that_is_listed_is_granted_somewhere(stacks: Stacks) -> None:
    """An entry that outlives its statement would let the next one in unseen."""
    plans = [Plan(resources) for resources in stacks.values()]
    statements = [statement for plan in plans for statement in plan.statements if statement.allows]

    def used(entry: Listed) -> bool:
        return any(
            entry.covers(str(s.given.get("Sid", "")), s.actions, resource, {(o, k) for o, k, _ in s.conditions})
            for s in statements
            for resource in s.resources
        )

    assert [f"{entry.sid}: {entry.resource}" for entry in LISTED if not used(entry)] == []


def test_every_entry_of_the_list_has_a_reason_and_a_page_of_aws() -> None:
    sources = [entry.source for entry in LISTED] + [source for _, source in SOURCES]
    sources += [*UNNAMED_SOURCES.values(), *UNNAMED_ACCOUNTS.values()]
    assert [source for source in sources if not source.startswith("https://docs.aws.amazon.com/")] == []
    assert [entry.sid for entry in LISTED if len(entry.reason) < 10] == []


# Controls: each spoils one thing, and the rule that must find it is named.

Spoil = Callable[[list[Planned]], None]


def policy(resources: list[Planned], role: str = "generate-code") -> Planned:
    return next(item for item in resources if item.type == "aws:iam/rolePolicy:RolePolicy" and item.name == role)


def one(resources: list[Planned], kind: str, name: str = "") -> Planned:
    return next(
        item for item in resources if item.type.startswith("aws:") and item.type.endswith(f":{kind}") and name in item.name
    )


def written(resource: Planned, key: str = "policy", number: int = 0, **changed: Any) -> None:
    """Change elements of one statement; None takes one away."""
    document = json.loads(resource.inputs[key])
    statement = document["Statement"][number] | changed
    document["Statement"][number] = {name: value for name, value in statement.items() if value is not None}
    resource.inputs[key] = json.dumps(document)  # type: ignore[index]


def added(resource: Planned, **statement: Any) -> None:
    document = json.loads(resource.inputs["policy"])
    document["Statement"].append({"Sid": "Added", "Effect": "Allow", **statement})
    resource.inputs["policy"] = json.dumps(document)  # type: ignore[index]


def put(resource: Planned, **inputs: Any) -> None:
    resource.inputs.update(inputs)  # type: ignore[attr-defined]


def new(resources: list[Planned], kind: str, **inputs: Any) -> None:
    resources.append(Planned(f"aws:{kind}", "new", inputs))


BUCKET = "arn:aws-eusc:s3:::bucket/generated/x"
AGENT = "arn:aws-eusc:bedrock:eu-central-1:111122223333:agent/A"
HTTP_API = "arn:aws-eusc:execute-api:eu-central-1:111122223333:abc123"
LAMBDA = {"Service": "lambda.amazonaws.com"}


def trust(**changed: Any) -> Spoil:
    return lambda resources: written(one(resources, "Role", "execute-code"), "assumeRolePolicy", **changed)


def trust_of(
    account: str = "111122223333", operator: str = "ArnLike", source: str = "arn:aws:lambda:x:111122223333:function:f"
) -> Spoil:
    return trust(Condition={"StringEquals": {"aws:SourceAccount": account}, operator: {"aws:SourceArn": source}})


def grant(role: str = "generate-code", **statement: Any) -> Spoil:
    return lambda resources: added(policy(resources, role), **statement)


def resource_policy(**statement: Any) -> Spoil:
    return lambda resources: added(
        one(resources, "BucketPolicy"), **{"Action": "s3:GetObject", "Resource": BUCKET, **statement}
    )


def permission(**inputs: Any) -> Spoil:
    good = {
        "action": "lambda:InvokeFunction",
        "principal": "bedrock.amazonaws.com",
        "sourceArn": AGENT,
        "sourceAccount": "111122223333",
    }
    return lambda resources: new(resources, "lambda/permission:Permission", **{**good, **inputs})


def route(**inputs: Any) -> Spoil:
    good = {"apiId": "a", "routeKey": "GET /runs", "target": "integrations/b", "authorizationType": "AWS_IAM"}
    return lambda resources: new(resources, "apigatewayv2/route:Route", **{**good, **inputs})


def remove(kind: str) -> Spoil:
    def spoil(resources: list[Planned]) -> None:
        resources.remove(one(resources, kind))

    return spoil


def share(resources: list[Planned]) -> None:
    put(one(resources, "Function", "validate-code"), role=one(resources, "Function", "generate-code").inputs["role"])


SPOILS: list[tuple[str, Spoil]] = [
    ("wide_action", grant(Action="*", Resource=BUCKET)),
    ("wide_action", grant(Action=["s3:*"], Resource=BUCKET)),
    ("wide_action", grant(Action=["s3:Get*"], Resource=BUCKET)),
    ("wide_resource", grant(Action="s3:GetObject", Resource="*")),
    ("wide_resource", grant(Action="s3:GetObject", Resource=["arn:aws-eusc:s3:::bucket/*"])),
    ("wide_resource", grant(Sid="Traces", Action=["xray:PutTraceSegments", "xray:GetTraceSummaries"], Resource="*")),
    ("wide_resource", grant(Sid="Metrics", Action="cloudwatch:PutMetricData", Resource="*")),
    ("wide_resource", grant(Sid="OwnLogs", Action="logs:PutLogEvents", Resource="arn:aws:logs:r:1:log-group:*:*")),
    ("wide_resource", grant(Sid="StoreScripts", Action="s3:PutObject", Resource="arn:aws:s3:::*/generated/*")),
    ("wide_resource", grant(Sid="Model", Action="bedrock:InvokeModel", Resource="arn:aws:bedrock:*::foundation-model/*")),
    ("no_exclusions", grant(NotAction="iam:*", Resource=BUCKET)),
    ("no_exclusions", grant(Action="s3:GetObject", NotResource=BUCKET)),
    ("no_exclusions", resource_policy(Effect="Deny", NotPrincipal={"AWS": "arn:aws:iam::111122223333:role/r"})),
    ("no_passed_roles", grant(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/r")),
    ("no_passed_roles", grant(Action="IAM:Pass*", Resource="arn:aws:iam::111122223333:role/r")),
    ("no_passed_roles", grant(Action="*", Resource="arn:aws:iam::111122223333:role/r")),
    ("all_values_known", grant(Action="s3:GetObject", Resource=[None])),
    ("all_values_known", grant(Action="s3:GetObject")),
    ("all_values_known", grant(Action=[], Resource=BUCKET)),
    ("all_values_known", grant(Action="s3:GetObject", Resource="arn:aws:s3:::None/x")),
    ("all_values_known", grant(Action="s3:GetObject", Resource="<pulumi.output.Output object at 0x7f>")),
    (
        "all_values_known",
        grant(Action="s3:GetObject", Resource=BUCKET, Condition={"StringEquals": {"aws:SourceAccount": None}}),
    ),
    ("all_values_known", lambda resources: put(policy(resources), policy="04da6b54-80e4-46f7-96ec-b56ff0331ba9")),
    ("all_values_known", lambda resources: put(one(resources, "Role"), assumeRolePolicy=None)),
    ("own_statements_only", lambda r: put(one(r, "Role"), managedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])),
    ("own_statements_only", lambda r: new(r, "iam/rolePolicyAttachment:RolePolicyAttachment", role="r", policyArn="arn")),
    ("scoped_trust", trust(Principal={"AWS": "*"})),
    ("scoped_trust", trust(Principal="*")),
    ("scoped_trust", trust(Principal={"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})),
    ("scoped_trust", trust(Principal={**LAMBDA, "AWS": "arn:aws:iam::111122223333:role/r"})),
    ("scoped_trust", trust(Action=["sts:AssumeRole", "sts:TagSession"])),
    ("scoped_trust", trust(Condition=None)),
    ("scoped_trust", trust(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})),
    ("scoped_trust", trust(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:lambda:x:111122223333:function:f"}})),
    ("scoped_trust", trust_of(account="*")),
    ("scoped_trust", trust_of(account="999999999999")),
    ("scoped_trust", trust_of(operator="ArnNotLike")),
    ("scoped_trust", trust_of(source="*")),
    ("scoped_trust", trust_of(source="arn:aws:lambda:x:111122223333:function:*")),
    ("scoped_trust", trust_of(source="arn:aws:lambda:*:111122223333:function:f")),
    (
        "scoped_trust",
        lambda resources: written(
            one(resources, "Role", "generator-gateway"),
            "assumeRolePolicy",
            Condition={
                "StringEquals": {"aws:SourceAccount": "111122223333"},
                "ArnLikeIfExists": {"aws:SourceArn": "arn:aws:bedrock-agentcore:x:111122223333:gateway/*"},
            },
        ),
    ),
    ("one_role_each", share),
    ("one_role_each", lambda resources: put(one(resources, "Function"), role=None)),
    (
        "one_role_each",
        lambda r: put(one(r, "AgentcoreGateway"), roleArn=one(r, "Function", "generate-code").inputs["role"]),
    ),
    ("buckets_over_tls_only", remove("BucketPolicy")),
    ("buckets_over_tls_only", lambda resources: written(one(resources, "BucketPolicy"), Action="s3:GetObject")),
    ("buckets_over_tls_only", lambda resources: written(one(resources, "BucketPolicy"), Effect="Allow")),
    ("buckets_over_tls_only", lambda resources: written(one(resources, "BucketPolicy"), Condition=None)),
    ("buckets_over_tls_only", lambda resources: written(one(resources, "BucketPolicy"), Resource="arn:aws-eusc:s3:::other")),
    ("closed_policies", resource_policy(Principal="*")),
    ("closed_policies", resource_policy(Principal={"AWS": ["*"]})),
    ("closed_policies", resource_policy(Principal="*", Condition={"StringLike": {"aws:PrincipalArn": "*"}})),
    ("closed_policies", resource_policy(Principal={"Service": "logging.s3.amazonaws.com"})),
    ("closed_policies", lambda resources: written(one(resources, "VpcEndpoint"), Condition=None)),
    ("scoped_permissions", permission(principal="*")),
    ("scoped_permissions", permission(principal="111122223333")),
    ("scoped_permissions", permission(action="lambda:*")),
    ("scoped_permissions", permission(sourceArn=None)),
    ("scoped_permissions", permission(sourceArn="arn:aws:s3:::*")),
    ("scoped_permissions", permission(sourceAccount=None)),
    ("only_brokers_read_keys", grant(Action="secretsmanager:GetSecretValue", Resource="arn:aws:secretsmanager:x:1:secret:s")),
    ("only_brokers_read_keys", grant(Action="secretsmanager:*", Resource="arn:aws:secretsmanager:x:1:secret:s")),
    ("only_brokers_read_keys", grant("run-code-stripe", Action="SecretsManager:BatchGetSecretValue", Resource="arn:x")),
    ("only_brokers_read_keys", grant("generator-harness", Action="secretsmanager:GetSecretValue", Resource="arn:x")),
    (
        "only_brokers_read_keys",
        resource_policy(Action="secretsmanager:GetSecretValue", Principal={"AWS": "arn:aws:iam::111122223333:role/r"}),
    ),
    ("scoped_permissions", permission(principal="apigateway.amazonaws.com", sourceArn=f"{HTTP_API}*", sourceAccount=None)),
    ("guarded_routes", route(authorizationType="NONE")),
    ("guarded_routes", route(authorizationType=None)),
    ("guarded_routes", route(authorizationType="JWT")),
    ("guarded_routes", route(routeKey="$default")),
    ("guarded_routes", route(routeKey="ANY /runs")),
    ("guarded_routes", route(routeKey="GET /{path+}")),
    ("guarded_routes", route(routeKey="GET /static", authorizationType="NONE")),
]


@pytest.mark.parametrize(("rule", "spoil"), SPOILS, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(SPOILS)])
def test_control_a_stack_spoilt_against_a_rule_is_found_by_that_rule(spoilt: list[Planned], rule: str, spoil: Spoil) -> None:
    spoil(spoilt)
    assert rule in {finding.rule for finding in check(spoilt)}


def test_control_every_rule_has_a_stack_that_is_spoilt_against_it() -> None:
    assert {rule for rule, _ in SPOILS} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize(
    "right",
    [
        permission(),
        permission(sourceArn="arn:aws-eusc:bedrock:eu-central-1:111122223333:agent/*"),
        resource_policy(Principal={"AWS": "arn:aws:iam::111122223333:role/r"}),
        grant(Effect="Deny", Action="*", Resource="*"),
        permission(principal="apigateway.amazonaws.com", sourceArn=f"{HTTP_API}/*/*", sourceAccount=None),
        route(),
        route(authorizationType="JWT", authorizerId="c"),
        route(routeKey="GET /static/{path+}", authorizationType="NONE"),
    ],
)
def test_what_keeps_the_rules_is_not_found(spoilt: list[Planned], right: Spoil) -> None:
    right(spoilt)
    assert [str(finding) for finding in check(spoilt)] == []


def test_a_company_adds_a_rule_of_its_own(stacks: Stacks) -> None:
    def buckets_are_ours(plan: Plan) -> Iterator[Fault]:
        """Every bucket's name begins with the company's."""
        for bucket in plan.of("aws:s3/bucket:Bucket"):
            if not str(bucket.inputs["bucket"]).startswith("acme-"):
                yield Fault(bucket, "is not named after us", "set agentic:bucket_suffix")

    found = check(stacks["harness", "dev"], rules=(*RULES, buckets_are_ours))
    assert [str(finding) for finding in found] == [
        "buckets_are_ours: Bucket storage: is not named after us; set agentic:bucket_suffix"
    ]


def test_a_company_lists_a_wide_grant_of_its_own(spoilt: list[Planned]) -> None:
    added(policy(spoilt), Sid="Pictures", Action="s3:GetObject", Resource="arn:aws:s3:::pictures/public/*")
    (finding,) = check(spoilt)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.fault.statement) == ("wide_resource", "Pictures")
    ours = Listed(
        "Pictures", ("s3:GetObject",), "arn:{partition}:s3:::pictures/public/*", "anybody may see them", "https://acme.example"
    )
    assert check(spoilt, listed=(*LISTED, ours)) == ()


def test_resources_of_a_deployed_stack_are_checked_too(stacks: Stacks) -> None:
    """The shape of `pulumi stack export`, with a policy that Pulumi keeps as a secret."""
    sealed = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
    }
    exported = {
        "type": "aws:iam/rolePolicy:RolePolicy",
        "urn": "urn:pulumi:dev::p::aws:iam/rolePolicy:RolePolicy::mine",
        "inputs": {"policy": sealed},
    }
    found = check([Planned.from_state(exported)])
    assert {finding.rule for finding in found} >= {"wide_action", "wide_resource"}
    assert "RolePolicy mine" in str(found[0])
