"""The quick UpdateItem does exactly what moto's does, or leaves the request to moto.

One endpoint answers; the same requests go to moto's own handler on a second table, and both must agree.
"""

import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from endpoint_world import World, make_table, running

from agentic.local.endpoint.update_expression import compiled

KEY = {"run_id": {"S": "r"}, "item": {"S": "run"}}
ITEM = {
    **KEY,
    "status": {"S": "executing"},
    "kind": {"S": "run"},
    "created_at": {"S": "2026"},
    "calls_made": {"N": "3"},
    "call_limit": {"N": "5"},
    "grant_expires": {"N": "17.250"},
    "live": {"BOOL": False},
    "gone": {"NULL": True},
    "tags": {"SS": ["a"]},
    "tree": {"M": {"a": {"L": [{"N": "1"}]}}},
}
VALUES = {
    ":s": {"S": "new"},
    ":e": {"S": "executing"},
    ":n": {"N": "2"},
    ":d": {"N": "17.25"},
    ":b": {"BOOL": True},
    ":f": {"BOOL": False},
    ":empty": {"S": ""},
    ":set": {"SS": ["b"]},
    ":raw": {"B": b"x"},
}
UPDATES = [
    "SET #s = :s",
    "set #s = :s, title = :empty",
    "SET answer = if_not_exists(answer, :s)",
    "SET #s = if_not_exists(#s, :s)",
    "SET calls_made = calls_made + :n",
    "SET calls_made = :n - calls_made",
    "SET calls_made = if_not_exists(calls, :n) + :n",
    "ADD calls_made :n, other :n",
    "SET #s = :s ADD calls_made :n REMOVE gone, missing",
    "REMOVE tags",
    "SET copied = tree",
    "SET live = :b",
    "SET grant_expires = grant_expires + :n",
    "ADD grant_expires :d",
    "ADD tags :set",
    "DELETE tags :set",
    "SET tree.a = :s",
    "SET raw = :raw",
    "SET kind = :s",
    "SET kind = :n",
    "SET run_id = :s",
    "SET status = :s",
    "SET #s = :s, #s = :s",
    "SET #s = missing",
    "SET #s = :s ADD #s :n",
    "SET #unknown = :s",
    "SET #s = :unknown",
    "SET #s :s",
    "SET",
    "nonsense",
]
CONDITIONS = [
    "",
    "attribute_exists(run_id)",
    "attribute_not_exists(run_id)",
    "#s = :e",
    "#s <> :e",
    "#s = :e AND calls_made < call_limit",
    "(#s = :s OR #s = :e) AND NOT attribute_exists(missing)",
    "NOT #s IN (:s, :e)",
    "#s IN (:s, :e)",
    "grant_expires > :d",
    "grant_expires >= :d",
    "live = :f",
    "missing = :s",
    "missing <> :s",
    "NOT missing = :s",
    "calls_made = :s",
    "calls_made BETWEEN :n AND call_limit",
    "begins_with(#s, :e)",
    "contains(tags, :s)",
    "size(#s) > :n",
    "gone = :b",
    "tree.a = :s",
    "status = :e",
    "#s = ",
    "#s = :e AND",
    "#s = :e OR #s = :s AND calls_made > call_limit",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("state") / "agentic") as world:
        make_table(world.operator("dynamodb"), "quick")
        make_table(world.operator("dynamodb"), "plain")
        yield world


def _request(table: str, update: str, condition: str, returned: str) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": table, "Key": KEY, "UpdateExpression": update, "ReturnValues": returned}
    if condition:
        request |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    text = f"{update} {condition} "
    values = {name: value for name, value in VALUES.items() if any(f"{name}{end}" in text for end in " ,)")}
    names = {"#s": "status"} if "#s" in text else {}
    return (
        request
        | ({"ExpressionAttributeValues": values} if values else {})
        | ({"ExpressionAttributeNames": names} if names else {})
    )


def _outcome(client: Any, request: dict[str, Any]) -> Any:
    """What the caller sees, and the item afterwards."""
    client.put_item(TableName=request["TableName"], Item=ITEM)
    try:
        answer = client.update_item(**request).get("Attributes")
    except ClientError as error:
        answer = {"error": error.response["Error"], "item": error.response.get("Item")}
    after = client.get_item(TableName=request["TableName"], Key=KEY, ConsistentRead=True)["Item"]
    return copy.deepcopy((answer, after))


def _both(world: World, update: str, condition: str, returned: str) -> tuple[Any, Any]:
    client = world.operator("dynamodb")
    quick = _outcome(client, _request("quick", update, condition, returned))
    # A member that the quick way does not know leaves the request to moto and changes nothing else.
    plain = _outcome(client, {**_request("plain", update, condition, returned), "ReturnConsumedCapacity": "NONE"})
    return quick, plain


@pytest.mark.parametrize("update", UPDATES)
def test_updates_agree_with_moto(world: World, update: str) -> None:
    for returned in ("NONE", "ALL_NEW", "ALL_OLD", "UPDATED_NEW"):
        quick, plain = _both(world, update, "", returned)
        assert quick == plain


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_agree_with_moto(world: World, condition: str) -> None:
    quick, plain = _both(world, "SET answer = :s", condition, "ALL_NEW")
    assert quick == plain


def test_combinations_agree_with_moto(world: World) -> None:
    for update, condition in itertools.product(UPDATES[:12:2], CONDITIONS[1:12:2]):
        quick, plain = _both(world, update, condition, "ALL_NEW")
        assert quick == plain, (update, condition)


def test_an_unused_name_or_value_is_an_error(world: World) -> None:
    client = world.operator("dynamodb")
    client.put_item(TableName="quick", Item=ITEM)
    request = _request("quick", "SET #s = :s", "", "NONE")
    with pytest.raises(ClientError, match="unused in expressions"):
        client.update_item(**{**request, "ExpressionAttributeValues": {":s": {"S": "x"}, ":more": {"S": "y"}}})
    with pytest.raises(ClientError, match="unused in expressions"):
        client.update_item(**{**request, "ExpressionAttributeNames": {"#s": "status", "#more": "y"}})


def test_a_missing_item_is_made_by_moto_and_stored(world: World) -> None:
    client = world.operator("dynamodb")
    key = {"run_id": {"S": "fresh"}, "item": {"S": "run"}}
    client.update_item(
        TableName="quick", Key=key, UpdateExpression="SET answer = :s", ExpressionAttributeValues={":s": {"S": "x"}}
    )
    assert client.get_item(TableName="quick", Key=key)["Item"]["answer"] == {"S": "x"}


def test_an_item_over_400_kb_is_refused(world: World) -> None:
    client = world.operator("dynamodb")
    client.put_item(TableName="quick", Item=ITEM)
    with pytest.raises(ClientError, match="maximum allowed size"):
        client.update_item(
            TableName="quick",
            Key=KEY,
            UpdateExpression="SET answer = :s",
            ExpressionAttributeValues={":s": {"S": "x" * 410_000}},
        )
    assert client.get_item(TableName="quick", Key=KEY)["Item"] == ITEM


def test_the_run_stores_expressions_take_the_quick_way() -> None:
    """Fails when a change makes every update slow again without anybody noticing."""
    reserved = frozenset({"STATUS"})
    condition = "grant_hash = :g AND #status = :e AND api = :api AND grant_expires > :now AND calls_made < call_limit"
    expression = compiled(
        "SET #s0 = :s0 ADD #a0 :a0 REMOVE grant_hash",
        condition,
        (("#a0", "calls_made"), ("#s0", "answer"), ("#status", "status")),
        frozenset({":g", ":e", ":api", ":now", ":s0", ":a0"}),
        reserved,
    )
    assert expression is not None
    item = {"grant_hash": {"S": "h"}, "status": {"S": "e"}, "api": {"S": "stripe"}, "grant_expires": {"N": "2.500"}}
    item |= {"calls_made": {"N": "1"}, "call_limit": {"N": "2"}}
    values = {
        ":g": {"S": "h"},
        ":e": {"S": "e"},
        ":api": {"S": "stripe"},
        ":now": {"N": "2.4"},
        ":s0": {"S": "a"},
        ":a0": {"N": "1"},
    }
    changed = expression.apply(item, values)
    assert (changed["calls_made"], changed["answer"], "grant_hash" in changed) == ({"N": "2"}, {"S": "a"}, False)
    assert json.dumps(item["calls_made"]) == '{"N": "1"}'


def test_usual_updates_do_not_go_through_moto(world: World) -> None:
    """moto's answers carry a checksum header, the quick ones do not; a condition that is not met is moto's (the control)."""
    client = world.operator("dynamodb")
    client.put_item(TableName="quick", Item=ITEM)
    request = _request("quick", "SET #s = :s ADD calls_made :n", "#s = :e AND calls_made < call_limit", "ALL_NEW")
    assert "x-amz-crc32" not in client.update_item(**request)["ResponseMetadata"]["HTTPHeaders"]
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as raised:
        client.update_item(**request)
    assert "x-amz-crc32" in raised.value.response["ResponseMetadata"]["HTTPHeaders"]
