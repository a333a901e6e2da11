"""JSON of tools. Checks arguments against a tool's schema as a gateway does: required members and types, nothing more.

A gateway knows only `type`, `properties`, `required`, `items` and `description` (reference: AgentCore, tool schema).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def faults(schema: Mapping[str, Any], value: Any, name: str = "arguments") -> Iterator[str]:
    """One sentence per fault, written for the model that made the call."""
    kind = schema.get("type", "object")
    if not _fits(kind, value):
        yield f"{name} must be of type {kind}"
        return
    if kind == "object":
        required: Sequence[str] = schema.get("required") or ()
        properties: Mapping[str, Mapping[str, Any]] = schema.get("properties") or {}
        yield from (f"{name} must have {member!r}" for member in required if member not in value)
        for member, member_schema in properties.items():
            if member in value:
                yield from faults(member_schema, value[member], f"{name}.{member}")
    elif kind == "array" and "items" in schema:
        for index, item in enumerate(value):
            yield from faults(schema["items"], item, f"{name}[{index}]")


def as_object(value: Any) -> dict[str, Any]:
    """The value when it is a JSON object; empty for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(kind, (object,)))
