"""The honest scripts of the corpus do their task with pins on, and do the same again when asked with the same pins.

The second run is what a replay is: every request is answered from what was recorded in the first, sleeps are skipped.
"""

import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from agentic.apis.github import GITHUB
from agentic.apis.openweather import OPENWEATHER
from agentic.apis.stripe import STRIPE
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Exchange, Relay
from agentic.broker.transport import FakeTransport
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, Target
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.local.fakes import Fakes
from agentic.sandbox import Pins, Sandbox, SandboxPolicy
from tests.e2e.test_corpus_in_the_sandbox import ACCOUNT

CORPUS = Path(__file__).parents[1] / "corpus"
SPECS = {"stripe": STRIPE, "styles": STRIPE, "github": GITHUB, "openweather": OPENWEATHER}
SCRIPTS = sorted(path for folder in SPECS for path in (CORPUS / folder).glob("*.py"))
GRANT = "run_00000000000000dd.0123456789abcdef0123456789abcdef"
PREPARE = f"import contextlib, os, stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\n{ACCOUNT}"
SEED = "00112233445566778899aabbccddeeff"

Asked = tuple[str, HttpRequest]


class Recording:
    """An exchange that keeps every request of a lane with its answer."""

    def __init__(self, exchange: Callable[[HttpRequest], HttpResponse]) -> None:
        self.entries: list[tuple[Asked, HttpResponse]] = []
        self._exchange = exchange
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        answer = self._exchange(request)
        with self._lock:
            self.entries.append(((origin.lane, request), answer))
        return answer


class Replay:
    """An exchange that answers from a recording alone, to the byte; what was not recorded is kept as a divergence."""

    def __init__(self, recording: Recording) -> None:
        self.unserved = list(recording.entries)
        self.divergent: list[Asked] = []
        self._lock = threading.Lock()

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        with self._lock:
            for number, (asked, answer) in enumerate(self.unserved):
                if asked == (origin.lane, request):
                    del self.unserved[number]
                    return answer
            self.divergent.append((origin.lane, request))
        return HttpResponse(409)


@pytest.fixture(scope="module")
def sandboxes() -> Iterator[Callable[[ApiSpec], Sandbox]]:
    with ExitStack() as stack:
        made: dict[str, Sandbox] = {}

        def sandbox(spec: ApiSpec) -> Sandbox:
            if spec.name not in made:
                path = (sysconfig.get_path("purelib"),)
                made[spec.name] = stack.enter_context(Sandbox(spec.sdk, python_path=path))
            return made[spec.name]

        yield sandbox


@pytest.mark.parametrize("serial", [False, True], ids=["side by side", "serial"])
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_script_does_its_task_and_does_it_again(path: Path, serial: bool, sandboxes: Callable[[ApiSpec], Sandbox]) -> None:
    spec = SPECS[path.parent.name]
    sandbox, authority = sandboxes(spec), Authority()

    def run(code: str, exchange: Exchange, pins: Pins | None) -> Outcome:
        relay = Relay([host.name for host in spec.hosts], exchange, authority, refusal=spec.refusal)
        return sandbox.run(code, SandboxPolicy(spec.environment, seconds=60, pins=pins), relay)

    text, pins = path.read_text("utf-8"), Pins(SEED, time.time(), serial)
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(spec)
    fakes.start()
    try:
        ledger = MemoryLedger(GRANT, spec.name, limit=1000)
        broker = Broker(spec, ledger, lambda _: fakes.secrets.get(spec.name, {}), {Target.FAKE: FakeTransport(fakes.url)})
        if spec is STRIPE:
            prepared = run(PREPARE, lambda request, _origin: broker.call(GRANT, request), None)
            assert prepared.success, prepared.stderr
        recording = Recording(lambda request: broker.call(GRANT, request))
        first = run(text, recording, pins)
    finally:
        fakes.close()
    assert (first.exit, first.reason) == (0, ""), first.stderr
    assert first.stdout.strip()
    replay = Replay(recording)
    again = run(text, replay, replace(pins, skip_sleep=True))
    assert (again.exit, replay.divergent, replay.unserved) == (0, [], []), again.stderr
    if serial:
        assert (again.stdout, again.stderr) == (first.stdout, first.stderr)
    else:
        # Lines that tasks side by side print come as they come.
        assert sorted(again.stdout.split()) == sorted(first.stdout.split())


def test_control_with_other_pins_scripts_that_use_time_or_chance_diverge(sandboxes: Callable[[ApiSpec], Sandbox]) -> None:
    code = (
        "import os, stripe, uuid\nstripe.api_key = os.environ['STRIPE_API_KEY']\nstripe.Customer.create(name=str(uuid.uuid4()))"
    )
    recording = Recording(lambda _request: HttpResponse(200, (), b'{"id": "cus_1", "object": "customer"}'))
    pins = Pins(SEED, time.time())

    def run(exchange: Exchange, pins: Pins) -> Outcome:
        relay = Relay([host.name for host in STRIPE.hosts], exchange, Authority(), refusal=STRIPE.refusal)
        return sandboxes(STRIPE).run(code, SandboxPolicy(STRIPE.environment, pins=pins), relay)

    assert run(recording, pins).success
    replay = Replay(recording)
    assert not run(replay, replace(pins, seed=SEED[::-1])).success
    assert replay.divergent
    assert replay.unserved
