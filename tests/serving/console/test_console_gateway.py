"""The console of a stack with `http: jwt`: a token of the identity provider, and events by long polls behind the gateway."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

from gateway_stage import Gateway, Issuer, jwt_stage

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def gateway(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with jwt_stage(tmp_path_factory.mktemp("gateway"), issuer) as gateway:
        yield gateway


def test_a_person_with_a_token_of_the_issuer_runs_a_task_in_the_browser(page: Page, gateway: Gateway, issuer: Issuer):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/events" in request.url else None)
    page.goto(gateway.url)
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_label("Token").fill(issuer.token(sub="alice"))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="New run")).to_be_visible()
    expect(page.get_by_role("link", name="Doctor")).to_have_count(0)
    page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice")
    page.get_by_label("Ask me first").check(force=True)
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"#/runs/run_"))
    state = page.locator(".run-status .status")
    expect(state).to_have_text("Waits for you", timeout=120_000)
    page.get_by_role("button", name="Send this call").click()
    expect(state).to_have_text("Completed", timeout=120_000)
    expect(page.get_by_label("Result", exact=True)).to_contain_text("Alice")
    assert asked
    assert all("wait=" in url for url in asked)
