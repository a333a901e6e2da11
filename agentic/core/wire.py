"""One HTTP exchange as it travels between relay and broker: as values inside a process, as JSON between functions."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

Headers = tuple[tuple[str, str], ...]

OF_THE_CONNECTION = frozenset(
    (
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade", "http2-settings", "alt-used", "max-forwards", "early-data"),
    )
)
"""Headers, in lower case, that say how one connection carries a request: neither a script's nor a plugin's to set."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as the script's SDK sent it. `url` is absolute; header names keep their case and may repeat."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def to_json(self) -> dict[str, Any]:
        return {"method": self.method, "url": self.url, "headers": [list(h) for h in self.headers], "body": _text(self.body)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            str(data["method"]), str(data["url"]), _headers(data["headers"]), base64.b64decode(data["body"], validate=True)
        )


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The answer that the script gets: the API's, scrubbed, or a refusal in the API's own shape."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def to_json(self) -> dict[str, Any]:
        return {"status": self.status, "headers": [list(h) for h in self.headers], "body": _text(self.body)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(int(data["status"]), _headers(data["headers"]), base64.b64decode(data["body"], validate=True))


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")


def _headers(pairs: Any) -> Headers:
    return tuple((str(name), str(value)) for name, value in pairs)
