"""Which texts an expression can stand for, as far as the script itself says it."""

import ast
from collections.abc import Callable
from itertools import product

from agentic.validator.scope import Scope, Value

_MOST_TEXTS = 64
_LONGEST_TEXT = 20_000
_MOST_STEPS = 20_000
_DEEPEST = 40
_TRIMMING = frozenset({"strip", "lstrip", "rstrip"})


class Literals:
    """Follows names to the constants that the script assigns to them. One object per script bounds the work."""

    def __init__(self) -> None:
        self._steps = 0
        self._depth = 0

    @property
    def exhausted(self) -> bool:
        """Whether the script asked for more work than is done; what is asked then has no answer."""
        return self._steps >= _MOST_STEPS

    def texts(self, node: ast.expr, scope: Scope) -> list[str] | None:
        """Every text that `node` can be, or None if that is not known."""
        found = self._bounded(self._texts, node, scope)
        if found is None or len(found) > _MOST_TEXTS or any(len(text) > _LONGEST_TEXT for text in found):
            return None
        return found

    def heads(self, node: ast.expr, scope: Scope) -> list[str] | None:
        """What each text that `node` can be starts with, as far as known; None if one has no known start."""
        return self._bounded(self._heads, node, scope)

    def expressions(self, node: ast.expr, scope: Scope) -> list[Value | None]:
        """The expressions a name stands for; anything else stands for itself."""
        return self._values(node, scope) if isinstance(node, ast.Name) else [Value(node, scope)]

    def _bounded(self, ask: Callable[[ast.expr, Scope], list[str] | None], node: ast.expr, scope: Scope) -> list[str] | None:
        # Names can stand for each other in circles, and for long chains of others.
        if self.exhausted or self._depth >= _DEEPEST:
            return None
        self._steps += 1
        self._depth += 1
        try:
            return ask(node, scope)
        finally:
            self._depth -= 1

    def _texts(self, node: ast.expr, scope: Scope) -> list[str] | None:
        match node:
            case ast.Constant(value=str(text)):
                found = [text]
            case ast.JoinedStr(values=parts):
                found = self._joined([self._part(part, scope) for part in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                found = self._joined([self.texts(left, scope), self.texts(right, scope)])
            case ast.IfExp(body=body, orelse=orelse):
                found = _union([self.texts(body, scope), self.texts(orelse, scope)])
            case ast.Name():
                found = _union([self._value(value) for value in self._values(node, scope)])
            case ast.Subscript(value=value):
                found = self._elements(value, scope, keys=False)
            case ast.Call(func=ast.Attribute(value=text, attr=method), args=arguments, keywords=[]) if method in _TRIMMING:
                found = self._trimmed(text, method, arguments, scope)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="textwrap"), attr="dedent"), args=[text], keywords=[]):
                found = self.texts(text, scope)
            case ast.Call(func=ast.Name(id="dedent"), args=[text], keywords=[]):
                found = self.texts(text, scope)
            case _:
                found = None
        return found

    def _heads(self, node: ast.expr, scope: Scope) -> list[str] | None:
        known = self.texts(node, scope)
        if known is not None:
            return known
        match node:
            case ast.JoinedStr(values=parts):
                known_parts: list[list[str] | None] = []
                for part in parts:
                    texts = self._part(part, scope)
                    if texts is None:
                        break
                    known_parts.append(texts)
                return self._joined(known_parts) if known_parts else self._first_head(parts, scope)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                starts = self.texts(left, scope)
                ends = self.heads(right, scope)
                return self.heads(left, scope) if starts is None else self._joined([starts, ends]) if ends else starts
            case ast.BinOp(left=left, op=ast.Mod()):
                return _cut(self.texts(left, scope), "%")
            case ast.Call(func=ast.Attribute(value=text, attr="format")):
                return _cut(self.texts(text, scope), "{")
            case ast.IfExp(body=body, orelse=orelse):
                return _union([self.heads(body, scope), self.heads(orelse, scope)])
            case ast.Name():
                return _union(
                    [
                        self.heads(value.expression, value.scope) if value and not value.element else self._value(value)
                        for value in self._values(node, scope)
                    ]
                )
            case _:
                return None

    def _values(self, name: ast.Name, scope: Scope) -> list[Value | None]:
        values: list[Value | None] = [value for holder in scope.holders(name.id) for value in holder.values[name.id]]
        self._steps += len(values)
        return values or [None]

    def _first_head(self, parts: list[ast.expr], scope: Scope) -> list[str] | None:
        first = parts[0] if parts else None
        return self.heads(first.value, scope) if isinstance(first, ast.FormattedValue) and not first.format_spec else None

    def _part(self, part: ast.expr, scope: Scope) -> list[str] | None:
        if isinstance(part, ast.FormattedValue):
            return self.texts(part.value, scope) if part.conversion == -1 and part.format_spec is None else None
        return self.texts(part, scope)

    def _value(self, value: Value | None) -> list[str] | None:
        if value is None:
            return None
        if value.element:
            return self._elements(value.expression, value.scope, keys=True)
        return self.texts(value.expression, value.scope)

    def _elements(self, node: ast.expr, scope: Scope, *, keys: bool) -> list[str] | None:
        """The texts in a literal collection; of a dictionary its keys (in a loop) or its values (in a look-up)."""

        def ask(node: ast.expr, scope: Scope) -> list[str] | None:
            match node:
                case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                    return _union([self.texts(item, scope) for item in items])
                case ast.Dict():
                    items = node.keys if keys else node.values
                    return _union([self.texts(item, scope) if item else None for item in items])
                case ast.Name():
                    return _union(
                        [
                            self._elements(value.expression, value.scope, keys=keys) if value and not value.element else None
                            for value in self._values(node, scope)
                        ]
                    )
                case _:
                    return None

        return self._bounded(ask, node, scope)

    def _trimmed(self, text: ast.expr, method: str, arguments: list[ast.expr], scope: Scope) -> list[str] | None:
        match arguments:
            case []:
                trimmed = None
            case [ast.Constant(value=str(trimmed))]:
                pass
            case _:
                return None
        texts = self.texts(text, scope)
        return None if texts is None else [getattr(item, method)(trimmed) for item in texts]

    def _joined(self, parts: list[list[str] | None]) -> list[str] | None:
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        size = 1
        for part in known:
            size *= len(part)
        if size > _MOST_TEXTS or sum(len(text) for part in known for text in part) > _LONGEST_TEXT:
            return None
        return ["".join(choice) for choice in product(*known)]


def _union(parts: list[list[str] | None]) -> list[str] | None:
    texts: list[str] = []
    for part in parts:
        if part is None:
            return None
        texts.extend(part)
    return texts


def _cut(texts: list[str] | None, mark: str) -> list[str] | None:
    return None if texts is None else [text.partition(mark)[0] for text in texts]
