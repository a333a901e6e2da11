"""A script that gives up waiting for a write and asks again gets the first one's answer; the write is sent once."""

import time
from collections.abc import Iterator

import pytest
from broker_stage import HOST, SPEC
from sandbox_stage import HEADER, SDK_FOLDERS

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Pins, Sandbox, SandboxPolicy

PINS = Pins("0" * 32, 1.8e9)
AGAIN = """
import requests
def pay(amount="1", **options):
    while True:
        try:
            return requests.request(METHOD, URL, data={"amount": amount}, **options).text
        except requests.Timeout:
            print("given up")
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


class Slow:
    """Answers with the request's number; the first one's answer takes a while."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        self.requests.append(request)
        number = len(self.requests)
        if number == 1:
            time.sleep(2.0)
        return HttpResponse(200, (), str(number).encode())


def run(
    sandbox: Sandbox, authority: Authority, slow: Slow, code: str, method: str = "POST", pins: Pins | None = PINS
) -> Outcome:
    policy = SandboxPolicy(SPEC.environment, seconds=20, pins=pins)
    return sandbox.run(f"{HEADER}METHOD = {method!r}\n{AGAIN}{code}", policy, Relay([HOST], slow, authority))


@pytest.mark.parametrize("pins", [None, PINS])
def test_a_write_that_the_script_gave_up_is_not_sent_again(sandbox: Sandbox, authority: Authority, pins: Pins | None) -> None:
    slow = Slow()
    outcome = run(sandbox, authority, slow, "print(pay(timeout=0.7))", pins=pins)
    assert outcome.stdout == "given up\ngiven up\n1\n"
    assert len(slow.requests) == 1


def test_control_a_read_that_the_script_gave_up_is_asked_again(sandbox: Sandbox, authority: Authority) -> None:
    slow = Slow()
    assert run(sandbox, authority, slow, "print(pay(timeout=0.7))", "GET").stdout == "given up\n2\n"


def test_two_equal_writes_whose_answers_were_heard_are_two(sandbox: Sandbox, authority: Authority) -> None:
    slow = Slow()
    outcome = run(sandbox, authority, slow, "print(pay())\nprint(pay())\nprint(pay(timeout=0.7))")
    assert outcome.stdout == "1\n2\n3\n"


def test_another_write_after_one_that_was_given_up_is_sent(sandbox: Sandbox, authority: Authority) -> None:
    slow = Slow()
    code = "try:\n    requests.post(URL, data={'amount': '1'}, timeout=0.5)\nexcept requests.Timeout:\n    print(pay('2'))"
    assert run(sandbox, authority, slow, code).stdout == "2\n"


def test_the_same_write_in_another_thread_is_another_one(sandbox: Sandbox, authority: Authority) -> None:
    slow = Slow()
    code = """
import threading
first = threading.Thread(target=lambda: print("first", pay(timeout=0.7)))
first.start()
import time
time.sleep(1.0)
print("second", pay())
first.join()
"""
    outcome = run(sandbox, authority, slow, code)
    assert sorted(outcome.stdout.splitlines()) == ["first 1", "given up", "given up", "second 2"]
