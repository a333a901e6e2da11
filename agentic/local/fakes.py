"""Serves the API plugins' fakes on one loopback port, told apart by the Host header.

Who may call: only loopback, only with the exact Host of a known API, without an Origin; the fake itself accepts only
the random key that the local cloud made for it, so the key is the listener's token.
"""

import importlib
import secrets
import threading
from collections.abc import Callable, Mapping, MutableMapping
from typing import cast

from agentic.core.errors import PluginError
from agentic.core.fake import Fake, FakeFactory, FakeRequest
from agentic.core.spec import ApiSpec
from agentic.local.endpoint.front import Front
from agentic.local.endpoint.message import Answer, Head


class Fakes:
    """The fakes of some APIs behind one port. `mapping` gives a durable dict by name."""

    def __init__(self, mapping: Callable[[str], MutableMapping[str, str]]) -> None:
        self._mapping = mapping
        self._by_host: dict[str, tuple[ApiSpec, Fake, threading.Lock]] = {}
        self._front = Front()
        self.secrets: dict[str, Mapping[str, str]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._front.port}"

    def add(self, spec: ApiSpec) -> None:
        """Make the spec's fake, if it has one. Raises `PluginError` when that fails."""
        if not spec.fake:
            return
        values = self._values(spec)
        try:
            module, _, name = spec.fake.partition(":")
            factory = cast("FakeFactory", getattr(importlib.import_module(module), name))
            fake = factory(self._mapping(f"fake-{spec.name}"), values)
        # The fake is the plugin's code: whatever it raises becomes the reason.
        except Exception as error:
            raise PluginError(f"the fake of {spec.name} cannot be made: {type(error).__name__}: {error}") from error
        self.secrets[spec.name] = values
        lock = threading.Lock()
        for host in spec.hosts:
            self._by_host[host.name] = (spec, fake, lock)

    def start(self) -> None:
        self._front.start(self)

    def close(self) -> None:
        self._front.close()

    def admit(self, head: Head) -> Answer | None:
        known = head.fields.get("host") in self._by_host
        if head.peer == "127.0.0.1" and known and "origin" not in head.fields:
            return None
        return Answer(421, (("Content-Type", "text/plain"),), b"no fake answers for this host\n")

    def answer(self, head: Head, body: bytes) -> Answer:
        host = head.fields["host"]
        spec, fake, lock = self._by_host[host]
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
