"""The local evaluator says what a second, plain reading of IAM says, for any policy; and what an attacker would try with it."""

from typing import Any

import pytest
import reference_evaluator as reference
from hypothesis import given, settings, strategies as st

from agentic.core.errors import RefusedError
from agentic.local import conditions
from agentic.local.permissions import Decision, Permissions, trusts

ROLE = "arn:aws:iam::111122223333:role/tested"
OTHER = "arn:aws:iam::111122223333:role/other"
BUCKET = "arn:aws:s3:::bucket"

ACTIONS = st.sampled_from(["s3:GetObject", "S3:getobject", "s3:Get*", "s3:*", "*", "s3:Get?bject", "dynamodb:GetItem", "s3:"])
RESOURCES = st.sampled_from(
    [
        "*",
        f"{BUCKET}/*",
        f"{BUCKET}/a",
        f"{BUCKET}/?",
        "arn:aws:s3:*",
        f"{BUCKET}",
        "arn:*:s3:::bucket/a",
        f"{BUCKET}/A",
        "[a]*",
    ]
)
OPERATORS = st.sampled_from(
    [
        f"{quantifier}{name}{suffix}"
        for quantifier in ("", "ForAllValues:", "ForAnyValue:")
        for name in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnLike", "ArnEquals", "ArnNotLike")
        for suffix in ("", "IfExists")
    ]
    + ["Bool", "BoolIfExists", "Null", "NumericLessThan", "IpAddress", "stringequals"]
)
KEYS = st.sampled_from(["aws:SourceAccount", "AWS:sourcearn", "s3:prefix", "aws:SecureTransport", "aws:PrincipalOrgID"])
FACTS = ["true", "false", "1", "a", "arn:aws:x:r:1:h/a", "arn:aws:x:r:2:h/b"]
EXPECTED = st.lists(st.sampled_from([*FACTS, "*", "?", "arn:aws:x:*:1:h/*", "arn:aws:x:r:1:*", "arn:aws:*:h/a"]), min_size=1)
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, EXPECTED, min_size=1, max_size=2), max_size=2)


def _sane(found: dict[str, Any]) -> dict[str, Any]:
    """Null takes one of two values; an ARN pattern with another number of parts is not one that AWS describes."""
    for operator, tests in found.items():
        for key, expected in tests.items():
            if operator == "Null":
                tests[key] = ["true" if len(expected) % 2 else "false"]
            elif "Arn" in operator:
                tests[key] = [item for item in expected if item.count(":") >= 5] or ["arn:aws:x:r:1:h/?"]
    return found


STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
        "Action": st.lists(ACTIONS, min_size=1, max_size=2),
        "Resource": st.lists(RESOURCES, min_size=1, max_size=2),
    },
    optional={"Condition": CONDITIONS.map(_sane), "NotAction": st.just("iam:*")},
)
PRINCIPALS = st.sampled_from(["*", {"AWS": ROLE}, {"AWS": OTHER}])
CONTEXTS = st.dictionaries(
    st.sampled_from(["aws:SourceAccount", "aws:SourceArn", "s3:prefix", "aws:PrincipalOrgID"]), st.sampled_from(FACTS)
)


@settings(max_examples=400, deadline=None)
@given(
    identity=st.lists(STATEMENTS, max_size=3),
    bucket=st.lists(st.tuples(STATEMENTS, PRINCIPALS), max_size=2),
    action=st.sampled_from(["s3:GetObject", "s3:PutObject"]),
    resource=st.sampled_from([f"{BUCKET}/a", f"{BUCKET}/b/c", BUCKET]),
    context=CONTEXTS,
)
def test_any_policy_is_judged_as_the_plain_reading_judges_it(
    identity: list[Any], bucket: list[Any], action: str, resource: str, context: dict[str, str]
) -> None:
    policy = [{**statement, "Principal": principal} for statement, principal in bucket]
    permissions = Permissions()
    permissions.set_policy(ROLE, "p", {"Statement": identity})
    permissions.set_resource_policy(BUCKET, {"Statement": policy})
    expected = reference.allowed([*identity, *policy], ROLE, action, resource, context)
    assert _allows(permissions, action, resource, **context) is expected


@settings(max_examples=400, deadline=None)
@given(found=CONDITIONS.map(_sane), values=st.dictionaries(KEYS.map(str.lower), st.lists(st.sampled_from(FACTS)).map(tuple)))
def test_any_condition_on_keys_with_several_values_is_judged_as_the_plain_reading_judges_it(
    found: dict[str, Any], values: dict[str, tuple[str, ...]]
) -> None:
    expected = reference.conditions(found, values)
    judged = conditions.met(found, values)
    assert expected == ({True, False} if judged is None else {judged})


def test_control_the_plain_reading_tells_requests_apart() -> None:
    allow = {"Effect": "Allow", "Action": ["s3:Get*"], "Resource": [f"{BUCKET}/*"]}
    assert reference.allowed([allow], ROLE, "s3:GetObject", f"{BUCKET}/a", {})
    assert not reference.allowed([allow], ROLE, "s3:PutObject", f"{BUCKET}/a", {})
    assert not reference.allowed([allow, {**allow, "Effect": "Deny"}], ROLE, "s3:GetObject", f"{BUCKET}/a", {})


def test_text_that_looks_like_a_policy_variable_is_not_taken_for_one() -> None:
    """An attacker who may choose a key writes the pattern itself into it."""
    own = "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*"
    assert not _allows(_with(_allow(own)), "s3:GetObject", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/x")
    everything = _allow("*")
    assert not _allows(_with(everything, {**_allow(own), "Effect": "Deny"}), "s3:GetObject", f"{BUCKET}/any/x")
    assert _allows(_with(everything, {**_allow("arn:aws:s3:::other/*"), "Effect": "Deny"}), "s3:GetObject", f"{BUCKET}/any/x")


def test_a_variable_whose_value_the_request_has_is_that_value_and_no_pattern() -> None:
    permissions = _with(_allow("arn:aws:s3:::bucket/${aws:SourceAccount}/*"))
    assert _allows(permissions, "s3:GetObject", f"{BUCKET}/12/x", **{"aws:SourceAccount": "12"})
    assert not _allows(permissions, "s3:GetObject", f"{BUCKET}/12/x", **{"aws:SourceAccount": "*"})


def test_an_escaped_wildcard_is_that_character() -> None:
    permissions = _with(_allow("arn:aws:s3:::bucket/${*}"))
    assert _allows(permissions, "s3:GetObject", f"{BUCKET}/*")
    assert not _allows(permissions, "s3:GetObject", f"{BUCKET}/a")


def test_a_wildcard_in_a_source_arn_does_not_reach_into_the_next_part() -> None:
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:function:mine"}}
    other_account = "arn:aws:lambda:eu-central-1:999999999999:function:mine"
    assert conditions.met(condition, {"aws:sourcearn": other_account}) is not True
    assert (
        conditions.met({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:1:function:mine"}}, {"aws:sourcearn": other_account})
        is False
    )


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:root"},
        {"AWS": "111122223333"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/tested/session"},
        None,
    ],
)
def test_a_bucket_policy_for_more_or_less_than_the_role_denies_and_never_allows(principal: Any) -> None:
    """The account's root stands for everybody in it, and only lets identity policies decide."""
    statement = {"Action": "s3:*", "Resource": f"{BUCKET}/*", **({"Principal": principal} if principal else {})}
    permissions = Permissions()
    permissions.set_resource_policy(BUCKET, {"Statement": [{**statement, "Effect": "Allow"}]})
    assert not _allows(permissions, "s3:GetObject", f"{BUCKET}/a")
    permissions = _with(_allow("*"))
    permissions.set_resource_policy(BUCKET, {"Statement": [{**statement, "Effect": "Deny"}]})
    assert not _allows(permissions, "s3:GetObject", f"{BUCKET}/a")
    other = {**statement, "Effect": "Deny", "Principal": {"AWS": OTHER}}
    permissions.set_resource_policy(BUCKET, {"Statement": [other]})
    assert _allows(permissions, "s3:GetObject", f"{BUCKET}/a")


FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function:mine"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}, "ArnLikeIfExists": {"aws:SourceArn": FUNCTION}},
}


def test_a_role_is_taken_on_by_its_service_for_its_own_resource_in_its_own_account_only() -> None:
    def may(service: str = "lambda.amazonaws.com", source: str = FUNCTION, **changed: Any) -> bool:
        return trusts({"Statement": [{**TRUST, **changed}]}, service, source)

    assert may()
    assert not may(service="bedrock.amazonaws.com")
    assert not may(source=FUNCTION.replace("mine", "other"))
    assert not may(source=FUNCTION.replace("111122223333", "999999999999"))
    assert not may(Action="sts:TagSession")
    assert not may(Effect="Deny")
    assert not may(Principal={"AWS": "*"})
    assert not may(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})


def test_without_a_trust_nobody_takes_a_role_on() -> None:
    permissions = Permissions()
    with pytest.raises(RefusedError, match=r"lambda\.amazonaws\.com is not allowed to sts:AssumeRole on .*role/tested"):
        permissions.check_assume(ROLE, "lambda.amazonaws.com", FUNCTION)
    permissions.set_trust(ROLE, {"Statement": [TRUST]})
    permissions.check_assume(ROLE, "lambda.amazonaws.com", FUNCTION)
    permissions.remove_trust(ROLE)
    with pytest.raises(RefusedError):
        permissions.check_assume(ROLE, "lambda.amazonaws.com", FUNCTION)


def test_a_service_of_its_own_needs_the_resources_policy_and_for_its_source() -> None:
    agent = "arn:aws:bedrock:eu-central-1:111122223333:agent/AGENT"
    context = {"aws:SourceArn": agent, "aws:SourceAccount": "111122223333"}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": {"ArnLike": {"aws:SourceArn": agent}, "StringEquals": {"aws:SourceAccount": "111122223333"}},
    }
    permissions = Permissions()
    with pytest.raises(RefusedError):
        permissions.check_service("bedrock.amazonaws.com", "lambda:InvokeFunction", FUNCTION, context)
    permissions.set_resource_policy(FUNCTION, {"Statement": [statement]})
    permissions.check_service("bedrock.amazonaws.com", "lambda:InvokeFunction", FUNCTION, context)
    for wrong in ({**context, "aws:SourceArn": f"{agent}2"}, {**context, "aws:SourceAccount": "999999999999"}, {}):
        with pytest.raises(RefusedError):
            permissions.check_service("bedrock.amazonaws.com", "lambda:InvokeFunction", FUNCTION, wrong)
    with pytest.raises(RefusedError):
        permissions.check_service("events.amazonaws.com", "lambda:InvokeFunction", FUNCTION, context)


def test_a_watcher_is_told_each_decision_and_no_more_after_its_end() -> None:
    permissions, told = _with(_allow(f"{BUCKET}/*")), list[Decision]()
    with permissions.watched(told.append):
        _allows(permissions, "s3:GetObject", f"{BUCKET}/a")
        _allows(permissions, "s3:PutObject", f"{BUCKET}/a")
    _allows(permissions, "s3:GetObject", f"{BUCKET}/a")
    assert [(item.principal, item.action, item.resource, item.allowed) for item in told] == [
        (ROLE, "s3:GetObject", f"{BUCKET}/a", True),
        (ROLE, "s3:PutObject", f"{BUCKET}/a", False),
    ]


def _allow(resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:Get*", "Resource": resource}


def _with(*statements: dict[str, Any]) -> Permissions:
    permissions = Permissions()
    permissions.set_policy(ROLE, "p", {"Statement": list(statements)})
    return permissions


def _allows(permissions: Permissions, action: str, resource: str, **context: str) -> bool:
    try:
        permissions.check(ROLE, action, resource, context)
    except RefusedError:
        return False
    return True
