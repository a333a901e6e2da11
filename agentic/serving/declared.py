"""A field of a request with what is said of it: its help and its bounds in JSON Schema's words, for reader and document."""

import dataclasses
from dataclasses import MISSING, field
from typing import Any, get_type_hints


def declared(help_text: str, default: Any = MISSING, **bounds: Any) -> Any:
    """A dataclass field. `bounds` are keywords of JSON Schema: minLength, maxLength, pattern, minimum, maximum, enum, keys.

    `keys` (the names that an object may have) is ours.
    """
    metadata = {"description": help_text, **bounds}
    if isinstance(default, dict):
        return field(default_factory=dict[str, Any], metadata=metadata)
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def fields_of(kind: type) -> dict[str, tuple[Any, "dataclasses.Field[Any]"]]:
    """A dataclass's fields by name, each with its type."""
    hints = get_type_hints(kind)
    return {item.name: (hints[item.name], item) for item in dataclasses.fields(kind)}


def is_required(item: "dataclasses.Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING
