"""The rules of the table's types: replace, update or refuse, and what counts as a change at all."""

import json
from dataclasses import replace
from typing import Any

import pytest

from agentic.core.errors import LocalCloudError
from agentic.local.program.resources import all_types
from agentic.local.provider.changes import Change, change, same

TABLE = all_types()
ROLE, FUNCTION, GROUP = "aws:iam/role:Role", "aws:lambda/function:Function", "aws:cloudwatch/logGroup:LogGroup"


def changed(token: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    return change(TABLE.type_of(token), old, new)


@pytest.mark.parametrize(
    ("token", "old", "new", "expected"),
    [
        (ROLE, {"name": "a"}, {"name": "a"}, Change((), (), delete_first=False)),
        (ROLE, {"name": "a"}, {"name": "b"}, Change(("name",), ("name",), delete_first=False)),
        # The physical name stays, so old and new cannot exist together.
        (ROLE, {"name": "a"}, {"name": "a", "path": "/x/"}, Change(("path",), ("path",), delete_first=True)),
        (ROLE, {"name": "a"}, {"name": "a", "description": "d"}, Change(("description",), (), delete_first=False)),
        (
            FUNCTION,
            {"name": "a", "timeout": 3},
            {"name": "b", "timeout": 4},
            Change(("name", "timeout"), ("name",), delete_first=False),
        ),
    ],
)
def test_what_a_change_means(token: str, old: dict[str, Any], new: dict[str, Any], expected: Change) -> None:
    assert changed(token, old, new) == expected


def test_a_change_without_a_rule_names_the_input() -> None:
    """A type of which somebody forgot to say it; the types of the table have no such input (the next test)."""
    group = TABLE.type_of(GROUP)
    assert group.lifecycle is not None
    forgetful = replace(group, lifecycle=replace(group.lifecycle, updates=("retentionInDays",)))
    with pytest.raises(LocalCloudError, match="a change of kmsKeyId has no rule in the local cloud"):
        change(forgetful, {"name": "g"}, {"name": "g", "kmsKeyId": "k", "retentionInDays": 7})


def test_every_input_has_a_rule() -> None:
    """Rules name inputs that exist, each in one place, and no input is without one."""
    for token in TABLE.tokens:
        kind = TABLE.type_of(token)
        assert kind.lifecycle is not None
        inputs = {*kind.inputs.required, *kind.inputs.optional}
        ruled = [*kind.lifecycle.identity, *kind.lifecycle.replaces, *kind.lifecycle.updates]
        assert len(ruled) == len(set(ruled)), token
        assert set(ruled) == inputs, token
        assert bool(kind.lifecycle.updates) == (kind.lifecycle.update is not None), token


DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (json.dumps(DOCUMENT), json.dumps(DOCUMENT, indent=2), True),
        (json.dumps(DOCUMENT), json.dumps({**DOCUMENT, "Version": "2008-10-17"}), False),
        ("{not json", "{nor this", False),
        ({"archive": "/a.zip", "hash": "1"}, {"archive": "", "hash": "1"}, True),
        ({"archive": "/a.zip", "hash": "1"}, {"archive": "/a.zip", "hash": "2"}, False),
        ([{"a": json.dumps(DOCUMENT)}], [{"a": json.dumps(DOCUMENT, indent=1)}], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (None, False, False),
    ],
)
def test_what_is_one_to_aws(old: Any, new: Any, expected: bool) -> None:
    assert same(old, new) is expected
