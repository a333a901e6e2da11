"""The quick reads answer as moto does: each request is asked both ways."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from endpoint_world import World, running
from test_endpoint_updates import make_table

from agentic.local.endpoint.quick_reads import got, queried

RUN, CALL = {"S": "run_1"}, {"S": "call#"}
BY_CALL = {
    "KeyConditionExpression": "run_id = :run AND begins_with(#item, :call)",
    "ExpressionAttributeNames": {"#item": "item"},
    "ExpressionAttributeValues": {":run": RUN, ":call": CALL},
}
GETS: list[dict[str, Any]] = [
    {"Key": {"run_id": RUN, "item": {"S": "run"}}},
    {"Key": {"run_id": RUN, "item": {"S": "run"}}, "ConsistentRead": True},
    {"Key": {"run_id": RUN, "item": {"S": "missing"}}},
    {"Key": {"run_id": {"S": "run_none"}, "item": {"S": "run"}}},
    {"Key": {"run_id": RUN}},
    {"Key": {"run_id": {"N": "1"}, "item": {"S": "run"}}},
    {"Key": {"run_id": RUN, "item": {"S": "run"}, "more": RUN}},
]
QUERIES: list[dict[str, Any]] = [
    BY_CALL,
    {**BY_CALL, "ConsistentRead": True},
    {**BY_CALL, "ExpressionAttributeValues": {":run": {"S": "run_none"}, ":call": CALL}},
    {**BY_CALL, "ExpressionAttributeValues": {":run": RUN, ":call": {"S": "nothing#"}}},
    {**BY_CALL, "ExpressionAttributeValues": {":run": RUN, ":call": {"S": "r"}}},
    {**BY_CALL, "ExpressionAttributeValues": {":run": RUN, ":call": CALL, ":more": CALL}},
    {**BY_CALL, "ExpressionAttributeValues": {":run": RUN}},
    {**BY_CALL, "ExpressionAttributeNames": {"#item": "item", "#more": "item"}},
    {**BY_CALL, "ExpressionAttributeNames": {"#item": "run_id"}},
    {**BY_CALL, "KeyConditionExpression": "#item = :run AND begins_with(run_id, :call)"},
    {**BY_CALL, "KeyConditionExpression": "run_id = :run"},
    {"KeyConditionExpression": "run_id = :run", "ExpressionAttributeValues": {":run": RUN}},
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("state") / "agentic") as world:
        client = world.operator("dynamodb")
        make_table(client, "runs")
        client.put_item(TableName="runs", Item={"run_id": RUN, "item": {"S": "run"}, "n": {"N": "1"}})
        for number in (3, 1, 2):
            client.put_item(TableName="runs", Item={"run_id": RUN, "item": {"S": f"call#{number}"}, "m": {"M": {"a": RUN}}})
            client.put_item(TableName="runs", Item={"run_id": {"S": "run_2"}, "item": {"S": f"call#{number}"}})
        yield world


def outcome(call: Any, request: dict[str, Any]) -> Any:
    try:
        answer = call(TableName="runs", **request)
    except ClientError as error:
        return error.response["Error"]
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "ConsumedCapacity"}}


@pytest.mark.parametrize("request_", GETS, ids=range(len(GETS)))
def test_getting_agrees_with_moto(world: World, request_: dict[str, Any]) -> None:
    call = world.operator("dynamodb").get_item
    # A member that the quick way does not know leaves the request to moto and changes nothing else.
    assert outcome(call, request_) == outcome(call, {**request_, "ReturnConsumedCapacity": "NONE"})


@pytest.mark.parametrize("request_", QUERIES, ids=range(len(QUERIES)))
def test_querying_agrees_with_moto(world: World, request_: dict[str, Any]) -> None:
    call = world.operator("dynamodb").query
    assert outcome(call, request_) == outcome(call, {**request_, "ReturnConsumedCapacity": "NONE"})


def test_calls_come_in_order_and_only_those_of_the_run(world: World) -> None:
    answer = world.operator("dynamodb").query(TableName="runs", **BY_CALL)
    assert [item["item"]["S"] for item in answer["Items"]] == ["call#1", "call#2", "call#3"]


def test_the_run_stores_reads_take_the_quick_way(world: World) -> None:
    from moto.backends import get_backend

    table = get_backend("dynamodb")["123456789012"]["us-east-1"].tables["runs"]
    assert got(table, {"TableName": "runs", **GETS[1]}) is not None
    assert queried(table, {"TableName": "runs", **QUERIES[1]}, frozenset({"ITEM"})) is not None
    assert queried(table, {"TableName": "runs", **QUERIES[1]}, frozenset({"RUN_ID"})) is None
