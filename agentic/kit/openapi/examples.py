"""An example for a schema: what the description gives, else made from the types. Bounded, whatever the schema refers to."""

import math
from collections.abc import Mapping
from typing import Any, cast

from agentic.core.key_forms import looks_like_key

from .document import Document, Object, entries, items

_DEEPEST, _MOST_PARTS, _MOST_FIELDS, _LONGEST_TEXT = 6, 300, 40, 400
_LARGEST = 10**15
_FORMATS = {
    "date-time": "2026-01-15T12:00:00Z",
    "date": "2026-01-15",
    "time": "12:00:00Z",
    "email": "alice@example.com",
    "uuid": "11111111-2222-4333-8444-555555555555",
    "uri": "https://example.com/1",
    "url": "https://example.com/1",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "byte": "ZXhhbXBsZQ==",
}


def of_content(document: Document, content: Any) -> Any:
    """The example of a request's or answer's `content`, for its first JSON media type. None without one."""
    for name, value in entries(content, 20):
        if "json" not in name.lower():
            continue
        media = document.resolved(value)
        maker = _Maker(document)
        if "example" in media:
            return maker.cleaned(media["example"], 0)
        for _, given in entries(media.get("examples"), 1):
            shown = document.resolved(given)
            if "value" in shown:
                return maker.cleaned(shown["value"], 0)
        return maker.of(media.get("schema"), 0)
    return None


class _Maker:
    """Makes one example; counts its parts, so that a schema that refers to itself in many ways stays small."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._left = _MOST_PARTS
        # The references that lead to where we are: one that comes again goes in a circle.
        self._open: list[str] = []

    def of(self, schema: Any, depth: int) -> Any:
        """The example; None at a circle, or where there is no more room."""
        self._left -= 1
        reference = str(schema.get("$ref", "")) if isinstance(schema, Mapping) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if depth > _DEEPEST or self._left < 0 or (reference and reference in self._open):
            return None
        self._open.append(reference)
        try:
            return self._made(self._document.resolved(schema), depth)
        finally:
            self._open.pop()

    def _made(self, found: Object, depth: int) -> Any:
        for given in ("example", "const", "default"):
            if given in found:
                return self.cleaned(found[given], depth)
        for listed in ("examples", "enum"):
            if values := items(found.get(listed), 1):
                return self.cleaned(values[0], depth)
        if parts := items(found.get("allOf"), 10):
            return self._merged([*parts, {key: value for key, value in found.items() if key != "allOf"}], depth)
        for choice in ("oneOf", "anyOf"):
            if choices := items(found.get(choice), 1):
                return self.of(choices[0], depth + 1)
        return self._typed(found, depth)

    def cleaned(self, value: Any, depth: int) -> Any:
        """A given example as plain JSON. What looks like a key is not copied."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return None
        if isinstance(value, str):
            text = value[:_LONGEST_TEXT].encode("utf-8", "replace").decode()
            return "example" if looks_like_key(text) else text
        if isinstance(value, Mapping):
            fields = entries(cast("Any", value), _MOST_FIELDS)
            return {name[:100].encode("utf-8", "replace").decode(): self.cleaned(item, depth + 1) for name, item in fields}
        if isinstance(value, list):
            return [self.cleaned(item, depth + 1) for item in items(cast("Any", value), 3)]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return value if math.isfinite(value) and abs(value) < _LARGEST else 1
        return str(value)[:_LONGEST_TEXT]

    def _merged(self, parts: list[Any], depth: int) -> Any:
        merged: dict[str, Any] = {}
        for part in parts:
            made = self.of(part, depth + 1)
            if isinstance(made, dict):
                merged |= cast("dict[str, Any]", made)
        return merged

    def _typed(self, schema: Object, depth: int) -> Any:
        kinds = [kind for kind in items(schema.get("type"), 5) if kind != "null"] or [schema.get("type")]
        match kinds[0]:
            case "array":
                return [self.of(schema.get("items"), depth + 1)]
            case "string":
                return _FORMATS.get(str(schema.get("format", "")), "example")
            case "integer":
                return self._number(schema, 1)
            case "number":
                return self._number(schema, 1.5)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                fields = entries(schema.get("properties"), _MOST_FIELDS)
                return {name[:100]: self.of(value, depth + 1) for name, value in fields}

    def _number(self, schema: Object, usual: float) -> Any:
        least = schema.get("minimum")
        return self.cleaned(least, 0) if isinstance(least, int | float) and not isinstance(least, bool) else usual
