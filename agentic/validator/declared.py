"""What the compiler refuses about `global` and `nonlocal`: declared too late, twice, for parameters, for nothing."""

import ast
from collections.abc import Iterator

from agentic.validator.review import Review
from agentic.validator.scope import Scope
from agentic.validator.scopes import Layout

type _Statement = ast.Global | ast.Nonlocal


def check_declarations(review: Review, layout: Layout, statements: list[tuple[_Statement, Scope]]) -> None:
    """Checks the script's `global` and `nonlocal` statements, each with the scope it stands in."""
    places = _first_uses(layout, {scope for _, scope in statements})
    for node, scope in statements:
        for name in node.names:
            message = _fault(node, name, scope, places.get((scope, name)))
            if message:
                review.refuse("syntax", node, message, "declare it at the start of the function, once")


def _fault(node: _Statement, name: str, scope: Scope, first: tuple[int, int] | None) -> str:
    word = "global" if isinstance(node, ast.Global) else "nonlocal"
    if isinstance(node, ast.Nonlocal) and scope.kind == "module":
        return "nonlocal declaration not allowed at module level"
    if name in _parameters(scope):
        return f"name {name!r} is parameter and {word}"
    if name in scope.global_names and name in scope.nonlocal_names:
        return f"name {name!r} is nonlocal and global"
    if first is not None and (first < (node.lineno, node.col_offset)):
        return f"name {name!r} is used prior to its {word} declaration"
    if scope.kind != "module" and name in _annotated(scope):
        return f"annotated name {name!r} can't be {word}"
    if isinstance(node, ast.Nonlocal) and not _is_bound_around(name, scope):
        return f"no binding for nonlocal {name!r} found"
    return ""


def _first_uses(layout: Layout, scopes: set[Scope]) -> dict[tuple[Scope, str], tuple[int, int]]:
    """Where each name is first used or bound in each of these scopes (line, column)."""
    first: dict[tuple[Scope, str], tuple[int, int]] = {}
    for node, scope, _ in layout.constructs:
        holder = scope
        if isinstance(node, ast.NamedExpr):
            while holder.kind == "comprehension" and holder.parent is not None:
                holder = holder.parent
        if holder in scopes:
            for name in _names(node):
                place = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
                known = first.get((holder, name))
                first[holder, name] = min(known, place) if known else place
    return first


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.NamedExpr(target=ast.Name(id=name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name) if name:
            yield name
        case ast.MatchMapping(rest=name) if name:
            yield name
        case _:
            pass


def _parameters(scope: Scope) -> set[str]:
    arguments = scope.node.args if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) else None
    return {item.arg for item in _every(arguments)} if arguments else set()


def _every(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (item for item in (arguments.vararg, arguments.kwarg) if item)


def _annotated(scope: Scope) -> set[str]:
    """The names that the scope's own statements annotate."""
    found: set[str] = set()
    todo: list[ast.AST] = list(getattr(scope.node, "body", ()))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.simple:
            found.add(node.target.id)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            todo.extend(ast.iter_child_nodes(node))
    return found


def _is_bound_around(name: str, scope: Scope) -> bool:
    around = scope.parent
    while around is not None and around.kind != "module":
        if name in around.global_names:
            return False
        if around.kind == "function" and (name in around.names or name in around.nonlocal_names):
            # A type parameter is no name that a function could change.
            return around.node is not None
        around = around.parent
    return False
