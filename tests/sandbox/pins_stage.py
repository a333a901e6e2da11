"""A sandbox with the Stripe SDK, requests and httpx, and an API that keeps what it is asked and answers by that alone."""

import hashlib
import json
import random
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agentic.apis.stripe import STRIPE
from agentic.broker.ca import Authority
from agentic.broker.relay import Relay
from agentic.core.values import Outcome
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Pins, Sandbox, SandboxPolicy

STARTED = 1_795_400_000.25
PINS = Pins("0123456789abcdef0123456789abcdef", STARTED)
SERIAL = Pins(PINS.seed, STARTED, serial=True)
OTHER = Pins("fedcba9876543210fedcba9876543210", STARTED + 86400)

HEADER = """
import json, os, requests, stripe
URL = "https://api.stripe.com/v1/customers"
stripe.api_key = os.environ["STRIPE_API_KEY"]
def post(**fields):
    return requests.post(URL, json=fields).json()
"""

Answer = Callable[[HttpRequest, Origin], HttpResponse]


@dataclass(frozen=True)
class Ran:
    """One run: how it ended, and its requests in the order of their arrival."""

    outcome: Outcome
    requests: tuple[tuple[Origin, HttpRequest], ...]

    @property
    def printed(self) -> str:
        assert self.outcome.success, self.outcome.stderr + self.outcome.reason
        return self.outcome.stdout

    @property
    def in_order(self) -> list[tuple[str, HttpRequest]]:
        return [(origin.lane, request) for origin, request in self.requests]

    @property
    def by_lane(self) -> list[tuple[str, HttpRequest]]:
        """The order within each lane; which lane was first is left open."""
        return sorted(self.in_order, key=lambda one: one[0])


class Stage:
    """Runs scripts. With `delay` seconds answers take up to so long, by chance: they come in another order each time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._authority = Authority()

    def run(
        self,
        code: str,
        pins: Pins | None = PINS,
        *,
        delay: float = 0.0,
        answer: Answer | None = None,
        seconds: float = 30,
        header: str = HEADER,
    ) -> Ran:
        asked: list[tuple[Origin, HttpRequest]] = []
        lock = threading.Lock()

        def exchange(request: HttpRequest, origin: Origin) -> HttpResponse:
            with lock:
                asked.append((origin, request))
            time.sleep(random.uniform(0, delay))
            return (answer or answered)(request, origin)

        relay = Relay([host.name for host in STRIPE.hosts], exchange, self._authority, refusal=STRIPE.refusal)
        policy = SandboxPolicy(STRIPE.environment, seconds=seconds, pins=pins)
        outcome = self.sandbox.run(header + code, policy, relay)
        return Ran(outcome, tuple(asked))


def answered(request: HttpRequest, _origin: Origin) -> HttpResponse:
    """A customer whose id comes from the request's own bytes."""
    number = hashlib.sha256(f"{request.method} {request.url}".encode() + request.body).hexdigest()[:12]
    body = json.dumps({"id": f"cus_{number}", "object": "customer", "url": request.url, "data": [], "has_more": False})
    return HttpResponse(200, (("Content-Type", "application/json"),), body.encode())


@contextmanager
def staged() -> Iterator[Stage]:
    with Sandbox(STRIPE.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
        yield Stage(sandbox)
