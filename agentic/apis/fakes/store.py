"""Where a fake keeps its objects: JSON texts in a mapping that somebody else makes durable.

Every fake has one store. What a request changes is written by `commit` only, so a refused request leaves nothing behind.
A field whose name starts with an underscore is the fake's own and is left out of what a client sees.
"""

import json
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

_SEQUENCE = "_sequence"


class ObjectStore:
    """Objects by kind and id over a mapping from "kind/id" to JSON text. Not safe for threads, as fakes are not."""

    def __init__(self, texts: MutableMapping[str, str]) -> None:
        self._texts = texts
        self._changes: dict[str, str | None] = {}

    def get(self, kind: str, identifier: str) -> Object | None:
        """A fresh copy of the object, or None."""
        key = f"{kind}/{identifier}"
        text = self._changes[key] if key in self._changes else self._texts.get(key)
        return None if text is None else json.loads(text)

    def put(self, kind: str, identifier: str, value: Object) -> Object:
        """Keep `value`; a new object gets its place in the order of creation."""
        if _SEQUENCE not in value:
            value[_SEQUENCE] = self.count("objects")
        self._changes[f"{kind}/{identifier}"] = json.dumps(value, ensure_ascii=False)
        return value

    def remove(self, kind: str, identifier: str) -> None:
        self._changes[f"{kind}/{identifier}"] = None

    def all(self, kind: str) -> list[Object]:
        """Every object of the kind, newest first."""
        prefix = f"{kind}/"
        keys = {key for key in self._texts if key.startswith(prefix)} | {key for key in self._changes if key.startswith(prefix)}
        found = [value for key in keys if (value := self.get(kind, key.removeprefix(prefix))) is not None]
        return sorted(found, key=lambda value: value[_SEQUENCE], reverse=True)

    def count(self, name: str) -> int:
        """The next number of the counter `name`, from 1."""
        number = (self.get("counters", name) or {"value": 0})["value"] + 1
        self._changes[f"counters/{name}"] = json.dumps({"value": number})
        return number

    def commit(self) -> None:
        """Write what was changed since the last commit."""
        for key, text in self._changes.items():
            if text is None:
                self._texts.pop(key, None)
            else:
                self._texts[key] = text
        self._changes.clear()

    def discard(self) -> None:
        """Forget what was changed since the last commit."""
        self._changes.clear()


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, in the list's order."""

    items: tuple[Object, ...]
    has_more: bool


class UnknownCursorError(LookupError):
    """The object after or before which the page should start is not in the list."""


def page_by_cursor(
    items: Sequence[Object], limit: int, starting_after: str | None = None, ending_before: str | None = None
) -> Page:
    """At most `limit` items after one id, or the nearest ones before another. Raises `UnknownCursorError`."""
    if ending_before is not None:
        before = items[: _position(items, ending_before)]
        return Page(tuple(before[-limit:]), len(before) > limit)
    after = items[_position(items, starting_after) + 1 :] if starting_after is not None else items
    return Page(tuple(after[:limit]), len(after) > limit)


def _position(items: Iterable[Object], identifier: str) -> int:
    for number, item in enumerate(items):
        if item["id"] == identifier:
            return number
    raise UnknownCursorError(identifier)


def visible(value: Any) -> Any:
    """What a client sees of a value: no field of the fake's own, at any depth."""
    if isinstance(value, dict):
        fields: Object = value  # pyright: ignore[reportUnknownVariableType] # JSON: keys are texts
        return {key: visible(item) for key, item in fields.items() if not key.startswith("_")}
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [visible(item) for item in items]
    return value
