"""Property values as the engine sends them: plain JSON with unknowns and secrets apart, and back again.

Marks and the unknown value are Pulumi's own (pulumi/sdk/python/lib/pulumi/runtime/rpc.py); imported, not copied.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

from agentic.core.errors import LocalCloudError

UNKNOWN: str = rpc.UNKNOWN
"""What stands for a value that a preview does not know yet."""

_MARK: str = rpc._special_sig_key  # pyright: ignore[reportPrivateUsage]
_SECRET: str = rpc._special_secret_sig  # pyright: ignore[reportPrivateUsage]
_ARCHIVE: str = rpc._special_archive_sig  # pyright: ignore[reportPrivateUsage]
# Shorter texts ("true", a digit) are no secrets anybody could hide, and are part of everything.
_SECRET_LENGTH = 5


@dataclass(slots=True)
class Properties:
    """One message's properties. `plain` has UNKNOWN where a value is not known; an archive is `{archive, hash}`.

    `wire` is the message itself, marks and all.
    """

    wire: struct_pb2.Struct
    plain: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, wire: struct_pb2.Struct) -> "Properties":
        """Raises `LocalCloudError` for assets other than file archives."""
        plain = {name: _plain(value) for name, value in wire.fields.items()}
        return cls(wire, {name: value for name, value in plain.items() if value is not None})

    def blanked(self) -> tuple[dict[str, Any], list[str]]:
        """`plain` with None for each unknown, and the unknowns' paths as the table's schema writes them."""
        paths: list[str] = []
        return cast(dict[str, Any], _blank(self.plain, "", paths)), paths

    def state(self, outputs: Mapping[str, Any]) -> struct_pb2.Struct:
        """A resource's state: these inputs as they came, and outputs. An output with a secret's text inside is secret."""
        state = struct_pb2.Struct()
        state.CopyFrom(self.wire)
        secrets = secret_texts(self.wire)
        for name, value in outputs.items():
            if name not in self.wire.fields or self.plain.get(name) != value:
                hidden = any(secret in text for text in _texts(value) for secret in secrets)
                state.update({name: {_MARK: _SECRET, "value": value} if hidden else value})
        return state


def secret_texts(wire: struct_pb2.Struct) -> set[str]:
    """The texts inside a message's secret values."""
    return {
        text
        for secret in _secrets(wire.fields.values())
        for text in _texts(_plain(secret))
        if text != UNKNOWN and len(text) >= _SECRET_LENGTH
    }


def redacted(text: str, *wires: struct_pb2.Struct) -> str:
    """The text without what the messages call secret: errors often quote what they refuse."""
    secrets = {secret for wire in wires for secret in secret_texts(wire)}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


def _secrets(values: Iterable[struct_pb2.Value]) -> Iterator[struct_pb2.Value]:
    """What stands inside the marks, at any depth."""
    for value in values:
        if value.HasField("list_value"):
            yield from _secrets(value.list_value.values)
        elif value.HasField("struct_value"):
            fields = value.struct_value.fields
            if _MARK in fields and fields[_MARK].string_value == _SECRET:
                yield fields["value"]
            else:
                yield from _secrets(fields.values())


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "struct_value":
            return _plain_struct(value.struct_value.fields)
        case _:
            return None


def _plain_struct(fields: Mapping[str, struct_pb2.Value]) -> Any:
    mark = fields[_MARK].string_value if _MARK in fields else ""
    if not mark:
        plain = {name: _plain(value) for name, value in fields.items()}
        return {name: value for name, value in plain.items() if value is not None}
    if mark == _SECRET:
        return _plain(fields["value"])
    if mark == _ARCHIVE and "assets" not in fields and "uri" not in fields:
        # Of what the engine keeps in a state only the digest is left.
        path = fields["path"].string_value if "path" in fields else ""
        return {"archive": path, "hash": fields["hash"].string_value}
    raise LocalCloudError("only file archives (pulumi.FileArchive with a path) can be given to the local cloud")


def _blank(value: Any, path: str, paths: list[str]) -> Any:
    if value == UNKNOWN:
        paths.append(path)
        return None
    if isinstance(value, Mapping):
        items = cast(Mapping[str, Any], value).items()
        return {name: _blank(item, f"{path}.{name}".lstrip("."), paths) for name, item in items}
    if isinstance(value, list):
        return [_blank(item, f"{path}[{index}]", paths) for index, item in enumerate(cast(list[Any], value))]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in cast(Mapping[str, Any], value).values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from _texts(item)
