"""Makes the console's pictures in docs/pictures, of real runs on a local cloud. `python docs/console_pictures.py`, then look.

Needs a Chromium (`AGENTIC_CHROMIUM`, or one on the PATH) and, to look as they do, the fonts Inter and JetBrains Mono.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
TASKS = (
    ("Create a Stripe customer named Zoë Quist with email zoe@quist.example", ""),
    ("Create a product called Gold plan at 15 EUR a month", ""),
    ("What is the weather in Lisbon?", ""),
    ("List the open issues of octocat/hello-world", ""),
    ("Create a Stripe customer named Bruno Silva", "onboarding"),
)
REFUSED = """import os
import subprocess

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
subprocess.run(["curl", "https://collector.example"])
for name in ("Ada", "Grace"):
    customer = stripe.Customer.crate(name=name)
    print(customer.id)
"""


@contextmanager
def served() -> Iterator[str]:
    """The link to a console with a state folder of its own."""
    agentic = Path(sys.executable).with_name("agentic")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "AGENTIC_HOME": f"{folder}/.agentic"}
        server = subprocess.Popen(
            [agentic, "serve", "--port", "0", "--json"], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            yield json.loads(server.stdout.readline() if server.stdout else "")["url"]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
            subprocess.run([agentic, "local", "stop"], env=environment, check=False)


def start(page: Page, task: str, session: str = "", *, writes: str = "", code: str = "", until: str = "") -> str:
    """Start a run with the form; gives its id, once it is as `until` says."""
    page.goto(f"{page.url.partition('#')[0]}#/")
    page.get_by_label("Task", exact=True).fill(task)
    page.get_by_label("Session", exact=True).fill(session)
    if writes:
        page.get_by_label(writes).check(force=True)
    if code:
        page.get_by_text("Limits, or a script of your own").click()
        page.get_by_label("Script", exact=True).fill(code)
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile("#/runs/run_"))
    if until:
        expect(page.locator(".run-status .status")).to_have_text(until, timeout=120_000)
    return page.url.rpartition("/")[2]


def look(page: Page, name: str, place: str = "") -> None:
    if place:
        page.goto(f"{page.url.partition('#')[0]}#/{place}")
    expect(page.locator("main h1").first).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)
    page.wait_for_timeout(300)
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"console-{name}.png")


OF_NOBODY = {"state folder": "~/agentic/.agentic", "system": "Linux 6.12.57, x86_64", "local cloud": "running"}


def of_nobody(doctor: dict[str, Any]) -> dict[str, Any]:
    """The doctor's answer without the folders of the machine that makes the pictures."""
    places = {sys.prefix: "~/agentic/.venv"}
    for item in doctor["items"]:
        for place, shown in places.items():
            item["text"] = item["text"].replace(place, shown)
        item["text"] = OF_NOBODY.get(item["name"], item["text"])
    return doctor


def window(browser: Browser, link: str, width: int = 1240, height: int = 860, **look: str) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}, **look).new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="New run")).to_be_visible()
    return page


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    chromium = os.environ.get("AGENTIC_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with served() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = window(browser, link, color_scheme="light")
        for task, session in TASKS:
            start(page, task, session, until="Completed")
        failed = start(page, "Create customers for the team", code=REFUSED, until="Refused")
        done = start(page, "Create a Stripe customer named Ada Lovelace with email ada@example.org", until="Completed")
        asked = start(
            page,
            "Create a Stripe customer named Alice with email alice@example.org",
            writes="Ask me first",
            until="Waits for you",
        )
        look(page, "approval")
        look(page, "failed", f"runs/{failed}")
        look(page, "done", f"runs/{done}")
        look(page, "history", "runs")
        page.goto(f"{page.url.partition('#')[0]}#/")
        page.get_by_label("Task", exact=True).fill("Create a Stripe customer named Alice with email alice@example.org")
        look(page, "new")
        page.route("**/doctor", lambda route: route.fulfill(json=of_nobody(route.fetch().json())))
        look(page, "doctor", "doctor")
        dark = window(browser, link, color_scheme="dark")
        look(dark, "plugins", "plugins")
        small = window(browser, link, 390, 844, color_scheme="light")
        look(small, "small", f"runs/{asked}")
        browser.close()


if __name__ == "__main__":
    main()
