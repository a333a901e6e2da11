"""A run in the browser: started, watched live, asked about, looked at afterwards."""

import re

import pytest
from playwright.sync_api import Page, expect

from agentic.core.names import new_run_id
from agentic.core.values import Finding, RunError, RunStatus
from tests.serving.console.console_world import Console

TASK = "Create a Stripe customer named Alice"


def status(page: Page, words: str) -> None:
    expect(page.locator(".run-status .status")).to_have_text(words)


def started(page: Page, console: Console, task: str = TASK) -> str:
    console.open(page)
    page.get_by_label("Task", exact=True).fill(task)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"#/runs/run_"))
    return page.url.rpartition("/")[2]


def test_a_run_is_started_watched_live_asked_about_and_its_result_seen(page: Page, console: Console):
    run_id = started(page, console)
    status(page, "Queued")
    expect(page.get_by_role("heading", level=1)).to_have_text(TASK)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    work = console.worker.taken(run_id)
    work.generates()
    status(page, "Writing the script")
    work.writes_script()
    status(page, "Checking the script")
    expect(page.get_by_role("region", name="The script")).to_contain_text('stripe.Customer.create(name="Alice")')
    expect(page.locator(".code-keyword").first).to_have_text("import")
    work.validates()
    expect(page.get_by_text("Valid", exact=True)).to_be_visible()
    work.executes()
    status(page, "Running")
    work.calls("GET", "/v1/customers", {"limit": "3"}, body='{"data": []}')
    expect(page.locator(".call")).to_have_count(1)
    work.pauses()
    asked = page.get_by_role("region", name="This write waits for your approval")
    expect(asked).to_contain_text("POST https://api.stripe.com/v1/customers")
    expect(asked.locator(".fields")).to_contain_text("first one")
    expect(asked).to_contain_text("Goes to the fake on this machine")
    asked.get_by_role("button", name="Send this call").click()
    expect(asked).to_be_hidden()
    [(decided, pending, _, every)] = console.stage.queue.approved
    assert (decided, pending.digest, every) == (run_id, "d" * 64, False)
    work.executes()
    work.calls(params={"name": "Alice"}, body='{"id": "cus_1", "name": "Alice"}')
    work.ends("Created customer cus_1: Alice\n")
    status(page, "Completed")
    expect(page.get_by_label("Result", exact=True)).to_contain_text("Created customer cus_1: Alice")
    row = page.locator(".call").nth(1)
    expect(row).to_contain_text("api.stripe.com/v1/customers")
    expect(row).to_contain_text("200")
    row.locator("summary").click()
    expect(row).to_contain_text('"id": "cus_1"')
    for lane in ("Orchestrator", "Generator", "Executor", "Sandbox", "API calls", "You"):
        expect(page.locator(".lane-name", has_text=lane)).to_be_visible()


def test_a_reload_in_the_middle_goes_on_where_the_run_is(page: Page, console: Console):
    work = console.worker.taken(started(page, console))
    work.generates()
    status(page, "Writing the script")
    page.reload()
    status(page, "Writing the script")
    work.writes_script()
    status(page, "Checking the script")
    page.reload()
    work.validates()
    work.executes()
    work.ends("done\n")
    status(page, "Completed")


def test_two_tabs_show_the_same_and_a_question_answered_in_one_is_answered_in_both(page: Page, console: Console):
    run_id = started(page, console)
    work = console.worker.taken(run_id)
    # It has never seen the link with the token: the first tab tells it.
    other = page.context.new_page()
    other.goto(console.link(f"runs/{run_id}"))
    status(other, "Queued")
    work.generates()
    work.writes_script()
    work.validates()
    work.executes()
    work.pauses()
    for tab in (page, other):
        status(tab, "Waits for you")
    other.get_by_role("button", name="Do not send it").click()
    for tab in (page, other):
        status(tab, "Refused")
        expect(tab.get_by_role("region", name="This write waits for your approval")).to_be_hidden()


def test_approving_all_further_writes_is_a_choice_of_its_own(page: Page, console: Console):
    work = console.worker.taken(started(page, console))
    work.generates()
    work.writes_script()
    work.validates()
    work.executes()
    work.pauses()
    page.get_by_role("button", name="Send it and every further write of this script").click()
    expect(page.get_by_role("region", name="This write waits for your approval")).to_be_hidden()
    assert console.stage.queue.approved[-1][3] is True


def test_a_refused_script_shows_each_finding_at_its_line(page: Page, console: Console):
    work = console.worker.taken(started(page, console))
    work.generates()
    work.writes_script()
    work.validates([Finding("import", 3, 8, "the module `stripes` is not allowed", "write `import stripe`")])
    status(page, "Refused")
    line = page.locator(".line.found")
    expect(line).to_have_count(1)
    expect(line.locator(".number")).to_have_attribute("data-number", "3")
    expect(page.locator(".line.found + .finding")).to_contain_text("the module stripes is not allowed")
    expect(page.get_by_role("alert")).to_contain_text("Code validation failed")


def test_a_failed_run_says_why_and_what_the_script_wrote(page: Page, console: Console):
    work = console.worker.taken(started(page, console))
    work.generates()
    work.writes_script()
    work.validates()
    work.executes()
    work.calls("GET", "/v1/customers/cus_missing", status=404, body='{"error": {"message": "No such customer"}}')
    work.ends(
        "", "Traceback\nNo such customer\n", RunError("script_failed", "the script ended with status 1", "look at its errors")
    )
    status(page, "Failed")
    expect(page.get_by_role("alert")).to_contain_text("the script ended with status 1")
    expect(page.get_by_label("Errors")).to_contain_text("No such customer")
    expect(page.locator(".call")).to_contain_text("404")
    page.get_by_text("Log, ").click()
    expect(page.locator(".log")).to_contain_text("The script runs in the sandbox")


def test_what_a_run_has_used_and_cost_is_shown(page: Page, console: Console):
    run_id = new_run_id()
    console.worker.new_run(run_id, TASK).through()
    console.open(page, f"runs/{run_id}")
    status(page, "Completed")
    expect(page.locator(".run-head .facts")).to_contain_text("1,340 tokens in 2 model calls")
    expect(page.locator(".run-head .facts")).to_contain_text("$0.0015")


def test_a_run_that_asks_which_api_offers_the_choice(page: Page, console: Console):
    run_id = new_run_id()
    console.worker.new_run(run_id, "List everything")
    error = RunError("asks", "which API: GitHub or Stripe?", "name it in the task, or with --api: github, stripe")
    console.worker.store.finish(run_id, RunStatus.ASKS, error=error)
    console.open(page, f"runs/{run_id}")
    status(page, "Asks back")
    expect(page.get_by_label("Result", exact=True)).to_contain_text("which API: GitHub or Stripe?")
    page.get_by_role("link", name="Choose the API").click()
    expect(page.get_by_label("Task", exact=True)).to_have_value("List everything")


def test_a_run_that_goes_on_can_be_cancelled(page: Page, console: Console):
    started(page, console)
    page.get_by_role("button", name="Cancel").click()
    status(page, "Cancelled")


def test_a_connection_that_is_lost_comes_back_by_itself(page: Page, console: Console):
    work = console.worker.taken(started(page, console))
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.context.set_offline(True)
    work.generates()
    page.context.set_offline(False)
    status(page, "Writing the script")


def test_without_a_token_nothing_is_shown_and_a_wrong_one_is_said_to_be(page: Page, console: Console):
    page.goto(console.url)
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_label("Token").fill("a wrong one")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("This token is not the right one")
    page.get_by_label("Token").fill("alice's token")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="New run")).to_be_visible()


def test_the_token_leaves_the_address_and_is_in_no_request_line(page: Page, console: Console):
    lines: list[str] = []
    page.on("request", lambda request: lines.append(request.url))
    console.open(page)
    assert "token" not in page.url
    assert lines
    assert not [line for line in lines if "token" in line and not line.endswith("tokens.css")]


def test_a_run_that_is_not_there_is_said_in_one_line(page: Page, console: Console):
    console.open(page, f"runs/{new_run_id()}")
    expect(page.get_by_role("alert")).to_contain_text("no run")


@pytest.mark.parametrize("task", ["", "   "])
def test_an_empty_task_is_said_at_the_form(page: Page, console: Console, task: str):
    console.open(page)
    page.get_by_label("Task", exact=True).fill(task)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("alert")).to_contain_text("The task is empty")
