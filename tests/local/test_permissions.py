"""Roles may do what their policies allow, and nothing else: the evaluator alone, then over boto3 with a control for each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from endpoint_world import ACCOUNT, HARNESS, ROLE, SESSION, World, make_table, running

from agentic.core.errors import RefusedError
from agentic.local.identities import OPERATOR
from agentic.local.permissions import Permissions

OBJECT = "arn:aws:s3:::bucket/generated/stripe/x.py"


def _allows(*statements: dict[str, Any], action: str = "s3:GetObject", on: str = OBJECT, **context: str) -> bool:
    permissions = Permissions()
    permissions.set_policy(ROLE, "p", {"Version": "2012-10-17", "Statement": list(statements)})
    try:
        permissions.check(ROLE, action, on, {name.replace("__", ":"): value for name, value in context.items()})
    except RefusedError:
        return False
    return True


def _statement(effect: str = "Allow", action: Any = "s3:GetObject", resource: Any = OBJECT, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    "action", ["s3:GetObject", "S3:getobject", "s3:*", "s3:Get?bject", "*", ["s3:PutObject", "s3:GetObject"]]
)
def test_actions_match_with_wildcards_and_any_case(action: Any) -> None:
    assert _allows(_statement(action=action))


@pytest.mark.parametrize("action", ["s3:GetObjectVersion", "s3:Get", "s3:PutObject", "dynamodb:*", [], "", "s3.GetObject"])
def test_other_actions_do_not_match(action: Any) -> None:
    assert not _allows(_statement(action=action))


@pytest.mark.parametrize("resource", [OBJECT, "arn:aws:s3:::bucket/generated/*", "arn:aws:s3:::bucket/*.py", "*"])
def test_resources_match_with_wildcards(resource: str) -> None:
    assert _allows(_statement(resource=resource))


@pytest.mark.parametrize(
    "resource", ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/GENERATED/*", "arn:aws:s3:::bucket/generated/stripe/x.p", "[a-z]*"]
)
def test_other_resources_do_not_match(resource: str) -> None:
    assert not _allows(_statement(resource=resource))


def test_nothing_is_allowed_without_a_statement() -> None:
    with pytest.raises(RefusedError, match=r"role/tested is not allowed to s3:GetObject on arn:aws:s3:::bucket"):
        Permissions().check(ROLE, "s3:GetObject", OBJECT)


def test_the_operator_may_do_everything() -> None:
    Permissions().check(OPERATOR, "s3:GetObject", OBJECT)


def test_an_explicit_deny_wins_in_any_order() -> None:
    allow, deny = _statement(), _statement("Deny", "s3:*", "*")
    assert not _allows(allow, deny)
    assert not _allows(deny, allow)


@pytest.mark.parametrize(
    ("condition", "context", "met"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws__SourceAccount": "1"}, True),
        ({"StringEquals": {"aws:SourceAccount": ["1", "2"]}}, {"aws__SourceAccount": "2"}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws__SourceAccount": "3"}, False),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, False),
        ({"StringLike": {"s3:prefix": "generated/*"}}, {"s3__prefix": "generated/stripe"}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:x:*:harness/*"}}, {"aws__SourceArn": "arn:aws:x:1:harness/a"}, True),
        ({"ArnEquals": {"lambda:SourceFunctionArn": "arn:f"}}, {"lambda__SourceFunctionArn": "arn:g"}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, {}, True),
        ({"Bool": {"aws:SecureTransport": True}}, {}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, False),
        ({"StringEquals": {"cloudwatch:namespace": "bedrock-agentcore"}}, {"cloudwatch__namespace": "bedrock-agentcore"}, True),
        (
            {"StringEquals": {"aws:SourceAccount": "1"}, "ArnLike": {"aws:SourceArn": "a*"}},
            {"aws__SourceAccount": "1", "aws__SourceArn": "b"},
            False,
        ),
    ],
)
def test_conditions_decide_allow_and_deny_alike(condition: dict[str, Any], context: dict[str, str], met: bool) -> None:
    assert _allows(_statement(Condition=condition), **context) is met
    assert _allows(_statement(), _statement("Deny", Condition=condition), **context) is not met


@pytest.mark.parametrize(
    "condition", [{"NumericLessThan": {"aws:SourceAccount": "1"}}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}]
)
def test_an_unknown_operator_or_key_never_allows_and_always_denies(condition: dict[str, Any]) -> None:
    assert not _allows(_statement(Condition=condition), aws__SourceAccount="1")
    assert not _allows(_statement(), _statement("Deny", Condition=condition), aws__SourceAccount="1")


def test_an_element_we_do_not_know_never_allows_and_always_denies() -> None:
    assert not _allows({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    assert not _allows(_statement(), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"})


def test_a_bucket_policys_deny_for_plain_http_does_not_refuse_local_calls() -> None:
    permissions = Permissions()
    permissions.set_policy(ROLE, "p", {"Statement": [_statement()]})
    deny = _statement(
        "Deny", "s3:*", "arn:aws:s3:::bucket/*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}
    )
    permissions.set_resource_policy("arn:aws:s3:::bucket", {"Statement": [deny]})
    permissions.check(ROLE, "s3:GetObject", OBJECT)
    permissions.set_resource_policy("arn:aws:s3:::bucket", {"Statement": [{**deny, "Condition": {}}]})
    with pytest.raises(RefusedError):
        permissions.check(ROLE, "s3:GetObject", OBJECT)


def test_a_removed_policy_is_gone() -> None:
    permissions = Permissions()
    permissions.set_policy(ROLE, "p", {"Statement": _statement()})
    permissions.check(ROLE, "s3:GetObject", OBJECT)
    permissions.remove(ROLE, "p")
    with pytest.raises(RefusedError):
        permissions.check(ROLE, "s3:GetObject", OBJECT)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("state") / "agentic") as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="generated/x", Body=b"x")
        make_table(world.operator("dynamodb"))
        world.operator("secretsmanager").create_secret(Name="stripe/key", SecretString="{}")
        world.operator("logs").create_log_group(logGroupName="/aws/lambda/f")
        yield world


KEY = {"run_id": {"S": "r"}, "item": {"S": "run"}}
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/runs"
HELLO = [{"role": "user", "content": [{"text": "hi"}]}]
CALLS: dict[str, tuple[str, Callable[[Any], Any], list[str], str]] = {
    "get object": (
        "s3",
        lambda c: c.get_object(Bucket="bucket", Key="generated/x"),
        ["s3:GetObject"],
        "arn:aws:s3:::bucket/gen*",
    ),
    "head object": (
        "s3",
        lambda c: c.head_object(Bucket="bucket", Key="generated/x"),
        ["s3:GetObject"],
        "arn:aws:s3:::bucket/*",
    ),
    "put object": (
        "s3",
        lambda c: c.put_object(Bucket="bucket", Key="generated/y", Body=b""),
        ["s3:PutObject"],
        "arn:aws:s3:::bucket/generated/*",
    ),
    "delete object": (
        "s3",
        lambda c: c.delete_object(Bucket="bucket", Key="generated/y"),
        ["s3:DeleteObject"],
        "arn:aws:s3:::bucket/*",
    ),
    "list bucket": ("s3", lambda c: c.list_objects_v2(Bucket="bucket"), ["s3:ListBucket"], "arn:aws:s3:::bucket"),
    "get item": ("dynamodb", lambda c: c.get_item(TableName="runs", Key=KEY), ["dynamodb:GetItem"], TABLE),
    "put item": ("dynamodb", lambda c: c.put_item(TableName="runs", Item=KEY), ["dynamodb:PutItem"], TABLE),
    "query index": (
        "dynamodb",
        lambda c: c.query(
            TableName="runs",
            IndexName="recent",
            KeyConditionExpression="kind = :k",
            ExpressionAttributeValues={":k": {"S": "run"}},
        ),
        ["dynamodb:Query"],
        f"{TABLE}/index/recent",
    ),
    "transaction": (
        "dynamodb",
        lambda c: c.transact_write_items(TransactItems=[{"Put": {"TableName": "runs", "Item": KEY}}]),
        ["dynamodb:PutItem"],
        TABLE,
    ),
    "secret by name": (
        "secretsmanager",
        lambda c: c.get_secret_value(SecretId="stripe/key"),
        ["secretsmanager:GetSecretValue"],
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:stripe/key-??????",
    ),
    "invoke function": (
        "lambda",
        lambda c: c.invoke(FunctionName="f", Payload=b"{}"),
        ["lambda:InvokeFunction"],
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
    ),
    "invoke harness": (
        "bedrock-agentcore",
        lambda c: list(
            c.invoke_harness(
                harnessArn=HARNESS,
                runtimeSessionId=SESSION,
                messages=[{"role": "user", "content": [{"text": "hello"}]}],
            )["stream"]
        ),
        ["bedrock-agentcore:InvokeHarness", "bedrock-agentcore:InvokeAgentRuntime"],
        HARNESS,
    ),
    "converse": (
        "bedrock-runtime",
        lambda c: c.converse(modelId="anthropic.claude-haiku-5-5", messages=HELLO),
        ["bedrock:InvokeModel"],
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-5-5",
    ),
    "create log stream": (
        "logs",
        lambda c: c.create_log_stream(logGroupName="/aws/lambda/f", logStreamName="s"),
        ["logs:CreateLogStream"],
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/f:*",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_role_is_denied_and_with_the_policy_allowed(world: World, name: str) -> None:
    """Denied without, with each action alone missing, and on another resource; allowed with exactly what is needed."""
    service, call, actions, resource = CALLS[name]
    client = world.role(service)
    world.permissions.remove(ROLE, "policy")
    _denied(client, call, service)
    for missing in actions:
        world.allow(*[action for action in actions if action != missing], "iam:Nothing", on=resource)
        _denied(client, call, service)
    world.allow(*actions, on=f"{resource}-other")
    _denied(client, call, service)
    world.allow(*actions, on=resource)
    call(client)


def _denied(client: Any, call: Callable[[Any], Any], service: str) -> None:
    with pytest.raises(ClientError) as raised:
        call(client)
    response = raised.value.response
    expected = {"AccessDenied", "403"} if service == "s3" else {"AccessDeniedException"}
    assert response["Error"]["Code"] in expected
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("iam", lambda c: c.list_roles()),
        ("sqs", lambda c: c.list_queues()),
        ("sns", lambda c: c.list_topics()),
        ("sns", lambda c: c.publish(PhoneNumber="+15550100", Message="x")),
        ("s3", lambda c: c.get_object_acl(Bucket="bucket", Key="generated/x")),
        ("s3", lambda c: c.put_bucket_policy(Bucket="bucket", Policy="{}")),
        ("dynamodb", lambda c: c.execute_statement(Statement="SELECT * FROM runs")),
        ("secretsmanager", lambda c: c.get_random_password()),
    ],
)
def test_what_is_not_derivable_is_refused_for_roles_even_with_everything_allowed(
    world: World, service: str, call: Callable[[Any], Any]
) -> None:
    world.allow("*", on="*")
    with pytest.raises(ClientError) as raised:
        call(world.role(service))
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_model_behind_a_profile_needs_the_right_to_both_and_can_be_bound_to_that_profile(world: World) -> None:
    client = world.role("bedrock-runtime")
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.anthropic.claude-haiku-5-5"
    model = "arn:aws:bedrock:*::foundation-model/anthropic.claude-haiku-5-5"
    through = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}

    def converse(model_id: str = "us.anthropic.claude-haiku-5-5") -> None:
        client.converse(modelId=model_id, messages=HELLO)

    for alone in (profile, model):
        world.allow("bedrock:InvokeModel", on=alone)
        _denied(client, lambda _: converse(), "bedrock-runtime")
    world.allow("bedrock:InvokeModel", on=model, Condition=through)
    world.allow("bedrock:InvokeModel", on=profile, name="profile")
    converse()
    converse(profile)
    _denied(client, lambda _: converse("anthropic.claude-haiku-5-5"), "bedrock-runtime")
    world.permissions.remove(ROLE, "profile")


@pytest.mark.parametrize(
    ("more", "action"),
    [
        ({"ACL": "public-read"}, "s3:PutObjectAcl"),
        ({"GrantRead": "uri=http://acs.amazonaws.com/groups/global/AllUsers"}, "s3:PutObjectAcl"),
        ({"Tagging": "a=b"}, "s3:PutObjectTagging"),
        ({"ObjectLockLegalHoldStatus": "ON"}, "s3:PutObjectLegalHold"),
    ],
)
def test_what_a_header_of_a_put_asks_for_needs_its_own_right(world: World, more: dict[str, str], action: str) -> None:
    client = world.role("s3")
    world.allow("s3:PutObject", on="arn:aws:s3:::bucket/*")
    client.put_object(Bucket="bucket", Key="generated/plain", Body=b"")
    with pytest.raises(ClientError, match=action):
        client.put_object(Bucket="bucket", Key="generated/more", Body=b"", **more)


def test_copying_needs_the_right_to_read_the_source(world: World) -> None:
    client = world.role("s3")
    copy = {"Bucket": "bucket", "Key": "copies/x", "CopySource": {"Bucket": "bucket", "Key": "generated/x"}}
    world.allow("s3:PutObject", on="arn:aws:s3:::bucket/copies/*")
    with pytest.raises(ClientError):
        client.copy_object(**copy)
    world.allow("s3:GetObject", on="arn:aws:s3:::bucket/generated/*", name="read")
    client.copy_object(**copy)


def test_a_deny_by_source_function_hits_only_that_functions_code(world: World) -> None:
    """How the topology keeps log rights from generated code: Lambda itself has them, the code in the function does not."""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:run-code"
    allow = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    deny = {
        "Effect": "Deny",
        "Action": "logs:*",
        "Resource": "*",
        "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": arn}},
    }
    world.permissions.set_policy(ROLE, "policy", {"Statement": [allow, deny]})
    inside = world.endpoint._clients.client("logs", world.identities.issue(ROLE, source_function=arn))
    outside = world.endpoint._clients.client("logs", world.identities.issue(ROLE))
    with pytest.raises(ClientError) as raised:
        inside.create_log_stream(logGroupName="/aws/lambda/f", logStreamName="inside")
    assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
    outside.create_log_stream(logGroupName="/aws/lambda/f", logStreamName="outside")


def test_bucket_policies_are_kept_and_evaluated_here(world: World) -> None:
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="guarded")
    policy = (
        '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::guarded",'
        ' "arn:aws:s3:::guarded/*"], "Condition": {"Bool": {"aws:SecureTransport": "%s"}}}]}'
    )
    s3.put_bucket_policy(Bucket="guarded", Policy=policy % "false")
    world.allow("s3:PutObject", on="arn:aws:s3:::guarded/*")
    world.role("s3").put_object(Bucket="guarded", Key="k", Body=b"x")
    s3.put_bucket_policy(Bucket="guarded", Policy=policy % "true")
    with pytest.raises(ClientError):
        world.role("s3").put_object(Bucket="guarded", Key="k", Body=b"x")
    assert "SecureTransport" in s3.get_bucket_policy(Bucket="guarded")["Policy"]
    s3.delete_bucket_policy(Bucket="guarded")
    with pytest.raises(ClientError):
        s3.get_bucket_policy(Bucket="guarded")
