"""Imports, names and attributes: every path that a script takes, from its first name to its last attribute."""

import ast

from agentic.validator.formats import check_template
from agentic.validator.policy import ANY_VALUE, BUILTINS, is_direct_call
from agentic.validator.review import Review
from agentic.validator.scopes import Kind, Scope

ENVIRONMENT = "os.environ"
_DUNDER_CALLS = frozenset({"__init__"})


def check_import(review: Review, alias: ast.alias, path: str) -> None:
    if path.startswith("."):
        review.refuse("import", alias, "relative imports are not allowed", "a script is one file; import packages by name")
    elif path.endswith(".*"):
        review.refuse("import", alias, f"`from {path[:-2]} import *` is not allowed", "import the names you need")
    elif not review.refuse_path(path, alias):
        return
    review.refused_imports.add(path)


def check_name(review: Review, node: ast.Name, scope: Scope) -> None:
    if id(node) in review.settled or not isinstance(node.ctx, ast.Load):
        return
    _check(review, node, node, [], scope, node.ctx)


def check_attribute(review: Review, node: ast.Attribute, scope: Scope) -> None:
    """Checks the whole chain of attributes that ends in `node`."""
    if id(node) in review.settled:
        return
    names: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        check_template(review, inner, scope)
        review.settle([inner])
        inner = inner.value
    names.reverse()
    if isinstance(inner, ast.Name):
        review.settle([inner])
    if id(node) in review.called and names[-1] in review.dunder_methods and not _leads_out(review, inner, scope):
        names.pop()
    _check(review, node, inner, names, scope, node.ctx)


def check_named_attribute(review: Review, node: ast.AST, value: ast.expr, name: str, context: ast.expr_context, scope: Scope) -> None:
    """Checks an attribute that is named by a text, as in `getattr(value, "name")`."""
    names = [name]
    inner = value
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    if isinstance(value, ast.Name):
        review.settle([value])
    _check(review, node, inner, names[::-1], scope, context)


def _check(review: Review, node: ast.AST, root: ast.expr, names: list[str], scope: Scope, context: ast.expr_context) -> None:
    roots = review.name_paths(root.id, scope) if isinstance(root, ast.Name) else {ANY_VALUE}
    if isinstance(root, ast.Name) and ANY_VALUE in roots and _may_be_builtin(scope, root.id):
        # A name bound at the top of the script may not be bound yet: then Python takes the builtin.
        roots = roots | {f"{BUILTINS}.{root.id}"}
    for origin in sorted(roots):
        if origin in review.refused_imports:
            continue
        path = ".".join([origin, *names])
        if review.refuse_path(path, node):
            return
        if origin != ANY_VALUE and not origin.startswith(f"{BUILTINS}.") and _misuse(review, node, path, context):
            return
        if is_direct_call(path) and id(node) not in review.called:
            review.refuse("call", node, f"`{path.removeprefix('builtins.')}` may only be called directly", "call it where you name it")
            return


def _misuse(review: Review, node: ast.AST, path: str, context: ast.expr_context) -> bool:
    """Refuses to alter imported modules, to hand them round, and to use the environment as a whole."""
    if not isinstance(context, ast.Load):
        if review.policy.is_setting(path):
            return False
        fix = "remove it: the sandbox decides where requests go" if "api_base" in path or "prox" in path else "remove the assignment"
        review.refuse("assignment", node, f"`{path}` may not be changed", fix)
    elif path == ENVIRONMENT or path.startswith(f"{ENVIRONMENT}."):
        review.refuse("environment", node, "the environment may only be asked for declared names", review.environment_fix)
    elif review.policy.is_module(path):
        review.refuse("module_value", node, f"the module `{path}` may not be used as a value", "use its functions by name")
    else:
        return False
    return True


def _may_be_builtin(scope: Scope, name: str) -> bool:
    holders = scope.holders(name)
    fixed = holders and holders[-1].kind in {Kind.FUNCTION, Kind.COMPREHENSION}
    return not fixed and name in review_builtins


def _leads_out(review: Review, inner: ast.expr, scope: Scope) -> bool:
    return False
