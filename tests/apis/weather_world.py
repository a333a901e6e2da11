"""Scripts for OpenWeather as a run runs them: sandbox, relay, broker, fake. And the fake by itself, at a fixed hour."""

import dataclasses
import json
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from watched import Watched

from agentic.apis.fakes.openweather import OpenWeatherFake
from agentic.apis.openweather import OPENWEATHER
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.fake import FakeRequest
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, Target
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox, SandboxPolicy

# 2026-11-23 01:40 UTC.
NOW = 1_795_398_000
KEY = "c0ffee00c0ffee00c0ffee00c0ffee01"
GRANT = "run_00000000000000aa.0123456789abcdef0123456789abcdef"
LONDON = {"lat": "51.5085", "lon": "-0.1257"}


class Weather:
    """The fake at a fixed hour, asked in process."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now
        self._fake = OpenWeatherFake({"api_key": KEY}, clock=lambda: self.now)

    def get(self, path: str, fields: Mapping[str, Any] | None = None, *, key: str = KEY, **more: Any) -> tuple[int, Any]:
        """Status and JSON of a GET with these query fields and the key."""
        query = urlencode({**(fields or {}), **more, "appid": key})
        response = self._fake.respond(FakeRequest("GET", "api.openweathermap.org", path, query))
        return response.status, json.loads(response.body)

    def ok(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """The JSON of a GET that succeeds."""
        status, body = self.get(path, fields, **more)
        assert status == 200, body
        return body

    def raw(self, query: str, path: str = "/data/2.5/weather") -> int:
        """The status of a GET with exactly this query string."""
        return self._fake.respond(FakeRequest("GET", "api.openweathermap.org", path, query)).status


class Walls:
    """Runs scripts behind all walls, one after another, against a fake of its own."""

    def __init__(self, sandbox: Sandbox, spec: ApiSpec = OPENWEATHER) -> None:
        self._sandbox = sandbox
        self._spec = spec
        states: dict[str, dict[str, str]] = {}
        self._fakes = Fakes(lambda name: states.setdefault(name, {}))
        self._fakes.add(spec)
        self._fakes.start()
        self.key = self._fakes.secrets[spec.name]["api_key"]
        self.ledger = MemoryLedger(GRANT, spec.name, limit=1000)
        self.api = Watched(FakeTransport(self._fakes.url))
        self._broker = Broker(spec, self.ledger, lambda _: {"api_key": self.key}, {Target.FAKE: self.api})
        self._authority = Authority()

    def run(self, code: str, *, key: str = "", seconds: float = 30) -> Outcome:
        """What a script does. `key`: another key than the fake's for this run."""
        own, self.key = self.key, key or self.key
        relay = Relay(
            [host.name for host in self._spec.hosts],
            lambda asked, _origin: self._broker.call(GRANT, asked),
            self._authority,
            refusal=self._spec.refusal,
        )
        try:
            return self._sandbox.run(code, SandboxPolicy(self._spec.environment, seconds=seconds), relay)
        finally:
            self.key = own

    def close(self) -> None:
        self._fakes.close()


@contextmanager
def sandboxed() -> Iterator[Sandbox]:
    """A sandbox with OpenWeather's SDKs in it."""
    with Sandbox(OPENWEATHER.sdk, python_path=(sysconfig.get_path("purelib"),)) as sandbox:
        yield sandbox


def without(spec: ApiSpec, **changes: Any) -> ApiSpec:
    """The spec with a wall taken down, for controls."""
    return dataclasses.replace(spec, **changes)
