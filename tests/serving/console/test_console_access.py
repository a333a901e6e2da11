"""The console for everybody: axe finds nothing serious on any page, and all of it is reached by keyboard."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from agentic.core.names import new_run_id
from agentic.core.values import Finding
from tests.serving.console.console_world import Console

SERIOUS = {"serious", "critical"}
# What a page has once it is complete.
SEEN = {"": "Lately", "runs": "3 runs", "plugins": "it cannot be imported", "doctor": "1 of 4 checks failed"}
LOOKS = {"light": ("light", 1280), "dark": ("dark", 1280), "small": ("light", 390)}


@pytest.fixture(scope="module")
def runs(console: Console) -> dict[str, str]:
    """Runs by what is to be seen of them."""
    made = {name: new_run_id() for name in ("done", "asks", "refused")}
    console.worker.new_run(made["done"], "Create a Stripe customer named Alice").through()
    for name in ("asks", "refused"):
        work = console.worker.new_run(made[name], "Create a Stripe customer named Alice")
        work.generates()
        work.writes_script()
        work.validates([Finding("import", 3, 8, "the module is not allowed", "use another")] if name == "refused" else [])
        if name == "asks":
            work.executes()
            work.pauses()
    return made


@pytest.fixture(params=LOOKS)
def looked_at(request: pytest.FixtureRequest, browser: Browser, console: Console) -> Iterator[Page]:
    scheme, width = LOOKS[request.param]
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 860}, reduced_motion="reduce", bypass_csp=True
    )
    yield console.open(context.new_page())
    context.close()


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found if item["impact"] in SERIOUS]


def test_no_page_has_a_serious_finding_in_light_dark_and_on_a_small_screen(
    looked_at: Page, console: Console, runs: dict[str, str]
):
    page = looked_at
    places = ["", "runs", "plugins", "doctor", *(f"runs/{run_id}" for run_id in runs.values())]
    found: dict[str, list[str]] = {}
    for place in places:
        page.goto(console.link(place) if place else f"{console.url}/#/")
        expect(page.locator("main h1").first).to_be_visible()
        expect(page.locator(".loading")).to_have_count(0)
        expect(page.get_by_text(SEEN.get(place, "")).first).to_be_visible()
        page.evaluate("document.querySelectorAll('main details').forEach((closed) => { closed.open = true })")
        expect(page.locator(".loading")).to_have_count(0)
        if wrong := serious(page):
            found[place] = wrong
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{place} is wider than the screen by {overflow}"
    assert not found


def test_control_axe_finds_what_is_wrong(page: Page):
    page.set_content("<html lang=en><title>x</title><main><input><img src='data:,'></main></html>")
    assert {item.partition(":")[0] for item in serious(page)} >= {"label", "image-alt"}


def test_a_run_is_started_and_answered_by_keyboard_alone(page: Page, console: Console, runs: dict[str, str]):
    console.open(page)
    page.keyboard.press("/")
    page.keyboard.type("Create a Stripe customer named Alice")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".run-status .status")).to_have_text("Queued")
    page.goto(console.link(f"runs/{runs['asks']}"))
    question = page.get_by_role("region", name="This write waits for your approval")
    expect(question).to_be_visible()
    seen: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent"))
        if seen[-1] == "Do not send it":
            break
    assert seen[-3:] == ["Send this call", "Send it and every further write of this script", "Do not send it"]
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(page.locator("#announcements")).to_contain_text(re.compile("Refused|the run has ended"))


def test_the_theme_is_chosen_and_kept(page: Page, console: Console):
    console.open(page)
    ground = "getComputedStyle(document.body).backgroundColor"
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(ground)
    page.reload()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(ground) == dark
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) != dark
