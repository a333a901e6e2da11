"""One browser and one served console per module, and a page whose script errors fail the test."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.runs.conftest import OneAtATime, runs_table
from tests.serving.console.chromium import found_chromium
from tests.serving.console.console_world import BUCKET, Console, served_console

_KEYS = {"region_name": "eu-central-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = found_chromium()
    if not path and os.environ.get("CI") == "true":
        pytest.fail("no Chromium here: install the system's, or name one in AGENTIC_CHROMIUM", pytrace=False)
    if not path:
        pytest.skip("no Chromium here (apt-get install chromium); the console is not tried in a browser")
    # No test waits that long for what comes; a loaded machine may.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    with mock_aws():
        dynamodb = boto3.client("dynamodb", **_KEYS)
        runs_table(dynamodb)
        s3 = boto3.client("s3", **_KEYS)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        with served_console(OneAtATime(dynamodb), OneAtATime(s3)) as console:
            yield console


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a new profile. What goes wrong in its scripts, or is kept out by its content policy, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    made = context.new_page()
    wrong: list[str] = []
    watch(made, wrong)
    yield made
    context.close()
    assert not wrong, wrong


def watch(page: Any, wrong: list[str]) -> None:
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if _serious(message) else None)
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))


def _serious(message: Any) -> bool:
    # An answer with a problem, which a test may provoke, is told by the browser as an error of the page.
    return message.type in ("error", "warning") and "status of" not in message.text
