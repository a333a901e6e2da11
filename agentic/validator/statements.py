"""What the compiler refuses about statements by their place: outside loops and functions, in too many blocks, too late."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from agentic.validator.review import Review
from agentic.validator.scopes import Layout

_MOST_BLOCKS = 20
# Statements that may stand anywhere and hold no others.
_SIMPLE = frozenset(
    {ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Pass, ast.Raise, ast.Assert}
)


class _Place(NamedTuple):
    """Where a statement stands: in a loop, in how many blocks, directly in an `except*`, in an async function."""

    loop: bool = False
    blocks: int = 0
    group: bool = False
    asynchronous: bool = False


def check_statements(review: Review, tree: ast.Module, layout: Layout) -> None:
    """Refuses, by the rule `syntax`, statements that stand where they may not."""
    todo: list[tuple[list[ast.stmt], _Place]] = [(tree.body, _Place())]
    for body, place in todo:
        for node in body:
            if type(node) in _SIMPLE and place.blocks <= _MOST_BLOCKS:
                continue
            message = _misplaced(node, place)
            if message:
                review.refuse("syntax", node, message, "correct the syntax")
            todo.extend(_bodies(node, place))
    _check_future(review, tree, layout)


def _misplaced(node: ast.stmt, place: _Place) -> str:
    match node:
        case ast.Break() | ast.Continue() | ast.Return() if place.group:
            return "'break', 'continue' and 'return' cannot appear in an except* block"
        case ast.Break() if not place.loop:
            return "'break' outside loop"
        case ast.Continue() if not place.loop:
            return "'continue' not properly in loop"
        case ast.AsyncFor() | ast.AsyncWith() if not place.asynchronous:
            return f"'async {'for' if isinstance(node, ast.AsyncFor) else 'with'}' outside async function"
        case ast.Try(handlers=handlers) if any(handler.type is None for handler in handlers[:-1]):
            return "default 'except:' must be last"
        case _:
            return "too many statically nested blocks" if place.blocks > _MOST_BLOCKS else ""


def _bodies(node: ast.stmt, place: _Place) -> Iterator[tuple[list[ast.stmt], _Place]]:
    """The statements inside a statement, each list with its place."""
    deeper = place._replace(blocks=place.blocks + 1)
    match node:
        case ast.FunctionDef(body=body) | ast.ClassDef(body=body):
            yield body, _Place()
        case ast.AsyncFunctionDef(body=body):
            yield body, _Place(asynchronous=True)
        case ast.For(body=body, orelse=orelse) | ast.AsyncFor(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            yield body, deeper._replace(loop=True, group=False)
            yield orelse, place
        case ast.If(body=body, orelse=orelse):
            yield body, place
            yield orelse, place
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            yield body, place._replace(blocks=place.blocks + len(items))
        case (
            ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final)
            | ast.TryStar(body=body, handlers=handlers, orelse=orelse, finalbody=final)
        ):
            # A handler and a `finally` are blocks of their own; which of them count is the compiler's affair.
            inside = place._replace(blocks=place.blocks + 2)
            yield body, inside
            yield orelse, inside
            yield final, deeper
            for handler in handlers:
                yield handler.body, inside._replace(group=place.group or isinstance(node, ast.TryStar))
        case ast.Match(cases=cases):
            for case in cases:
                yield case.body, place
        case _:
            pass


def _check_future(review: Review, tree: ast.Module, layout: Layout) -> None:
    aliases = {id(alias) for alias, path in layout.imports if path.startswith("__future__.")}
    if not aliases:
        return
    for position, node in enumerate(tree.body):
        first = node.value if position == 0 and isinstance(node, ast.Expr) else None
        docstring = isinstance(first, ast.Constant) and isinstance(first.value, str)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            aliases -= {id(alias) for alias in node.names}
        elif not docstring:
            break
    for alias, _ in layout.imports:
        if id(alias) in aliases:
            review.refuse("syntax", alias, "from __future__ imports must occur at the beginning of the file", "move it up")
