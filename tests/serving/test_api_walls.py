"""Every route is closed to who has not shown who they are, to other sites, under other names, and to other callers."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Route as StarletteRoute
from starlette.testclient import TestClient

from agentic.serving.routes import PAGES, ROUTES, Access, Route
from tests.serving.serving_stage import ALICE, BOB, HOST, Stage

CLOSED = [route for route in ROUTES if route.access is not Access.OPEN]
OF_A_RUN = [route for route in ROUTES if "{run_id}" in route.path]
BODIES: dict[str, Any] = {
    "submit_run": {"task": "Create a Stripe customer named Alice"},
    "approve_run": {"digest": "d"},
    "validate_script": {"code": "import stripe"},
}


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def ask(served: Stage, route: Route, *, token: str = ALICE, run_id: str = "run_0123456789abcdef", **headers: str) -> Any:
    path = route.path.format(run_id=run_id, name="s", seq="1")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with TestClient(served.app(), base_url=f"http://{HOST}") as client:
        return client.request(route.method, path, headers=headers, json=BODIES.get(route.operation))


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_who_has_shown_no_token_is_refused_on_every_route(served: Stage, route: Route):
    for token in ("", "nobody's", f"{ALICE} ", ALICE[:-1]):
        answer = ask(served, route, token=token)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), token
        assert answer.headers["www-authenticate"] == "Bearer"
    served.tokens.switched_off = True
    assert ask(served, route, token="").status_code != 401


def test_a_token_in_the_query_or_a_cookie_shows_nobody(served: Stage):
    with TestClient(served.app(), base_url=f"http://{HOST}", cookies={"token": ALICE, "Authorization": ALICE}) as client:
        assert client.get(f"/runs?token={ALICE}&access_token={ALICE}").status_code == 401


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_pages_of_other_sites_are_refused_on_every_route(served: Stage, route: Route):
    for foreign in ("http://evil.example", f"http://{HOST}.evil.example", "http://127.0.0.1:1", f"https://{HOST}", "null"):
        answer = ask(served, route, Origin=foreign)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), foreign
    for site in ("cross-site", "same-site"):
        assert ask(served, route, **{"Sec-Fetch-Site": site}).status_code == 403
    own = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
    assert ask(served, route, **own).status_code not in (401, 403)


@pytest.mark.parametrize("path", [*(item.path for item in (*ROUTES, *PAGES)), "/nothing", "/runs/", "//runs"])
def test_under_another_name_nothing_is_answered(served: Stage, path: str):
    path = path.format(run_id="run_0123456789abcdef", name="s", seq="1")
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:8461", f"{HOST}.", "[::1]:8460", ""):
        with TestClient(served.app(), base_url=f"http://{HOST}") as client:
            answer = client.get(path, headers={"Host": host, "Authorization": f"Bearer {ALICE}"})
        assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host"), host
    with TestClient(served.app(hosts=None), base_url="http://evil.example") as client:
        assert client.get(path, headers={"Authorization": f"Bearer {ALICE}"}).status_code != 421


@pytest.mark.parametrize("route", OF_A_RUN, ids=name_of)
def test_another_callers_run_is_as_if_it_were_not_there(served: Stage, alice: TestClient, route: Route):
    run_id = alice.post("/runs", json=BODIES["submit_run"]).json()["run_id"]
    foreign, missing = ask(served, route, token=BOB, run_id=run_id), ask(served, route, token=BOB)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.text.replace(run_id, "run_0123456789abcdef") == missing.text
    assert served.store.get(run_id).status == "queued"
    assert served.queue.waiting == [run_id]
    # What the owner is told is about the run.
    own = ask(served, route, run_id=run_id)
    assert own.status_code != 404 or own.json()["code"] == "unknown_call"


def test_lists_and_sessions_have_nothing_of_another_caller(served: Stage, alice: TestClient):
    alice.post("/runs", json={**BODIES["submit_run"], "session": "mine"})
    bob = {"Authorization": f"Bearer {BOB}"}
    assert len(alice.get("/runs").json()["runs"]) == 1
    assert alice.get("/runs", headers=bob).json() == {"runs": [], "next": ""}
    assert alice.get("/sessions", headers=bob).json() == {"sessions": []}
    assert alice.get("/sessions/mine", headers=bob).json()["turns"] == []


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_answer_says_what_a_page_may_do_and_data_is_not_kept(served: Stage, route: Route):
    for token in (ALICE, ""):
        headers = ask(served, route, token=token).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in headers


def test_there_is_no_route_beside_the_table(served: Stage):
    known = {(route.method, route.path) for route in ROUTES} | {("GET", page.path) for page in PAGES}

    def there() -> Iterator[tuple[str, str]]:
        for route in served.app().routes:
            assert isinstance(route, StarletteRoute)
            yield from ((method, route.path) for method in (route.methods or set()) - {"HEAD"})

    assert set(there()) == known


def test_on_aws_there_is_no_machine_to_look_at(served: Stage):
    with TestClient(
        served.app(machine=None), base_url=f"http://{HOST}", headers={"Authorization": f"Bearer {ALICE}"}
    ) as client:
        assert [client.get(path).status_code for path in ("/plugins", "/doctor")] == [404, 404]
        assert "/doctor" not in client.get("/openapi.json").json()["paths"]


def test_a_body_that_is_too_long_is_not_read_to_its_end(served: Stage):
    read, sent = 0, list[Any]()
    headers = {"host": HOST, "authorization": f"Bearer {ALICE}", "content-type": "application/json"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/runs",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 65536, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(served.app()(scope, receive, send))
    assert sent[0]["status"] == 413
    assert read == 17


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_a_foreign_form_could_send_is_no_request(alice: TestClient, kind: str):
    answer = alice.post("/runs", content=b'{"task": "x"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "content_type")


def test_a_path_that_leads_out_of_the_console_is_no_file(alice: TestClient):
    for name in ("..%2f__init__.py", "%2e%2e/app.py", "index.html%00", "nothing.js"):
        assert alice.get(f"/static/{name}").status_code == 404
    assert alice.get("/static/app.js").text == "export {};"
