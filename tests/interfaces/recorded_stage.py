"""Runs a script in the sandbox, through a broker with a journal, and gives its recording: as a stack does it, without one."""

import json
import sysconfig
from dataclasses import replace

from agentic.agents.tools.execute_code import OUTPUT_BYTES, claimed
from agentic.apis.github import GITHUB
from agentic.apis.openweather import OPENWEATHER
from agentic.apis.stripe import STRIPE
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport, Transport
from agentic.core.spec import ApiSpec
from agentic.core.values import CodeRef, RunStatus, Target, WriteMode, to_json
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.local.fakes import Fakes
from agentic.runs.record import RunRecord
from agentic.runs.recording import Recording
from agentic.sandbox import Pins, Sandbox, SandboxPolicy

RUN = "run_00000000000000ee"
GRANT = f"{RUN}.0123456789abcdef0123456789abcdef"
SEED, STARTED = "00112233445566778899aabbccddeeff", 1_795_400_000.25
CANARY = "sk_test_canary4242424242424242"
SPECS = {spec.name: spec for spec in (STRIPE, GITHUB, OPENWEATHER)}


class Echo:
    """An API that tells its caller's key, in each header and in its body, and whatever it was asked."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        key = next(value for name, value in request.headers if name.lower() == "authorization")
        self.keys.append(key)
        told = {"id": "cus_1", "object": "customer", "name": f"{key} {request.url}", "filler": "x" * 20_000}
        headers = (("Content-Type", "application/json"), ("X-Key", key), ("Request-Id", "req_1"))
        return HttpResponse(200, headers, json.dumps(told).encode())


def recorded(
    spec: ApiSpec, code: str, *, transport: Transport | None = None, writes: WriteMode | None = None, serial: bool = False
) -> Recording:
    """The recording of one execution against the API's fake, or what `transport` reaches with the canary as key."""
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(spec)
    fakes.start()
    try:
        ledger = MemoryLedger(GRANT, spec.name, run_id=RUN, writes=writes)
        secret = {"api_key": CANARY} if transport else fakes.secrets[spec.name]
        broker = Broker(spec, ledger, lambda _: secret, {Target.FAKE: transport or FakeTransport(fakes.url)})
        relay = Relay(
            [host.name for host in spec.hosts],
            lambda request, origin: broker.call(GRANT, request, origin),
            Authority(),
            refusal=spec.refusal,
        )
        policy = SandboxPolicy(spec.environment, seconds=60, output_bytes=OUTPUT_BYTES, pins=Pins(SEED, STARTED, serial=serial))
        with Sandbox(spec.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
            outcome = claimed(json.dumps(to_json(sandbox.run(code, policy, relay))).encode(), 90)
    finally:
        fakes.close()
    record = RunRecord(
        run_id=RUN,
        status=RunStatus.COMPLETED if outcome.success else RunStatus.FAILED,
        api=spec.name,
        task="Do what\nhas to be done",
        created_at="2026-11-23T06:00:00.000+00:00",
        target=Target.FAKE,
        writes=writes,
        code_ref=CodeRef("generated/x.py", "0" * 64),
        attempt=1,
        pins_seed=SEED,
        pins_started=STARTED,
        outcome=outcome,
    )
    return Recording.of(record, code, ledger.journal, serial=serial)


def with_answer(recording: Recording, number: int, before: bytes, now: bytes) -> Recording:
    """The recording with another answer to one of its calls."""
    calls = list(recording.calls)
    answer = calls[number].response
    assert before in answer.body
    calls[number] = replace(calls[number], response=replace(answer, body=answer.body.replace(before, now)))
    return replace(recording, calls=tuple(calls))
