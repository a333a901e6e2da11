"""What a script in the sandbox tries against relay and broker reaches nothing that is not allowed, and never the key.

What honest clients do there is in test_sdks.py.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from broker_stage import HOST, KEY, SPEC, WIDE, ledger_for, widened
from echo_upstream import EchoUpstream
from sandbox_stage import HEADER, POLICY, SDK_FOLDERS, Stage

from agentic.broker.ca import Authority
from agentic.broker.credentials import to_send
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.rules import Allowed, Rules
from agentic.broker.transport import FakeTransport
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Sandbox

STRIPE = "import stripe, os\nstripe.api_key = os.environ['STRIPE_API_KEY']\nprint(stripe.Customer.create(name='Ada'))"
REQUESTS = "import requests\nprint(requests.post(URL, data={'name': 'Ada'}, headers=AUTH).text)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def stage(sandbox: Sandbox, authority: Authority) -> Iterator[Stage]:
    with EchoUpstream() as upstream:
        yield Stage(sandbox, upstream, authority)


@pytest.mark.parametrize(
    "method", ["requests.get(URL.replace('api.stripe.com', HOST))", "socket.create_connection((HOST, 443))"]
)
@pytest.mark.parametrize(
    "host", ["evil.test", "93.184.216.34", "127.0.0.1", "169.254.169.254", "api.stripe.com.evil.test", "API.stripe.com."]
)
def test_other_hosts_are_refused(stage: Stage, host: str, method: str) -> None:
    outcome = stage.run(f"import requests, socket\nHOST = {host!r}\n{method}")
    assert outcome.exit == 1
    assert "scripts reach only api.stripe.com" in outcome.stderr
    assert not stage.upstream.received


@pytest.mark.parametrize("port", [22, 8443, 0])
def test_other_ports_are_refused(stage: Stage, port: int) -> None:
    assert "by https on port 443 only" in stage.run(f"import socket\nsocket.create_connection(('{HOST}', {port}))").stderr


def test_foreign_host_header_is_refused(stage: Stage) -> None:
    outcome = stage.run("import requests\nr = requests.get(URL, headers={'Host': 'evil.test'})\nprint(r.status_code, r.text)")
    assert outcome.stdout.startswith("403")
    assert "evil.test" in outcome.stdout
    assert not stage.upstream.received


def test_upgrade_to_a_websocket_is_refused(stage: Stage) -> None:
    headers = "{'Upgrade': 'websocket', 'Connection': 'Upgrade'}"
    outcome = stage.run(f"import requests\nr = requests.get(URL, headers={headers})\nprint(r.status_code, r.text)")
    assert outcome.stdout.startswith("403")
    assert not stage.upstream.received


REFUSED_CALL = """
import stripe
stripe.api_key = "sk_test_placeholder"
try:
    stripe.Payout.create(amount=1, currency="usd")
    print("reached")
except stripe.PermissionError as error:
    print(error.user_message)
"""


def test_refused_operation_is_the_sdks_own_error_at_once_and_is_journalled(stage: Stage) -> None:
    ledger = ledger_for()
    outcome = stage.run(REFUSED_CALL, ledger=ledger, spec=widened(refused=SPEC.refused))
    assert outcome.stdout == "Refused by the broker: POST /v1/payouts is never allowed (payouts)\n"
    assert not stage.upstream.received
    # One call: the SDK does not try again.
    (call,) = ledger.calls
    assert (call.status, call.write, call.params) == (403, True, {"amount": "1", "currency": "usd"})
    assert "never allowed" in call.refused


def test_control_without_the_rule_the_refused_operation_is_reached(stage: Stage) -> None:
    outcome = stage.run(REFUSED_CALL, spec=widened(refused=()))
    assert outcome.stdout == "reached\n"
    assert stage.upstream.received[0].target == "/v1/payouts"
    assert WIDE.path == "/v1/{kind}"


def test_control_without_the_scrubbing_the_key_comes_back(stage: Stage) -> None:
    """An exchange that does all the broker does but scrub: the tests above would see the key."""
    transport = FakeTransport(stage.upstream.url)

    def exchange(request: HttpRequest, _origin: Origin) -> HttpResponse:
        allowed = Rules(SPEC).judge(request)
        assert isinstance(allowed, Allowed)
        return transport.send(to_send(SPEC, allowed, {"api_key": KEY}), 5)

    outcome = stage.sandbox.run(HEADER + REQUESTS, POLICY, Relay([HOST], exchange, stage.authority))
    assert KEY in outcome.stdout


def test_key_is_nowhere_in_the_child(stage: Stage) -> None:
    """After a call has been made its memory is read page by page, from every object that Python knows outwards.

    `write` says EFAULT where nothing is mapped, so no list of the mappings is needed (there is no /proc).
    """
    code = """
import ctypes, gc, os, re, requests
r = requests.get(URL)
found = {"CANAR[Y]_7f3": 0, "sk_test_placeh[o]lder": 0}  # Patterns, which do not find themselves.
write = ctypes.CDLL(None).write
write.argtypes = ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t
out, into = os.pipe()

def read(address, size):
    count = write(into, address, size)
    return os.read(out, count) if count > 0 else b""

mapped = set()
large = [b"x" * size for size in (600, 5000, 50_000, 500_000)]
for start in {id(item) >> 12 for item in [*gc.get_objects(), *large, r.headers, r.text]}:
    for step in (1, -1):
        page = start if step == 1 else start - 1
        while page not in mapped and read(page << 12, 1):
            mapped.add(page)
            page += step
tail, size = b"", 0
for page in sorted(mapped):
    data = read(page << 12, 4096)
    size += len(data)
    for pattern in found:
        found[pattern] += len(re.findall(pattern.encode(), tail + data)) - len(re.findall(pattern.encode(), tail))
    tail = data[-64:]
control = found.pop("sk_test_placeh[o]lder") > 0
print(r.status_code, found, control, size > 20_000_000)
"""
    outcome = stage.run(code)
    assert outcome.stdout == "200 {'CANAR[Y]_7f3': 0} True True\n", outcome.stderr


def test_closed_grant_is_refused_in_the_apis_shape(stage: Stage) -> None:
    ledger = ledger_for()
    ledger.close()
    outcome = stage.run(STRIPE, ledger=ledger)
    assert "PermissionError: the attempt is over; its grant is closed" in outcome.stderr
    assert not stage.upstream.received


def test_call_limit_holds_for_calls_in_parallel(stage: Stage) -> None:
    code = """
import concurrent.futures, requests
with concurrent.futures.ThreadPoolExecutor(20) as pool:
    print(sorted(r.status_code for r in pool.map(lambda _: requests.get(URL), range(20))))
"""
    outcome = stage.run(code, ledger=ledger_for(limit=5))
    assert (outcome.success, outcome.reason, outcome.stdout) == (False, "stopped", "")
    assert len(stage.upstream.received) <= 5


def test_redirect_to_another_host_is_followed_by_nobody(stage: Stage) -> None:
    outcome = stage.run("import requests\nrequests.get(URL.replace('customers', 'redirect'))")
    assert "the sandbox refuses evil.test:443" in outcome.stderr
    assert [got.target for got in stage.upstream.received] == ["/v1/redirect"]


def test_body_above_the_limit_is_answered_413_after_it_was_read(stage: Stage) -> None:
    code = """
import requests
r = requests.post(URL, data=b"x" * (5 << 20), headers=AUTH)
print(r.status_code, r.json()["error"]["message"])
"""
    outcome = stage.run(code)
    assert outcome.stdout == "413 the request's body is larger than 4,194,304 bytes\n", outcome.stderr
    assert not stage.upstream.received


def test_script_cannot_make_the_relay_take_descriptors(stage: Stage) -> None:
    """The control socket is found and given a descriptor: the relay drops it and goes on."""
    code = """
import os, socket, stat, requests
for fd in range(3, 40):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            control = socket.socket(fileno=os.dup(fd))
            socket.send_fds(control, [b'{"host": 1, "port": {}}'], [0, 1, 2])
            print(control.recv(1000).decode())
    except OSError:
        pass
print(requests.get(URL).status_code)
"""
    before = len(_descriptors())
    outcome = stage.run(code)
    assert outcome.stdout.splitlines() == ['{"refused": "scripts reach only api.stripe.com"}', "200"], outcome.stderr
    assert len(_descriptors()) <= before


def test_runs_in_parallel_have_networks_of_their_own(stage: Stage) -> None:
    ledgers = [ledger_for() for _ in range(4)]

    def one(ledger: MemoryLedger) -> Outcome:
        return stage.run(REQUESTS, ledger=ledger)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(one, ledgers))
    assert [outcome.success for outcome in outcomes] == [True] * 4
    assert [len(ledger.calls) for ledger in ledgers] == [1] * 4


def test_nothing_of_a_run_stays_behind(stage: Stage) -> None:
    stage.run(REQUESTS)
    descriptors, threads = len(_descriptors()), threading.active_count()
    for _ in range(3):
        stage.run("import requests, os\nrequests.get(URL)\nos._exit(0)")
    assert len(_descriptors()) <= descriptors + 1
    assert threading.active_count() <= threads + 1


def _descriptors() -> list[str]:
    return [str(path) for path in Path("/proc/self/fd").iterdir()]
