"""What an expression of the script stands for in the SDK, as far as the script itself makes it certain."""

import ast

from agentic.validator.scope import Scope
from agentic.validator.sdk.index import SdkIndex

_MOST_STEPS = 20_000
_DEEPEST = 60
_MOST_VALUES = 4

type References = tuple[str, ...]
"""All that an expression may be; empty if that is not known."""

UNKNOWN: References = ()
NOTHING: References = ("",)
"""None: it has nothing of the SDK, and stands beside other values ("client = None" before the client is made)."""


class Resolver:
    """Follows names through imports and assignments, attributes and calls through the index. One per script bounds the work."""

    def __init__(self, index: SdkIndex) -> None:
        self._index = index
        self._found: dict[int, References] = {}
        self._steps = 0
        self._depth = 0

    def references(self, node: ast.expr, scope: Scope) -> References:
        """Everything of the SDK that `node` may be, or empty."""
        known = self._found.get(id(node))
        if known is not None:
            return known
        if self._steps >= _MOST_STEPS or self._depth >= _DEEPEST:
            return UNKNOWN
        self._steps += 1
        self._depth += 1
        self._found[id(node)] = UNKNOWN  # for names that stand for each other in circles
        found = self._resolve(node, scope)
        self._depth -= 1
        self._found[id(node)] = found
        return found

    def path(self, path: str) -> References:
        """What an imported path leads to."""
        start = self._index.root(path)
        if start is None:
            return UNKNOWN
        found, names = start
        for name in names:
            found = self._index.member(found, name) or ""
        return (found,) if found else UNKNOWN

    def _resolve(self, node: ast.expr, scope: Scope) -> References:
        match node:
            case ast.Name():
                return self._name(node, scope)
            case ast.Attribute(value=value, attr=name):
                return _split([self._index.member(item, name) for item in self.references(value, scope) if item])
            case ast.Call(func=function):
                return _split([self._index.result(item) for item in self.references(function, scope) if item])
            case ast.Await(value=value):
                awaited = self.references(value, scope)
                ready = bool(awaited) and all(item.startswith("~") for item in awaited)
                return tuple(item.removeprefix("~") for item in awaited) if ready else UNKNOWN
            case ast.Constant(value=None):
                return NOTHING
            case ast.NamedExpr(value=value):
                return self.references(value, scope)
            case ast.IfExp(body=body, orelse=orelse):
                parts = [self.references(part, scope) for part in (body, orelse)]
                return (*parts[0], *parts[1]) if all(parts) else UNKNOWN
            case _:
                return UNKNOWN

    def _name(self, node: ast.Name, scope: Scope) -> References:
        holders = scope.holders(node.id)
        if len(holders) != 1:
            return UNKNOWN
        (holder,) = holders
        paths, values = holder.paths.get(node.id), holder.values[node.id]
        if paths:
            only = len(paths) == 1 and holder.imported.get(node.id) == len(values)
            return self.path(next(iter(paths))) if only else UNKNOWN
        parts = [
            UNKNOWN if value is None or value.element else self.references(value.expression, value.scope)
            for value in values[: _MOST_VALUES + 1]
        ]
        return tuple(item for part in parts for item in part) if all(parts) and len(values) <= _MOST_VALUES else UNKNOWN


def _split(found: list[str | None]) -> References:
    """Single references; a name that only some of the values have is that of those."""
    there = [item for item in found if item is not None]
    if not there or not all(there):
        return UNKNOWN
    parts: list[str] = []
    for item in there:
        function = item.startswith("f")
        wait = "~" if item.startswith("~") else ""
        parts.extend([item] if function else [f"{wait}{part}" for part in item.removeprefix("~").split("|")])
    return tuple(dict.fromkeys(parts))
