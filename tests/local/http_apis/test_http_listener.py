"""The local HTTP API lets nobody through who is not proven, and hands the function what API Gateway hands it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from http_world import ACCOUNT, EXECUTION, FUNCTION, KEYS, World, allowed, running

from agentic.local.http_apis import RouteDeclaration
from agentic.local.http_apis.matching import match

ROLE = f"arn:aws:iam::{ACCOUNT}:role/caller"
# A path for each route, by its method.
ASKED = [("GET", "/runs"), ("POST", "/runs"), ("GET", "/runs/run_1"), ("GET", "/static/a/b.js")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("logs")) as world:
        yield world


def refused(world: World, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
    """The answer, once it is sure that no function was asked."""
    before = world.function.asked
    status, said, _ = world.send(method, target, headers, body)
    assert world.function.asked == before, "the function was asked for somebody who was not let in"
    return status, said


@pytest.mark.parametrize(("method", "target"), ASKED)
def test_on_every_route_only_a_good_signature_passes(world: World, method: str, target: str) -> None:
    host = {"Host": f"127.0.0.1:{world.port}"}
    forbidden = (403, {"message": "Forbidden"})
    assert refused(world, method, target, host) == forbidden
    assert refused(world, method, target, {**host, "Authorization": "Bearer anything"}) == forbidden
    assert refused(world, method, target, world.signed(method, target, secret="another")) == forbidden
    assert refused(world, method, target, world.signed(method, target, service="s3")) == forbidden
    assert refused(world, method, target, world.signed(method, target, region="eu-west-1")) == forbidden
    assert refused(world, method, target, world.signed("DELETE", target)) == forbidden
    assert refused(world, method, target, world.signed(method, f"{target}x")) == forbidden
    assert refused(world, method, target, world.signed(method, target), b"another body") == forbidden
    # The control.
    assert world.send(method, target, world.signed(method, target))[0] == 200


def test_every_route_was_asked() -> None:
    routes = [RouteDeclaration(key, key, "", "", "") for key in KEYS]
    matched = {found.route.key for method, path in ASKED if (found := match(routes, method, path))}
    assert matched == set(KEYS)


def test_a_role_needs_a_right_for_the_very_route(world: World) -> None:
    def ask(method: str) -> int:
        return world.send(method, "/runs", world.signed(method, "/runs", principal=ROLE))[0]

    assert ask("GET") == 403
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{EXECUTION}/$default/GET/*"}
    world.permissions.set_policy(ROLE, "calls", {"Version": "2012-10-17", "Statement": [statement]})
    assert (ask("GET"), ask("POST")) == (200, 403)


def test_the_event_is_api_gateways(world: World) -> None:
    target, body = "/runs/run%201?a=1&a=2&b=", b'{"task": "x"}'
    status, event, headers = world.send("GET", target, world.signed("GET", target, body) | {"Cookie": "a=1; b=2"}, body)
    assert status == 200
    assert headers["apigw-requestid"] == event["requestContext"]["requestId"]
    assert (event["version"], event["routeKey"]) == ("2.0", "GET /runs/{run_id}")
    assert (event["rawPath"], event["rawQueryString"]) == ("/runs/run%201", "a=1&a=2&b=")
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert event["pathParameters"] == {"run_id": "run 1"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"task": "x"}', False)
    context = event["requestContext"]
    assert context["http"]["method"] == "GET"
    assert (context["apiId"], context["stage"], context["accountId"]) == ("abc123", "$default", ACCOUNT)
    assert context["authorizer"]["iam"]["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/operator"
    binary = world.send("POST", "/runs", world.signed("POST", "/runs", b"\xff"), b"\xff")[1]
    assert (binary["body"], binary["isBase64Encoded"]) == ("/w==", True)


def test_each_role_is_another_caller(world: World) -> None:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{EXECUTION}/*"}
    found = set()
    for name in ("one", "two"):
        role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        world.permissions.set_policy(role, "calls", {"Version": "2012-10-17", "Statement": [statement]})
        event = world.send("GET", "/runs", world.signed("GET", "/runs", principal=role))[1]
        found.add(event["requestContext"]["authorizer"]["iam"]["userArn"])
    assert found == {f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/local" for name in ("one", "two")}


@pytest.mark.parametrize(
    ("method", "target"), [("DELETE", "/runs"), ("GET", "/runs/a/b"), ("GET", "/other"), ("GET", "/static/")]
)
def test_what_is_no_route_is_not_found_for_whoever_asks(world: World, method: str, target: str) -> None:
    assert refused(world, method, target, world.signed(method, target)) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("host", ["localhost:{port}", "evil.example:{port}", "127.0.0.1"])
def test_another_host_header_is_refused(world: World, host: str) -> None:
    headers = world.signed("GET", "/runs") | {"Host": host.format(port=world.port)}
    assert refused(world, "GET", "/runs", headers) == (403, {"message": "Forbidden"})


def test_without_the_functions_permission_nothing_is_invoked(world: World) -> None:
    world.policies.remove(FUNCTION, "http")
    try:
        assert refused(world, "GET", "/runs", world.signed("GET", "/runs")) == (500, {"message": "Internal Server Error"})
        world.policies.add(FUNCTION, allowed(f"{EXECUTION}/*/POST/*"))
        assert refused(world, "GET", "/runs", world.signed("GET", "/runs"))[0] == 500
        assert world.send("POST", "/runs", world.signed("POST", "/runs"))[0] == 200
    finally:
        world.policies.add(FUNCTION, allowed())


@pytest.mark.parametrize("answer", [{"statusCode": "many"}, {"statusCode": 99}, {"statusCode": 200, "headers": [1]}])
def test_an_answer_that_cannot_be_sent_is_an_error_and_not_sent(world: World, answer: Any) -> None:
    world.function.answering, before = lambda event: answer, world.function.answering
    try:
        assert world.send("GET", "/runs", world.signed("GET", "/runs"))[0] == 500
    finally:
        world.function.answering = before


def test_a_function_that_fails_tells_the_caller_nothing_of_why(world: World) -> None:
    world.function.error = "Unhandled"
    try:
        assert world.send("GET", "/runs", world.signed("GET", "/runs"))[:2] == (500, {"message": "Internal Server Error"})
    finally:
        world.function.error = ""


def test_the_access_log_has_the_route_and_no_path(world: World) -> None:
    target = "/runs/run_secret?token=hidden"
    world.send("GET", target, world.signed("GET", target))
    world.send("GET", target)
    (log,) = world.logs.glob("*.log")
    passed, nobody = [json.loads(line) for line in log.read_text().splitlines()[-2:]]
    assert passed == {
        "route": "GET /runs/{run_id}",
        "status": "200",
        "caller": f"arn:aws:iam::{ACCOUNT}:user/operator",
    }
    assert nobody == {"route": "GET /runs/{run_id}", "status": "403", "caller": "-"}
    assert "hidden" not in log.read_text()


def test_a_function_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with running(tmp_path, seconds=0.05) as world:
        world.function.seconds = 0.5
        assert world.send("GET", "/runs", world.signed("GET", "/runs"))[:2] == (503, {"message": "Service Unavailable"})
        world.function.seconds = 0
        assert world.send("GET", "/runs", world.signed("GET", "/runs"))[0] == 200


def test_beyond_its_burst_the_stage_refuses(tmp_path: Path) -> None:
    with running(tmp_path, rate=0.001, burst=2) as world:
        assert [world.send("GET", "/runs", world.signed("GET", "/runs"))[0] for _ in range(3)] == [200, 200, 429]


def test_an_api_that_is_removed_answers_no_more(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        world.apis.remove("abc123")
        with pytest.raises(OSError, match="refused"):
            world.send("GET", "/runs")


@pytest.mark.parametrize(
    ("keys", "method", "path", "taken"),
    [
        (("GET /{a}", "GET /runs"), "GET", "/runs", "GET /runs"),
        (("GET /static/{path+}", "GET /static/{name}"), "GET", "/static/a", "GET /static/{name}"),
        (("ANY /runs", "GET /runs"), "GET", "/runs", "GET /runs"),
        (("$default", "GET /{path+}"), "GET", "/a/b", "GET /{path+}"),
        (("$default", "GET /runs"), "PUT", "/runs", "$default"),
        (("GET /runs",), "GET", "/runs/", None),
        (("GET /a.b",), "GET", "/axb", None),
    ],
)
def test_the_narrowest_route_is_taken(keys: tuple[str, ...], method: str, path: str, taken: str | None) -> None:
    found = match([RouteDeclaration(key, key, "", "", "") for key in keys], method, path)
    assert (found.route.key if found else None) == taken


def test_a_stacks_exports_are_told_with_the_address_of_this_start(world: World) -> None:
    kept = {"http_api": "abc123", "http_url": "http://127.0.0.1:1", "table": "runs"}
    assert world.apis.current(kept) == {**kept, "http_url": world.url}
    for other in ({"table": "runs"}, {**kept, "http_api": "gone"}):
        assert world.apis.current(other) == other
