"""Types of a spec's values, as its dataclasses declare them: a plugin's author learns what to write instead.

Python checks none of this by itself, and `("acme")`, which is a text, reads like a tuple.
"""

import dataclasses
import types
from enum import Enum
from functools import cache
from typing import Any, cast, get_args, get_origin

_SHOWN = 40


class TypeWalk:
    """Looks at values once: `faults` in words, `bytes` that their texts have in UTF-8."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.bytes = 0

    def look(self, value: object, wanted: Any, place: str) -> bool:
        """Whether `value` is of the type `wanted`, all the way down. `place` is its name for the author."""
        before = len(self.faults)
        self._look(value, wanted, place)
        return len(self.faults) == before

    def _look(self, value: object, wanted: Any, place: str) -> None:
        if wanted is str:
            self._text(value, place)
        elif get_origin(wanted) is tuple:
            self._tuple(value, get_args(wanted), place)
        elif isinstance(wanted, types.UnionType):
            if value is not None:
                self._look(value, next(item for item in get_args(wanted) if item is not types.NoneType), place)
        else:
            self._value(value, wanted, place)

    def _value(self, value: object, wanted: type[Any], place: str) -> None:
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            self._wrong(value, wanted, place)
        elif dataclasses.is_dataclass(wanted):
            for name, kind in _fields(wanted):
                self._look(getattr(value, name), kind, f"{place}.{name}")

    def _text(self, value: object, place: str) -> None:
        if not isinstance(value, str):
            self._wrong(value, str, place)
            return
        try:
            self.bytes += len(value.encode())
        except UnicodeEncodeError:
            self.faults.append(f"{place} holds half of a character (a lone surrogate)")

    def _tuple(self, value: object, items: tuple[Any, ...], place: str) -> None:
        if not isinstance(value, tuple):
            self._wrong(value, tuple, place)
            return
        values = cast("tuple[object, ...]", value)
        many = len(items) == 2 and items[1] is Ellipsis
        if not many and len(values) != len(items):
            self.faults.append(f"{place} has {len(values)} values, it must have {len(items)}")
            return
        for number, item in enumerate(values):
            self._look(item, items[0] if many else items[number], f"{place}[{number}]")

    def _wrong(self, value: object, wanted: type, place: str) -> None:
        self.faults.append(f"{place} {_wrong(value, wanted)}")


def _wrong(value: object, wanted: type) -> str:
    kind = type(value).__name__
    if wanted is tuple:
        if isinstance(value, str):
            short = repr(value) if len(value) <= _SHOWN else "'…'"
            return f"is the text {short}, it must be a tuple: write ({short},) with its comma"
        if isinstance(value, list):
            return "is a list, it must be a tuple: write (…,) instead of […]"
        return f"is of type {kind}, it must be a tuple: write ({kind}(…),) with its comma"
    if issubclass(wanted, Enum):
        names = ", ".join(f"{wanted.__name__}.{item.name}" for item in wanted)
        return f"is of type {kind}, it must be one of {names}"
    return f"is of type {kind}, it must be of type {wanted.__name__}"


@cache
def _fields(wanted: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((item.name, item.type) for item in dataclasses.fields(wanted))
