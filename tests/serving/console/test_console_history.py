"""A thousand runs in the history: searched, filtered, paged, by mouse and by keyboard."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agentic.core.names import new_run_id
from tests.serving.console.console_world import Console

RUNS = 1000
STATUSES = ("completed", "completed", "completed", "failed")


@pytest.fixture(scope="module")
def thousand(console: Console) -> Console:
    """Every fourth run has failed; every tenth is Zoë's."""
    client: Any = console.worker.services.client("dynamodb")
    console.worker.new_run(template := new_run_id(), "a task").through()
    found = client.get_item(TableName="runs", Key={"run_id": {"S": template}, "item": {"S": "run"}})["Item"]
    now = datetime.now(UTC) - timedelta(minutes=1)
    # What a list shows, and no more: moto is slow with large items.
    kept = ("item", "kind", "api", "target", "model", "calls_made", "caller", "person")
    items = [
        {
            **{name: found[name] for name in kept},
            "run_id": {"S": new_run_id()},
            "status": {"S": STATUSES[number % 4]},
            "task": {"S": f"Task {number} for {'Zoë' if number % 10 == 0 else 'Alice'}"},
            "created_at": {"S": (now - timedelta(minutes=number)).isoformat(timespec="milliseconds")},
        }
        for number in range(RUNS)
    ]
    for start in range(0, RUNS, 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={"runs": puts})
    client.delete_item(TableName="runs", Key={"run_id": {"S": template}, "item": {"S": "run"}})
    return console


def test_all_thousand_runs_are_reached_page_by_page_and_none_twice(page: Page, thousand: Console):
    thousand.open(page, "runs")
    rows = page.locator(".runs tbody tr")
    expect(rows).to_have_count(100)
    for shown in range(200, RUNS + 1, 100):
        page.get_by_role("button", name="Show more").click()
        expect(rows).to_have_count(shown)
    expect(page.get_by_text("1000 runs", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    assert len(set(page.locator(".runs td.task a").evaluate_all("links => links.map(link => link.hash)"))) == RUNS


def test_words_status_and_time_choose_and_the_address_keeps_the_choice(page: Page, thousand: Console):
    thousand.open(page, "runs")
    page.keyboard.press("/")
    page.keyboard.type("zoë")
    rows = page.locator(".runs tbody tr")
    expect(rows.first).to_contain_text("for Zoë")
    expect(page.locator(".runs td.task", has_text="Alice")).to_have_count(0)
    page.get_by_label("Status").select_option("failed")
    expect(page.locator(".runs .status.good")).to_have_count(0)
    page.get_by_label("Status").select_option("completed")
    page.get_by_label("Time").select_option("1h")
    expect(page.locator(".runs .status.bad")).to_have_count(0)
    # Of the runs of one hour: minutes 0 to 59, every tenth of them Zoë's, and those not failed.
    expect(rows).to_have_count(6)
    page.reload()
    expect(rows).to_have_count(6)
    expect(page.get_by_label("Search the tasks")).to_have_value("zoë")


def test_what_nothing_fits_is_said(page: Page, thousand: Console):
    thousand.open(page, "runs?words=nothing+like+this")
    expect(page.get_by_text("No such runs")).to_be_visible()


def test_a_run_of_the_list_is_opened_and_the_list_is_there_again(page: Page, thousand: Console):
    thousand.open(page, "runs?words=zo%C3%AB")
    page.get_by_role("link", name="Task 10 for Zoë").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Task 10 for Zoë")
    page.go_back()
    expect(page.get_by_role("link", name="Task 10 for Zoë")).to_be_visible()
    expect(page.get_by_label("Search the tasks")).to_have_value("zoë")
