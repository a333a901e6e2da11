"""Scripts that would outlive the stop, be answered after it, or make it look as if all went well."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from broker_stage import HOST, SPEC
from relay_stage import GET
from sandbox_stage import HEADER, SDK_FOLDERS

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay
from agentic.core.errors import RunStopped
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Sandbox, SandboxPolicy

POST = b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 0\r\n\r\n"


class Stops:
    """Stops the run at the first write; reads under /slow take their time."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        self.seen.append(request.method)
        if "slow" in request.url:
            time.sleep(1.0)
        if request.method == "POST":
            raise RunStopped("paused", "")
        return HttpResponse(200, (), b"{}")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, authority: Authority, exchange: Stops, code: str, seconds: float = 20) -> Outcome:
    policy = SandboxPolicy(SPEC.environment, seconds=seconds)
    return sandbox.run(HEADER + code, policy, Relay([HOST], exchange, authority))


SCRIPTS = {
    "every connection is in use": """
import requests, threading
for _ in range(31):
    threading.Thread(target=lambda: (requests.get(URL + "/slow"), print("AFTER")), daemon=True).start()
time.sleep(0.5)
requests.post(URL)
print("AFTER")
""",
    "output floods": """
import requests, threading
threading.Thread(target=requests.post, args=(URL,), daemon=True).start()
while True:
    os.write(2, b"x" * 4000)
""",
    "it leaves at once with a good status": """
import requests, threading
threading.Thread(target=requests.post, args=(URL,), daemon=True).start()
time.sleep(0.3)
os._exit(0)
""",
    "it gives up its memory of the network": """
import requests, threading, gc
def post():
    requests.post(URL)
threading.Thread(target=post, daemon=True).start()
time.sleep(0.1)
os.closerange(3, 64)
time.sleep(1.0)
os._exit(0)
""",
    "it answers itself": """
import requests, threading, http.client
http.client.HTTPResponse.begin = lambda self: setattr(self, "status", 200)
try:
    requests.post(URL)
finally:
    time.sleep(1.0)
    print("AFTER")
    os._exit(0)
""",
    "it is deaf to signals": """
import requests, signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
requests.post(URL)
print("AFTER")
""",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_stop_is_what_the_run_ends_with_whatever_the_script_does(sandbox: Sandbox, authority: Authority, name: str) -> None:
    exchange = Stops()
    outcome = run(sandbox, authority, exchange, "import os, time\n" + SCRIPTS[name])
    assert (outcome.reason, outcome.success, outcome.exit) == ("paused", False, None)
    assert "AFTER" not in outcome.stdout
    assert exchange.seen.count("POST") == 1


def test_control_a_script_that_asks_for_nothing_ends_with_its_own_status(sandbox: Sandbox, authority: Authority) -> None:
    outcome = run(sandbox, authority, Stops(), "import os\nos._exit(0)")
    assert (outcome.reason, outcome.success) == ("", True)


def test_requests_that_stand_behind_the_stopped_one_on_its_connection_are_never_read(authority: Authority) -> None:
    exchange = Stops()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = Relay([HOST], exchange, authority).serve(ours)
    with theirs:
        theirs.send(b'{"host": "api.stripe.com", "port": 80}')
        _, fds, _, _ = socket.recv_fds(theirs, 4096, 1)
        with socket.socket(fileno=fds[0]) as stream:
            stream.sendall(GET + POST + GET * 5 + POST)
            stream.settimeout(0.5)
            answered = b""
            with suppress(TimeoutError):
                while part := stream.recv(65536):
                    answered += part
        link.close()
    assert answered.count(b"HTTP/1.1 200") == 1, "the control: what stands before it is answered"
    assert exchange.seen == ["GET", "POST"]


def test_answers_under_way_while_the_run_stops_are_not_given(authority: Authority) -> None:
    """They were asked for before: the broker finishes them, and the script does not get them."""
    asked, go, exchange = threading.Event(), threading.Event(), Stops()

    def waits(request: HttpRequest, origin: Origin) -> HttpResponse:
        if request.method == "GET":
            asked.set()
            go.wait(5)
        return exchange(request, origin)

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = Relay([HOST], waits, authority).serve(ours)
    with theirs:
        streams: list[socket.socket] = []
        for data in (GET, POST):
            theirs.send(b'{"host": "api.stripe.com", "port": 80}')
            _, fds, _, _ = socket.recv_fds(theirs, 4096, 1)
            streams.append(socket.socket(fileno=fds[0]))
            streams[-1].sendall(data)
            assert asked.wait(5)
        deadline = time.monotonic() + 5
        while "POST" not in exchange.seen and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        go.set()
        for stream in streams:
            with stream:
                stream.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    stream.recv(100)
        link.close()
    assert sorted(exchange.seen) == ["GET", "POST"], "the control: both were asked"
