"""A caller's requests are counted in the table, for all functions together; another caller's are not among them."""

from typing import Any

from starlette.testclient import TestClient

from agentic.serving.routes import ROUTES, Access
from tests.runs.turned_clock import Clock
from tests.serving.serving_stage import ALICE, BOB, HOST, stage


def ask(dynamodb: Any, clock: Clock, token: str = ALICE, path: str = "/runs") -> Any:
    """As from another function each time: nothing is kept but what is in the table."""
    client = TestClient(stage(dynamodb, clock, requests=3).app(), base_url=f"http://{HOST}")
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_after_so_many_in_a_minute_the_rest_is_told_when_to_come_again(dynamodb: Any, clock: Clock):
    clock.now = 60 * 1000 + 20.0
    assert [ask(dynamodb, clock).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = ask(dynamodb, clock)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("too_many_requests", "41")
    assert ask(dynamodb, clock, BOB).status_code == 200
    clock.now += int(refused.headers["retry-after"])
    assert ask(dynamodb, clock).status_code == 200


def test_every_route_with_data_counts_and_health_does_not(dynamodb: Any, clock: Clock):
    for _ in range(4):
        ask(dynamodb, clock)
    for route in ROUTES:
        path = route.path.format(run_id="run_0123456789abcdef", name="s", seq="1")
        if route.method == "GET":
            expected = 200 if route.access is Access.OPEN else 429
            assert ask(dynamodb, clock, path=path).status_code == expected, path


def test_who_is_nobody_costs_no_write(dynamodb: Any, clock: Clock):
    assert ask(dynamodb, clock, "nobody").status_code == 401
    assert dynamodb.scan(TableName="runs")["Items"] == []


def test_the_table_has_no_caller_s_name(dynamodb: Any, clock: Clock):
    ask(dynamodb, clock)
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert "alice" not in str(item)
    assert float(item["expires"]["N"]) > clock.now
