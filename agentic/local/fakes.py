"""Serves the API plugins' fakes on one loopback port, told apart by the Host header.

Who may call: only loopback, only with the exact Host of a known API, without an Origin; the fake itself accepts only
the random key that the local cloud made for it, so the key is the listener's token.
"""

import importlib
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import cast

from agentic.core.errors import PluginError
from agentic.core.fake import Fake, FakeFactory, FakeRequest
from agentic.core.host_names import covering
from agentic.core.spec import ApiSpec
from agentic.local.endpoint.front import Front
from agentic.local.endpoint.message import Answer, Head
from agentic.registry import alone


class Fakes:
    """The fakes of some APIs behind one port. `mapping` gives a durable dict by name."""

    def __init__(self, mapping: Callable[[str], MutableMapping[str, str]]) -> None:
        self._mapping = mapping
        self._by_host: dict[str, tuple[ApiSpec, Fake, threading.Lock]] = {}
        self._front = Front()
        self._faults: dict[str, PluginError] = {}
        self.secrets: dict[str, Mapping[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._front.port}"

    def add_each(self, specs: Iterable[ApiSpec]) -> None:
        """Make the specs' fakes; one that cannot be made is told by `check` to who wants that API, and stops no other."""
        for spec in specs:
            try:
                self.add(spec)
            except PluginError as error:
                self._faults[spec.name] = error

    def check(self, api: str) -> None:
        """Raises `PluginError` when the fake of `api` could not be made."""
        if api in self._faults:
            raise self._faults[api]

    def expect(self, *apis: str) -> None:
        """Raises `PluginError` when none of these APIs has a fake because one could not be made."""
        if not any(api in self.secrets for api in apis):
            for api in apis:
                self.check(api)

    def add(self, spec: ApiSpec) -> None:
        """Make the spec's fake, if it has one. Raises `PluginError` when that fails."""
        if not spec.fake:
            return
        values = self._values(spec)
        state = self._mapping(f"fake-{spec.name}")
        try:
            fake = alone(lambda: _factory(spec.fake)(state, values))
        except PluginError as error:
            raise PluginError(f"the fake of {spec.name} cannot be made: {error.message}", hint="see docs/plugins.md") from error
        self.secrets[spec.name] = values
        lock = threading.Lock()
        for host in spec.hosts:
            self._by_host[host.name] = (spec, fake, lock)

    def start(self) -> None:
        self._front.start(self)

    def close(self) -> None:
        self._front.close()

    def admit(self, head: Head) -> Answer | None:
        known = covering(self._by_host, head.fields.get("host", "")) is not None
        if head.peer == "127.0.0.1" and known and "origin" not in head.fields:
            return None
        return Answer(421, (("Content-Type", "text/plain"),), b"no fake answers for this host\n")

    def answer(self, head: Head, body: bytes) -> Answer:
        host = head.fields["host"]
        spec, fake, lock = self._by_host[covering(self._by_host, host) or host]
        request = FakeRequest(head.method, host, head.path, head.query, head.fields, body)
        try:
            with lock:
                response = fake.respond(request)
        # A broken fake answers as a broken API does; the broker and the SDK must cope with both.
        except Exception as error:  # noqa: BLE001
            text = f"the fake of {spec.name} failed: {type(error).__name__}: {error}"
            return Answer(500, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())
        return Answer(response.status, tuple(response.headers.items()), response.body)

    def _values(self, spec: ApiSpec) -> dict[str, str]:
        """The only values that the fake accepts: made once per state folder."""
        kept = self._mapping("fake-secrets")
        values: dict[str, str] = {}
        for field in spec.secrets:
            key = f"{spec.name}/{field.name}"
            if key not in kept:
                kept[key] = field.fake_value.replace("{random}", secrets.token_hex(16))
            values[field.name] = kept[key]
        return values


def _factory(reference: str) -> FakeFactory:
    module, _, name = reference.partition(":")
    return cast("FakeFactory", getattr(importlib.import_module(module), name))
