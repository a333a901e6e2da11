"""A stack with `http: iam`: runs over the local API Gateway and the function, for whoever signs, and for nobody else."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from botocore.credentials import Credentials
from gateway_stage import BODIES, ON_AWS, Gateway, path_of, stage

from agentic.core.errors import AgenticError
from agentic.interfaces.http_stack import HttpStack
from agentic.interfaces.live import LiveView
from agentic.interfaces.over_http import HttpApi, Signature
from agentic.interfaces.terminal import Terminal
from agentic.serving.routes import PAGES, Route

TASK = "Create a Stripe customer named Alice Example with email alice@example.com"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with stage(tmp_path_factory.mktemp("gateway"), http="iam") as gateway:
        yield gateway


def submitted(gateway: Gateway, **fields: Any) -> str:
    status, accepted = gateway.ask("POST", "/runs", {"task": TASK, "api": "stripe", **fields})
    assert status == 202, accepted
    return str(accepted["run_id"])


def waited(gateway: Gateway, run_id: str, *conditions: str) -> dict[str, Any]:
    """The run once it is in one of these conditions; a minute at most."""
    until = time.monotonic() + 60
    while True:
        status, run = gateway.ask("GET", f"/runs/{run_id}")
        assert status == 200, run
        if run["status"] in conditions:
            return run
        assert time.monotonic() < until, run
        time.sleep(0.1)


def body_of(route: Route) -> bytes:
    return json.dumps(BODIES[route.operation]).encode() if route.operation in BODIES else b""


@pytest.mark.parametrize("route", ON_AWS, ids=lambda route: route.operation)
def test_every_route_refuses_who_does_not_sign_and_who_signs_badly(gateway: Gateway, route: Route) -> None:
    """The control: signed well, the function answers."""
    method, target, body = route.method, path_of(route), body_of(route)
    forbidden = (403, {"message": "Forbidden"})
    assert gateway.send(method, target, {"Content-Type": "application/json"}, body) == forbidden
    assert gateway.send(method, target, {"Authorization": "Bearer anything"}, body) == forbidden
    assert gateway.send(method, target, gateway.signed(method, target, body, secret="another"), body) == forbidden
    assert gateway.send(method, target, gateway.signed(method, f"{target}x", body), body) == forbidden
    nobody = "arn:aws:iam::123456789012:role/nobody"
    assert gateway.send(method, target, gateway.signed(method, target, body, principal=nobody), body) == forbidden
    status, answer = gateway.send(method, target, gateway.signed(method, target, body), body)
    assert (status, answer) != forbidden
    assert status in {route.status, *route.problems}, answer


@pytest.mark.parametrize("target", ["/plugins", "/doctor", "/none", *(page.path.replace("{name}", "app.js") for page in PAGES)])
def test_what_is_not_for_aws_is_not_there(gateway: Gateway, target: str) -> None:
    assert gateway.ask("GET", target) == (404, {"message": "Not Found"})


def test_a_run_that_is_handed_in_is_carried_out_by_a_worker(gateway: Gateway) -> None:
    run = waited(gateway, submitted(gateway), "completed", "failed")
    assert run["status"] == "completed", run["error"]
    assert [(call["method"], call["status"]) for call in run["calls"]] == [("POST", 200)]
    assert run["caller"] == "arn:aws:iam::123456789012:user/operator"
    page = gateway.ask("GET", f"/runs/{run['run_id']}/events")[1]
    assert page["done"]
    assert [event["type"] for event in page["events"]][-1] == "end"


def test_the_same_key_is_the_same_run(gateway: Gateway) -> None:
    body = {"task": TASK, "api": "stripe"}
    first, again = (gateway.ask("POST", "/runs", body, Idempotency_Key="one")[1] for _ in range(2))
    assert (first["run_id"], first["created"], again["created"]) == (again["run_id"], True, False)
    assert gateway.ask("POST", "/runs", {**body, "writes": "refuse"}, Idempotency_Key="one")[0] == 409
    waited(gateway, first["run_id"], "completed")


def test_a_write_is_approved_over_http(gateway: Gateway) -> None:
    run_id = submitted(gateway, writes="approve")
    pending = waited(gateway, run_id, "paused")["pending"]
    wrong = gateway.ask("POST", f"/runs/{run_id}/approve", {"digest": "another"})
    assert (wrong[0], wrong[1]["code"]) == (409, "refused")
    asked = {"digest": pending["digest"], "lane": pending["lane"], "asked_at": pending["asked_at"]}
    assert gateway.ask("POST", f"/runs/{run_id}/approve", asked)[0] == 202
    assert waited(gateway, run_id, "completed", "failed")["status"] == "completed"


def test_a_run_is_nobodys_but_its_callers(gateway: Gateway) -> None:
    """The control: the caller's own run is there."""
    other, run_id = gateway.role("other"), submitted(gateway, writes="approve")
    waited(gateway, run_id, "paused")
    for route in ON_AWS:
        if "{run_id}" not in route.path:
            continue
        status, answer = gateway.ask(route.method, path_of(route, run_id), BODIES.get(route.operation), principal=other)
        assert (status, answer.get("code")) == (404, "unknown_run"), route.operation
    assert gateway.ask("GET", "/runs", principal=other)[1]["runs"] == []
    own = gateway.ask("POST", "/runs", {"task": TASK, "api": "stripe"}, principal=other)[1]["run_id"]
    assert [run["run_id"] for run in gateway.ask("GET", "/runs", principal=other)[1]["runs"]] == [own]
    assert gateway.ask("GET", f"/runs/{run_id}")[0] == 200
    assert gateway.ask("POST", f"/runs/{run_id}/reject")[0] == 200
    assert waited(gateway, run_id, "refused", "cancelled", "failed")["calls"] == []


def test_too_large_a_body_is_refused(gateway: Gateway) -> None:
    status, answer = gateway.ask("POST", "/runs", {"task": TASK, "code": "#" * (1 << 20)})
    assert (status, answer["code"]) == (413, "too_large")


def client(gateway: Gateway, told: StringIO) -> HttpStack:
    """The command line's, as `--http` makes it."""
    keys = gateway.cloud.credentials("dev")
    credentials = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    api = HttpApi(gateway.url, Signature(lambda: credentials, keys["AWS_REGION"]))
    return HttpStack(api, LiveView(Terminal(told, StringIO(), colour=False, interactive=False)))


def test_the_command_line_follows_a_run_approves_its_write_and_finds_it_again(gateway: Gateway) -> None:
    told = StringIO()
    stack = client(gateway, told)
    asked = stack.run({"task": TASK, "api": "stripe", "writes": "approve", "model": "", "live": False})
    assert asked["status"] == "paused"
    done = stack.approve(asked["run_id"], asked["pending"])
    assert done["status"] == "completed", done["error"]
    shown = told.getvalue()
    assert "orchestrator → invoke_generator" in shown
    assert "POST https://api.stripe.com/v1/customers  200" in shown
    wanted = {"status": "completed", "api": "stripe", "since": "1h", "task": "Alice"}
    assert asked["run_id"] in {run["run_id"] for run in stack.recent(50, wanted)}
    waiting = stack.run({"task": TASK, "api": "stripe", "writes": "approve"})
    assert stack.cancel(waiting["run_id"])["status"] == "cancelled"
    with pytest.raises(AgenticError) as caught:
        stack.reject(asked["run_id"])
    assert (caught.value.code, caught.value.exit_code) == ("refused", 4)
    with pytest.raises(AgenticError) as caught:
        stack.result("run_0000000000000000")
    assert caught.value.code == "unknown_run"


def test_a_session_is_the_callers_over_http_too(gateway: Gateway) -> None:
    stack = client(gateway, StringIO())
    run = stack.run({"task": TASK, "api": "stripe", "session": "billing one"})
    assert run["status"] == "completed"
    assert [session["name"] for session in stack.sessions("list", "")] == ["billing one"]
    assert [turn["run_id"] for turn in stack.sessions("show", "billing one")] == [run["run_id"]]
    assert stack.sessions("clear", "billing one") == 1
    assert stack.sessions("list", "") == []
