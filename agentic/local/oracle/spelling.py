"""Requests from a program's inputs, in the words of the service's model: how a resource type says what it asks of AWS.

A type declares `requests`, a function of its context, its logical name and its inputs as its schema read them. For most
types that is one call of `spelled`, because Pulumi's names are the API's in another spelling:

    def _requests(context: Context, name: str, inputs: Inputs) -> list[ApiRequest]:
        return [spelled("sqs", "CreateQueue", inputs, {"name": "QueueName"}, leave=("skipDestroy",))]

What `spelled` does by itself: upper and lower case (`memorySize` is MemorySize); a plural for what the API has in the
singular; a list with the one block that a structure is (`environments[0]`); a list of blocks with `mapBlockKey` for a map;
a mapping for the API's list of keys and values (tags); JSON text for a document; true for an empty structure. What it
finds no member for stays as it is, and the oracle then tells it. `update_requests` of a `Lifecycle` are the same for
`update`, where nothing is sent through a client (whatever is sent through one is checked anyway).
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, cast

from agentic.local.oracle.models import Shape, input_shape
from agentic.local.oracle.request import ApiRequest, known

_NO_RENAMES: Mapping[str, str] = {}


def spelled(
    service: str,
    operation: str,
    inputs: Mapping[str, Any],
    renames: Mapping[str, str] = _NO_RENAMES,
    *,
    leave: Collection[str] = (),
) -> ApiRequest:
    """The request that has these inputs as its parameters.

    `renames` are for words that differ, at any depth; `leave` are inputs that only steer the provider.
    Raises `LocalCloudError` for an unknown service or operation.
    """
    given = {name: value for name, value in inputs.items() if name not in leave}
    shape = input_shape(service, operation)
    return ApiRequest(service, operation, _structure(given, shape, renames) if shape else given)


def only(service: str, operation: str, inputs: Mapping[str, Any], renames: Mapping[str, str] = _NO_RENAMES) -> dict[str, Any]:
    """The inputs that the operation has a member for: an update takes fewer than a creation."""
    shape = input_shape(service, operation)
    return {name: value for name, value in inputs.items() if shape and _member(name, shape, renames) in shape.members}


def _spelled(value: Any, shape: Shape, renames: Mapping[str, str]) -> Any:
    if not known(value):
        return value
    match shape.kind:
        case "document":
            return json.loads(value) if isinstance(value, str) else value
        case "structure":
            return _structure(value, shape, renames)
        case "list":
            return _list(value, shape, renames)
        case "map":
            return _map(value, shape, renames)
        case _:
            return value


def _structure(value: Any, shape: Shape, renames: Mapping[str, str]) -> Any:
    if value is True:
        return {}
    if isinstance(value, list) and len(cast(list[Any], value)) == 1:
        return _spelled(value[0], shape, renames)
    if not isinstance(value, Mapping):
        return cast(Any, value)
    found: dict[str, Any] = {}
    for name, item in cast(Mapping[str, Any], value).items():
        member = _member(name, shape, renames)
        inner = shape.members.get(member)
        # What is switched off by false where the API has a structure is left out there.
        if inner is None:
            found[member] = item
        elif not (item is False and inner.kind == "structure"):
            found[member] = _spelled(item, inner, renames)
    return found


def _list(value: Any, shape: Shape, renames: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping) and shape.item.kind == "structure":
        key, text = sorted(shape.item.members, key=lambda member: "value" in member.lower())[:2]
        return [{key: name, text: item} for name, item in cast(Mapping[str, Any], value).items()]
    if not isinstance(value, list):
        return cast(Any, value)
    return [_spelled(item, shape.item, renames) for item in cast(list[Any], value)]


def _map(value: Any, shape: Shape, renames: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        blocks = cast(list[Mapping[str, Any]], value)
        return {block["mapBlockKey"]: _spelled(_without_key(block), shape.item, renames) for block in blocks}
    if not isinstance(value, Mapping):
        return value
    return {name: _spelled(item, shape.item, renames) for name, item in cast(Mapping[str, Any], value).items()}


def _without_key(block: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in block.items() if name != "mapBlockKey"}


def _member(name: str, shape: Shape, renames: Mapping[str, str]) -> str:
    name = renames.get(name, name)
    spellings = {member.lower(): member for member in shape.members}
    plain = name.lower()
    return spellings.get(plain) or spellings.get(plain.removesuffix("s")) or spellings.get(f"{plain}s") or name
