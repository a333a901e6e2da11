"""`agentic serve` as a person uses it: the printed link, a real run on the local cloud, its question, its result."""

import json
import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Command

pytestmark = pytest.mark.cloud


@pytest.fixture
def link(agentic: Command) -> Iterator[str]:
    """What `agentic serve` prints; ended as a person does."""
    server = agentic.start("serve", "--port", "0", "--json", stdout=-1, stderr=-1)
    assert server.stdout
    yield json.loads(server.stdout.readline())["url"]
    server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=60)
    assert server.returncode == 0, errors
    assert "Traceback" not in errors, errors


def test_a_run_is_started_watched_reloaded_approved_and_done_on_the_local_cloud(page: Page, link: str):
    page.goto(link)
    page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice")
    page.get_by_label("Ask me first").check(force=True)
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"#/runs/run_"))
    state = page.locator(".run-status .status")
    expect(state).to_have_text("Waits for you", timeout=120_000)
    question = page.get_by_role("region", name="This write waits for your approval")
    expect(question).to_contain_text("POST https://api.stripe.com/v1/customers")
    page.reload()
    question.get_by_role("button", name="Send this call").click()
    expect(state).to_have_text("Completed", timeout=120_000)
    expect(page.get_by_label("Result", exact=True)).to_contain_text("Alice")
    row = page.locator(".call").last
    row.locator("summary").click()
    expect(row).to_contain_text('"object": "customer"')
    page.get_by_role("link", name="History").click()
    expect(page.locator(".runs tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Doctor").click()
    expect(page.get_by_text("Python", exact=True)).to_be_visible()
    page.get_by_role("link", name="Plugins").click()
    expect(page.get_by_role("heading", name="OpenWeather")).to_be_visible()
