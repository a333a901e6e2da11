"""A request and its answer, as the parts of the endpoint hand them to each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Head:
    """The request line and the headers, as they came. `target` is the raw path and query; `peer` the caller's address."""

    method: str
    target: str
    headers: Pairs
    peer: str

    @cached_property
    def fields(self) -> dict[str, str]:
        """Header values by lower-case name; repeated ones joined by a comma."""
        fields: dict[str, str] = {}
        for name, value in self.headers:
            key = name.lower()
            fields[key] = f"{fields[key]},{value}" if key in fields else value
        return fields

    @property
    def path(self) -> str:
        """Still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query's parameters, decoded."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True)
class Request:
    """A whole request of a known caller: its signature is verified."""

    head: Head
    body: bytes
    service: str
    region: str
    principal: str
    access_key_id: str

    @property
    def operation(self) -> str:
        """For services that name it in a header (`X-Amz-Target: Prefix.Operation`); empty for others."""
        return self.head.fields.get("x-amz-target", "").rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. A `body` that is an iterator is sent in chunks as it comes."""

    status: int
    headers: Pairs = ()
    body: bytes | Iterator[bytes] = field(default=b"")
