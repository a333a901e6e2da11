"""One request to an AWS API as a value, and what stands in it for an input that a preview does not know yet."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import botocore  # pyright: ignore[reportMissingTypeStubs]


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """`service` as boto3 names it ("bedrock-agentcore-control"), `operation` as the API does ("CreateGateway").

    In a blob's place a `pathlib.Path` stands for the content of that file.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]

    def send(self, client: Callable[[str], Any]) -> Any:
        """The answer of the client that `client` gives for the service."""
        method: Any = cast(Any, botocore).xform_name(self.operation)
        return getattr(client(self.service), method)(**self.parameters)


# Letters and digits, another one in each process: no program's text can hold it by chance or on purpose.
_MARK = f"notknownyet{secrets.token_hex(12)}"


class _NotKnown(str):
    """An input of which only its place is known. Read as a list it has one such item, as a mapping one such entry."""

    __slots__ = ()

    def __getitem__(self, key: object) -> "_NotKnown":  # pyright: ignore[reportIncompatibleMethodOverride]
        return self

    def __iter__(self) -> Iterator["_NotKnown"]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return iter((self,))

    def __contains__(self, key: object) -> bool:
        return True

    def get(self, key: object, default: object = None) -> "_NotKnown":
        return self

    def keys(self) -> tuple["_NotKnown"]:
        return (self,)

    def values(self) -> tuple["_NotKnown"]:
        return (self,)

    def items(self) -> tuple[tuple["_NotKnown", "_NotKnown"]]:
        return ((self, self),)

    def __repr__(self) -> str:
        return "(not known yet)"


NOT_KNOWN: Any = _NotKnown(_MARK)
"""Stands for a value that a preview does not know yet; a text that was made with it is not known either."""


def known(value: Any) -> bool:
    """Whether the value is known in all of its text."""
    return not (isinstance(value, str) and _MARK in str(value).lower())


def with_unknowns(values: Mapping[str, Any], blanked: Mapping[str, Any], unknown: Iterable[str]) -> dict[str, Any]:
    """`values` (as a type's schema read `blanked`) with NOT_KNOWN at the paths of `unknown`, where `blanked` has None."""
    return cast(dict[str, Any], _filled(values, blanked, "", frozenset(unknown)))


def _filled(value: Any, blanked: Any, path: str, unknown: frozenset[str]) -> Any:
    if path in unknown:
        return NOT_KNOWN
    if isinstance(blanked, Mapping) and isinstance(value, Mapping):
        values, before = cast(Mapping[str, Any], value), f"{path}." if path else ""
        filled = {
            name: _filled(values.get(name), item, f"{before}{name}", unknown)
            for name, item in cast(Mapping[str, Any], blanked).items()
            if name in values or f"{before}{name}" in unknown
        }
        return {**values, **filled}
    if isinstance(blanked, list) and isinstance(value, list):
        pairs = zip(cast(list[Any], value), cast(list[Any], blanked), strict=False)
        return [_filled(item, blank, f"{path}[{index}]", unknown) for index, (item, blank) in enumerate(pairs)]
    return value
