"""The paths of the Amazon States Language, as far as they are used: `$`, `$.field.field`, and a few of `$$`."""

import re
from collections.abc import Mapping
from typing import Any, cast

from agentic.core.errors import ConfigurationError

_PATH = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_]*)*")
CONTEXT_PATHS = ("$$.Execution.Id", "$$.Execution.Name", "$$.StateMachine.Id", "$$.State.Name")
"""What of the context object a definition may ask for."""


class PathError(Exception):
    """A path leads to nothing; Step Functions reports it as States.Runtime, which nothing catches."""


def check(path: object, where: str, *, context: bool = True) -> None:
    """Raises `ConfigurationError` for a path of a form that is not known here."""
    if context and path in CONTEXT_PATHS:
        return
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ConfigurationError(
            f"{where} has the path {path!r}; the local cloud reads $, $.field and {', '.join(CONTEXT_PATHS)}"
        )


def check_template(template: object, where: str) -> None:
    """Check every path in a payload template (`"name.$": "path"`)."""
    if isinstance(template, Mapping):
        for key, value in cast("Mapping[str, Any]", template).items():
            if key.endswith(".$"):
                check(value, f"{where}.{key}")
            else:
                check_template(value, f"{where}.{key}")
    elif isinstance(template, list):
        for item in cast("list[Any]", template):
            check_template(item, where)


def find(path: str, data: Any, context: Mapping[str, str]) -> Any:
    """What is at the path. Raises `PathError`."""
    if path.startswith("$$"):
        return context[path]
    found = data
    for name in path.split(".")[1:]:
        if not isinstance(found, Mapping) or name not in found:
            raise PathError(f"The path {path!r} leads to nothing in the state's input")
        found = cast("Mapping[str, Any]", found)[name]
    return found


def fill(template: Any, data: Any, context: Mapping[str, str]) -> Any:
    """The template with its paths filled in. Raises `PathError`."""
    if isinstance(template, Mapping):
        return {
            key.removesuffix(".$"): find(value, data, context) if key.endswith(".$") else fill(value, data, context)
            for key, value in cast("Mapping[str, Any]", template).items()
        }
    if isinstance(template, list):
        return [fill(item, data, context) for item in cast("list[Any]", template)]
    return template


def put(path: str | None, data: Any, result: Any) -> Any:
    """The state's output: `result` at the path in the input `data`; None drops the result. Raises `PathError`."""
    if path is None:
        return data
    names = path.split(".")[1:]
    if not names:
        return result
    if not isinstance(data, Mapping):
        raise PathError(f"A result cannot be put at {path!r}: the state's input is no object")
    return _put(cast("Mapping[str, Any]", data), names, result)


def _put(data: Mapping[str, Any], names: list[str], result: Any) -> dict[str, Any]:
    first, *rest = names
    inner: Any = data.get(first)
    if not rest:
        return {**data, first: result}
    return {**data, first: _put(cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else {}, rest, result)}
