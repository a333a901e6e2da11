"""JSON Schemas of the dataclasses that requests are read into and answers are written from."""

import dataclasses
import types
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast, get_args, get_origin

from agentic.serving.declared import fields_of, is_required

_KINDS: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_OURS = frozenset({"keys", "words"})


class Schemas:
    """Collects the schemas that are referred to, by name, in `components`."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}

    def answer(self, kind: Any) -> dict[str, Any]:
        """The schema of what an answer has: every field is there, and later versions may have more."""
        return self._of(kind, request=False)

    def request(self, kind: Any) -> dict[str, Any]:
        """The schema of a request's body: fields without a default must be there, and no others may."""
        return self._of(kind, request=True)

    def _of(self, kind: Any, *, request: bool) -> dict[str, Any]:
        if kind is Any:
            return {}
        if kind in _KINDS:
            return {"type": _KINDS[kind]}
        if isinstance(kind, types.UnionType):
            return {"anyOf": [self._of(item, request=request) for item in get_args(kind)]}
        if kind is types.NoneType:
            return {"type": "null"}
        origin, items = get_origin(kind), get_args(kind)
        if origin is tuple:
            if len(items) == 2 and items[1] is Ellipsis:
                return {"type": "array", "items": self._of(items[0], request=request)}
            fixed = [self._of(item, request=request) for item in items]
            return {"type": "array", "prefixItems": fixed, "minItems": len(fixed), "maxItems": len(fixed)}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self._of(items[1], request=request)}
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return {"type": "string", "enum": [item.value for item in kind]}
        return self._referred(cast("type", kind), request=request)

    def _referred(self, kind: type, *, request: bool) -> dict[str, Any]:
        name = kind.__name__
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self._object(kind, request=request)
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, kind: type, *, request: bool) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required: list[str] = []
        for name, (wanted, item) in fields_of(kind).items():
            properties[name] = property_of(self._of(wanted, request=request), item)
            if not request or is_required(item):
                required.append(name)
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        if request:
            schema["additionalProperties"] = False
        # A dataclass without one of its own has its signature there.
        if kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}("):
            schema["description"] = " ".join(kind.__doc__.split())
        return schema


def property_of(schema: dict[str, Any], item: "dataclasses.Field[Any]") -> dict[str, Any]:
    """A field's schema with what is declared of it."""
    bounds = {name: value for name, value in item.metadata.items() if name not in _OURS}
    if "keys" in item.metadata:
        number = {"type": "number"}
        return {**bounds, "type": "object", "properties": dict.fromkeys(item.metadata["keys"], number)} | {
            "additionalProperties": False
        }
    if "anyOf" in schema:
        description = {name: bounds.pop(name) for name in ("description",) if name in bounds}
        value, *rest = schema["anyOf"]
        return {**description, "anyOf": [{**value, **bounds}, *rest]}
    default = {} if is_required(item) or item.default is dataclasses.MISSING or not bounds else {"default": item.default}
    return {**schema, **bounds, **default}
