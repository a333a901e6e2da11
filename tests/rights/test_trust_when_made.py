"""What is made here with a role must be what the role's trust names: its service, its account, its resource."""

from typing import Any

import pytest

from agentic.core.errors import LocalCloudError
from agentic.local.program.place import Place
from agentic.local.program.table import Context

ROLE = "arn:aws:iam::123456789012:role/mine"
PLACE = Place("project", "dev", "eu-central-1", "123456789012")
FUNCTION = PLACE.arn("lambda", "function:mine")


def made_with(**changed: Any) -> Context:
    nothing: Any = None
    context = Context(PLACE, nothing, nothing, nothing, nothing, nothing)
    condition = {"StringEquals": {"aws:SourceAccount": PLACE.account_id}, "ArnLike": {"aws:SourceArn": FUNCTION}, **changed}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    context.made.trust[ROLE] = {"Version": "2012-10-17", "Statement": [statement]}
    return context


def test_a_role_serves_what_its_trust_names() -> None:
    made_with().check_role(ROLE, "lambda", "function:mine")


@pytest.mark.parametrize(
    ("context", "service", "resource"),
    [
        (made_with(), "lambda", "function:other"),
        (made_with(), "bedrock-agentcore", "function:mine"),
        (made_with(StringEquals={"aws:SourceAccount": "999999999999"}), "lambda", "function:mine"),
        (made_with(ArnLike={"aws:SourceArn": FUNCTION.replace("eu-central-1", "us-east-1")}), "lambda", "function:mine"),
    ],
)
def test_a_role_serves_nothing_else(context: Context, service: str, resource: str) -> None:
    with pytest.raises(LocalCloudError, match=r"cannot be assumed by .* for arn:aws:"):
        context.check_role(ROLE, service, resource)
