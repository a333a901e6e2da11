"""What a fake is: an API's local stand-in, as an object that answers requests. The local cloud serves it.

A plugin names a factory in `ApiSpec.fake` ("package.module:factory"), called as `factory(store, secrets)`:
`store` keeps its state ("customer/cus_1" to JSON text; a plain dict in tests, durable in the local cloud), `secrets`
holds the only values of the API's secret that the fake accepts (field name to value).
"""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FakeRequest:
    """One request as the API would get it. Header names are lower-case; `query` is the raw query string."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class FakeResponse:
    """The fake's answer. Content-Length is added by whoever serves it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Fake(Protocol):
    """Called from one thread at a time."""

    def respond(self, request: FakeRequest) -> FakeResponse: ...


FakeFactory = Callable[[MutableMapping[str, str], Mapping[str, str]], Fake]
