"""A value against a shape of a service model, in full: botocore's own check leaves out enums, patterns and most limits."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from agentic.local.oracle.models import Shape
from agentic.local.oracle.patterns import UntranslatableError, translated
from agentic.local.oracle.request import known

_LONGEST = 80
_MOST_CHOICES = 12


def faults_of(value: Any, shape: Shape, path: str) -> list[str]:
    """What is wrong with the value, one sentence each: its path, what is allowed, what was given.

    Values of shapes that the model calls sensitive are not quoted.
    """
    if not known(value):
        return []
    if value is None:
        return [f"{path} is null"]
    return _CHECKS[shape.kind](value, shape, path)


def _structure(value: Any, shape: Shape, path: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{path} must be a structure, not {_shown(value, shape)}"]
    given, members = cast(Mapping[str, Any], value), shape.members
    faults = [f"{_join(path, name)} is missing" for name in shape.required if given.get(name) is None]
    for name in given:
        if name not in members and known(name):
            near = difflib.get_close_matches(name, members, 1)
            hint = f", which has {near[0]}" if near else ""
            faults.append(f"{_join(path, name)} is not a member of {shape.name}{hint}")
    if shape.is_union and all(map(known, given)):
        named = [name for name in given if name in members]
        if len(named) != 1:
            faults.append(
                f"{path or shape.name} must have exactly one of {', '.join(members)}, not {' and '.join(named) or 'none'}"
            )
    for name, item in given.items():
        if name in members and (item is not None or name not in shape.required):
            faults += faults_of(item, members[name], _join(path, name))
    return faults


def _list(value: Any, shape: Shape, path: str) -> list[str]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        return [f"{path} must be a list, not {_shown(value, shape)}"]
    items = cast(Sequence[Any], value)
    faults = _limited(len(items), shape, path, "items")
    for index, item in enumerate(items):
        faults += faults_of(item, shape.item, f"{path}[{index}]")
    return faults


def _map(value: Any, shape: Shape, path: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{path} must be a map, not {_shown(value, shape)}"]
    entries = cast(Mapping[str, Any], value)
    faults = _limited(len(entries), shape, path, "entries")
    for name, item in entries.items():
        faults += faults_of(name, shape.key, f"a key of {path}")
        faults += faults_of(item, shape.item, _join(path, name))
    return faults


def _string(value: Any, shape: Shape, path: str) -> list[str]:
    if not isinstance(value, str):
        return [f"{path} must be a text, not {_shown(value, shape)}"]
    faults, choices = _limited(len(value), shape, path, "characters"), shape.choices
    if choices and value not in choices:
        named = choices if len(choices) <= _MOST_CHOICES else [*difflib.get_close_matches(value, choices, 3), "…"]
        faults.append(f"{path} must be one of {', '.join(named)}, not {_shown(value, shape)}")
    if shape.pattern and not _matches(shape.pattern, value):
        faults.append(f"{path} must match {shape.pattern}, not {_shown(value, shape)}")
    return faults


def _matches(pattern: str, value: str) -> bool:
    try:
        return translated(pattern)(value)
    except UntranslatableError:
        return True  # counted by `models.unchecked_patterns`


def _whole(value: Any, shape: Shape, path: str) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int):
        return [f"{path} must be a whole number, not {_shown(value, shape)}"]
    return _limited(value, shape, path, "")


def _number(value: Any, shape: Shape, path: str) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return [f"{path} must be a number, not {_shown(value, shape)}"]
    return _limited(float(value), shape, path, "")


def _truth(value: Any, shape: Shape, path: str) -> list[str]:
    return [] if isinstance(value, bool) else [f"{path} must be true or false, not {_shown(value, shape)}"]


def _blob(value: Any, shape: Shape, path: str) -> list[str]:
    if isinstance(value, Path):
        if not value.is_file():
            return [f"{path}: there is no file {value}"]
        return _limited(value.stat().st_size, shape, path, "bytes")
    if isinstance(value, (bytes, bytearray, str)):
        return _limited(len(value), shape, path, "bytes")
    return [] if hasattr(value, "read") else [f"{path} must be bytes, not {_shown(value, shape)}"]


def _time(value: Any, shape: Shape, path: str) -> list[str]:
    given = isinstance(value, (datetime, int, float, str)) and not isinstance(value, bool)
    return [] if given else [f"{path} must be a time, not {_shown(value, shape)}"]


def _anything(value: Any, shape: Shape, path: str) -> list[str]:
    return []


_CHECKS: Mapping[str, Callable[[Any, Shape, str], list[str]]] = {
    "structure": _structure,
    "document": _anything,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _whole,
    "long": _whole,
    "bigInteger": _whole,
    "float": _number,
    "double": _number,
    "bigDecimal": _number,
    "boolean": _truth,
    "blob": _blob,
    "timestamp": _time,
}


def _limited(size: float, shape: Shape, path: str, unit: str) -> list[str]:
    least, most = shape.least, shape.most
    if (least is None or size >= least) and (most is None or size <= most):
        return []
    between = f"{least} to {most}" if None not in (least, most) else f"at least {least}" if most is None else f"at most {most}"
    return [f"{path} must have {between} {unit}, not {size}" if unit else f"{path} must be {between}, not {size}"]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any, shape: Shape) -> str:
    if shape.is_sensitive:
        return "what was given (not shown)"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
