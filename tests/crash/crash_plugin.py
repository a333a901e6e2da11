"""The plugins of Stripe and GitHub, whose fakes live in another process, which no kill of the local cloud reaches.

CRASH_FAKE is that process's address. `told` hears of each request twice: when it is about to be done, and when it is done.
"""

import dataclasses
import http.client
import json
import os
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from agentic.apis.github import GITHUB
from agentic.apis.stripe import STRIPE
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.spec import ApiSpec
from agentic.registry import hookimpl

told: list[Callable[[str, str], None]] = []


class Elsewhere:
    """Hands each request on, and its answer back."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def respond(self, request: FakeRequest) -> FakeResponse:
        name = f"fake {request.method} {request.path}"
        for tell in told:
            tell("start", name)
        host, _, port = os.environ["CRASH_FAKE"].partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        facts: dict[str, Any] = {
            **dataclasses.asdict(request),
            "body": request.body.decode("latin-1"),
            "secrets": self._secrets,
        }
        try:
            connection.request("POST", "/", json.dumps(facts, default=dict))
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        for tell in told:
            tell("end", name)
        return FakeResponse(answer["status"], answer["body"].encode("latin-1"), answer["headers"])


def fake(store: MutableMapping[str, str], secrets: Mapping[str, str]) -> Elsewhere:
    return Elsewhere(secrets)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [dataclasses.replace(spec, fake=f"{__name__}:fake") for spec in (STRIPE, GITHUB)]
