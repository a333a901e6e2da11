"""What a script does with a type that it found by `type(value)`.

It may name, compare and print it. Called, or handed to something that calls it, the type of a value makes things that the
script has no name for: the type of a stream opens files, the type of a class makes classes.
"""

import ast

from agentic.validator import allowed
from agentic.validator.policy import BUILTINS
from agentic.validator.review import Review
from agentic.validator.scope import Scope
from agentic.validator.scopes import Layout

_MEASURING = frozenset(f"{BUILTINS}.{name}" for name in allowed.TYPE_READERS.split())
_TELLING = frozenset(allowed.TYPE_READING_METHODS.split())
_CONTAINERS = (ast.Tuple, ast.List, ast.Set)
_IDENTITY = (ast.Is, ast.IsNot)
_METHODS = frozenset(allowed.DUNDER_METHODS.split())
_SPECIAL = frozenset({"__contains__", "__delitem__", "__eq__", "__getitem__", "__missing__", "__ne__", "__setitem__"})


def check_types(review: Review, layout: Layout) -> None:
    """Refuses every use of a found type, or of a name for it, that is not on the list."""
    if review.types:
        _Uses(review, layout).run()


class _Uses:
    def __init__(self, review: Review, layout: Layout) -> None:
        self._review = review
        self._scopes = {id(node): scope for node, scope, _ in layout.constructs}
        self._parents = {
            id(child): node
            for node, _, _ in layout.constructs
            for child in ast.iter_child_nodes(node)
            if not _is_context(child)
        }
        self._names = [
            node for node, _, _ in layout.constructs if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        ]
        # Methods of the script's own could do anything with what they are given.
        self._own = {name for _, scope, _ in layout.constructs if scope.kind == "class" for name in scope.names}
        self._own |= review.stored.keys()

    def run(self) -> None:
        todo: list[ast.expr] = list(self._review.types)
        seen: set[tuple[str, Scope]] = set()
        for found in todo:
            parent = self._parents.get(id(found))
            for name in _assigned(found, parent):
                scope = self._scopes[id(found)]
                if (name, scope) not in seen:
                    seen.add((name, scope))
                    todo.extend(self._loads(name, found))
            if not self._is_permitted(found, parent):
                message = "a type that is found while the script runs may only be named, compared or printed"
                self._review.refuse("call", found, message, "use type(value).__name__ or isinstance, or name the class itself")

    def _loads(self, name: str, found: ast.expr) -> list[ast.Name]:
        return [
            node
            for node in self._names
            if node.id == name
            and any(
                value is not None and value.expression is found
                for holder in self._scopes[id(node)].holders(name)
                for value in holder.values.get(name, ())
            )
        ]

    def _is_permitted(self, node: ast.expr, parent: ast.AST | None, *, inside: bool = False) -> bool:
        """`inside`: the type stands in a tuple, list or set there."""
        above = self._parents.get(id(parent))
        match parent:
            case ast.Attribute(attr=name):
                called = isinstance(above, ast.Call) and above.func is parent
                return not inside and not (called and name in _METHODS)
            case ast.Assign(targets=targets):
                return not inside and all(isinstance(target, ast.Name) for target in targets)
            case ast.AnnAssign(target=ast.Name()) | ast.ExceptHandler():
                return not inside
            case ast.NamedExpr():
                return not inside and self._is_permitted(parent, above)
            case ast.Expr() | ast.FormattedValue() | ast.Assert():
                return True
            case ast.Compare():
                return self._is_plain_comparison(parent)
            case ast.Subscript(slice=key):
                return key is node and self._own.isdisjoint(_SPECIAL)
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
                return True
            case ast.IfExp() | ast.BoolOp():
                return self._is_permitted(parent, above, inside=inside)
            case ast.Tuple() | ast.List() | ast.Set():
                return self._is_permitted(parent, above, inside=True)
            case ast.Call(func=function):
                return (function is not node and self._is_harmless(function)) or self._makes_error(node, parent)
            case _:
                return False

    def _is_plain_comparison(self, node: ast.Compare) -> bool:
        if self._own.isdisjoint(_SPECIAL) or all(isinstance(operator, _IDENTITY) for operator in node.ops):
            return True
        return all(self._is_class(item) for item in [node.left, *node.comparators])

    def _is_class(self, node: ast.expr) -> bool:
        """A type by its looks: another found one, a builtin, an imported name, or several of these."""
        if isinstance(node, _CONTAINERS):
            return all(self._is_class(item) for item in node.elts)
        if node in self._review.types:
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            return not any(path.startswith("*") for path in self._review.paths(node, self._scopes[id(node)]))
        return False

    def _is_harmless(self, function: ast.expr) -> bool:
        paths = self._review.paths(function, self._scopes[id(function)])
        if isinstance(function, ast.Attribute):
            return function.attr in _TELLING and function.attr not in self._own
        return all(path in _MEASURING or _is_error(path) for path in paths)

    def _makes_error(self, node: ast.expr, call: ast.Call) -> bool:
        """`raise type(error)(…)`, where `error` is what an `except` caught: the type of an error makes errors."""
        if call.func is not node or node not in self._review.types or not isinstance(node, ast.Call):
            return False
        value = node.args[0] if node.args else None
        if not isinstance(value, ast.Name):
            return False
        holders = self._scopes[id(value)].holders(value.id)
        return bool(holders) and all(
            holder.caught.get(value.id, 0) == len(holder.values.get(value.id, ())) for holder in holders
        )


def _assigned(found: ast.expr, parent: ast.AST | None) -> list[str]:
    match parent:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _is_error(path: str) -> bool:
    return path.startswith(f"{BUILTINS}.") and path.endswith(("Error", "Exception", "Exit", "Warning"))


def _is_context(node: ast.AST) -> bool:
    return isinstance(node, ast.expr_context | ast.operator | ast.cmpop | ast.boolop | ast.unaryop)
