"""A stack with `http: jwt`: an issuer's tokens pass, the console's files need none, and each subject has runs of their own."""

import json
from collections.abc import Iterator

import pytest
from gateway_stage import BODIES, ON_AWS, Gateway, Issuer, jwt_stage, path_of

from agentic.serving.console_files import console_files
from agentic.serving.routes import PAGES

TASK = "Create a Stripe customer named Alice Example with email alice@example.com"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def gateway(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with jwt_stage(tmp_path_factory.mktemp("gateway"), issuer) as gateway:
        yield gateway


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def test_every_route_with_data_refuses_who_has_no_token_of_the_issuer(gateway: Gateway, issuer: Issuer) -> None:
    """The control: with one the function answers."""
    for route in ON_AWS:
        target, body = path_of(route), json.dumps(BODIES.get(route.operation)).encode() if route.operation in BODIES else b""
        for headers in ({}, bearer("a.b.c"), bearer(issuer.token(aud="other")), gateway.signed(route.method, target, body)):
            status, answer = gateway.send(route.method, target, headers, body)
            assert (status, answer) == (401, {"message": "Unauthorized"}), route.operation
        status, answer = gateway.send(route.method, target, bearer(issuer.token()), body)
        assert status in {route.status, *route.problems}, (route.operation, answer)


def test_the_consoles_files_need_no_token_and_have_no_data(gateway: Gateway) -> None:
    for page in PAGES:
        for name in console_files() if "{name}" in page.path else ("",):
            status, text = gateway.send("GET", page.path.replace("{name}", name))
            assert status == 200, (page.path, name)
            assert "sk_test" not in str(text)
    assert gateway.send("GET", "/")[1].lower().startswith("<!doctype html>")


def test_each_subject_has_runs_of_their_own(gateway: Gateway, issuer: Issuer) -> None:
    alice, bob = bearer(issuer.token(sub="alice")), bearer(issuer.token(sub="bob"))
    status, accepted = gateway.send("POST", "/runs", alice, json.dumps({"task": TASK, "api": "stripe"}).encode())
    assert status == 202, accepted
    run_id = accepted["run_id"]
    assert gateway.send("GET", f"/runs/{run_id}", alice)[1]["caller"] == f"{issuer.url} alice"
    assert gateway.send("GET", f"/runs/{run_id}", bob)[0] == 404
    assert gateway.send("POST", f"/runs/{run_id}/cancel", bob)[0] == 404
    assert gateway.send("GET", "/runs", bob)[1]["runs"] == []
