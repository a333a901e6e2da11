"""A run that is stopped executes nothing more: no line, no handler, no request; calls under way come to their end."""

import json
import os
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from broker_stage import HOST, SPEC
from relay_stage import GET, Client, Exchanges
from sandbox_stage import HEADER, POLICY, SDK_FOLDERS

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay, RelayLink
from agentic.core.errors import RunStopped
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Pins, Sandbox, SandboxPolicy

# Everything by which a script could go on after its request got no answer.
GOES_ON = """
import atexit, requests, threading
atexit.register(lambda: (print("AFTER: at exit"), requests.get(URL)))
print("before")
while True:
    try:
        requests.post(URL, data={"amount": "1"}, timeout=10)
        print("AFTER: answered")
    except:
        print("AFTER: an error")
        requests.get(URL)
    finally:
        print("AFTER: finally")
        requests.get(URL)
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


class Stops:
    """Answers reads, and stops the run at the first write."""

    def __init__(self, reason: str = "paused") -> None:
        self.requests: list[HttpRequest] = []
        self.finished: list[str] = []
        self.under_way = threading.Event()
        self._reason = reason

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        self.requests.append(request)
        if "slow" in request.url:
            self.under_way.set()
            time.sleep(0.3)
            self.finished.append(request.url)
        if request.method == "POST":
            raise RunStopped(self._reason, "the first write waits for approval")
        return HttpResponse(200, (), b"{}")


class Cancelled(Relay):
    """Whose runs are stopped from outside, `after` seconds."""

    def __init__(self, authority: Authority, after: float) -> None:
        super().__init__([HOST], Exchanges(), authority)
        self._after = after

    def serve(self, control: socket.socket) -> RelayLink:
        link = super().serve(control)
        if self._after:
            threading.Timer(self._after, link.stop, ("cancelled",)).start()
        else:
            link.stop("cancelled")
        return link


def run(sandbox: Sandbox, authority: Authority, exchange: Stops, code: str, policy: SandboxPolicy = POLICY) -> Outcome:
    return sandbox.run(HEADER + code, policy, Relay([HOST], exchange, authority))


@pytest.mark.parametrize("pins", [None, Pins("0" * 32, 1.8e9), Pins("0" * 32, 1.8e9, serial=True)])
def test_nothing_of_the_script_happens_after_a_stop(sandbox: Sandbox, authority: Authority, pins: Pins | None) -> None:
    exchange = Stops()
    outcome = run(sandbox, authority, exchange, GOES_ON, SandboxPolicy(SPEC.environment, seconds=20, pins=pins))
    assert (outcome.reason, outcome.success, outcome.exit) == ("paused", False, None)
    assert (outcome.stdout, outcome.stderr) == ("before\n", "")
    assert [request.method for request in exchange.requests] == ["POST"]


def test_control_an_error_or_a_cut_connection_lets_the_script_go_on(sandbox: Sandbox, authority: Authority) -> None:
    exchange = Exchanges()
    exchange.answer = RuntimeError("broken")
    outcome = sandbox.run(HEADER + GOES_ON, SandboxPolicy(SPEC.environment, seconds=2), Relay([HOST], exchange, authority))
    assert "AFTER: answered" in outcome.stdout
    assert "AFTER: finally" in outcome.stdout
    assert len(exchange.requests) > 1


def test_threads_tasks_and_new_connections_get_no_answer_either_and_what_is_under_way_finishes(
    sandbox: Sandbox, authority: Authority
) -> None:
    exchange = Stops()
    outcome = run(
        sandbox,
        authority,
        exchange,
        """
import requests, threading, time
def slow():
    print(requests.get(URL + "/slow").status_code)
    print("AFTER: slow")
threading.Thread(target=slow).start()
time.sleep(0.1)
requests.post(URL)
print("AFTER")
""",
    )
    assert (outcome.reason, outcome.stdout) == ("paused", "")
    assert exchange.under_way.is_set()
    deadline = time.monotonic() + 5
    while not exchange.finished and time.monotonic() < deadline:
        time.sleep(0.01)
    assert exchange.finished == [f"https://{HOST}/v1/customers/slow"]


def test_script_that_has_ended_by_itself_meanwhile_is_stopped_all_the_same(sandbox: Sandbox, authority: Authority) -> None:
    """Its last line waits for no answer; whoever stopped the run must not hear that all went well."""
    code = """
import requests, threading, time
threading.Thread(target=requests.post, args=(URL,), daemon=True).start()
time.sleep(0.1)
"""
    assert run(sandbox, authority, Stops(), code).reason == "paused"
    assert sandbox.run("print('done')", POLICY, Cancelled(authority, after=0.0)).reason == "cancelled"


@pytest.mark.parametrize(
    ("given", "told"),
    [("unknown", "unknown"), ("a_b", "a_b"), ("", "stopped"), ("Two Words", "stopped"), ("x" * 33, "stopped")],
)
def test_reason_is_the_given_word_or_stopped(sandbox: Sandbox, authority: Authority, given: str, told: str) -> None:
    assert run(sandbox, authority, Stops(given), "import requests\nrequests.post(URL)").reason == told


def test_stop_from_outside_ends_a_run_that_asks_for_nothing(sandbox: Sandbox, authority: Authority) -> None:
    outcome = sandbox.run("while True: pass", POLICY, Cancelled(authority, after=0.3))
    assert outcome.reason == "cancelled"
    assert outcome.duration_ms < 10_000


def test_sandbox_runs_the_next_script_as_ever(sandbox: Sandbox, authority: Authority) -> None:
    run(sandbox, authority, Stops(), GOES_ON)
    assert run(sandbox, authority, Stops(), "import requests\nprint(requests.get(URL).status_code)").stdout == "200\n"


def test_link_that_stops_answers_nothing_on_any_connection(client: Client, exchanges: Exchanges) -> None:
    """By hand: neither bytes nor an end, until the link is closed."""
    stopped = client.link.stopped
    with client.stream() as first, client.stream() as second:
        exchanges.answer = RunStopped("paused")
        first.sendall(GET)
        assert select.select([stopped], [], [], 5)[0]
        exchanges.answer = HttpResponse(200)
        second.sendall(GET)
        client.control.send(json.dumps({"host": HOST, "port": 80}).encode())
        for stream in (first, second, client.control):
            stream.settimeout(0.2)
            with pytest.raises(TimeoutError):
                stream.recv(100)
        assert len(exchanges.requests) == 1
        assert os.read(stopped, 100) == b"paused"
        client.link.stop("again")
        with pytest.raises(BlockingIOError):
            os.read(stopped, 100)
        client.link.close()
        client.link.close()
        client.link.stop("late")
        assert first.recv(100) == b""
