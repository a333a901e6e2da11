"""Imports, names and attributes: every path that a script takes, from its first name to its last attribute."""

import ast

from agentic.validator import allowed
from agentic.validator.classes import check_registration
from agentic.validator.environment import ENVIRONMENT, refuse_environment
from agentic.validator.formats import FORMATTING, check_template
from agentic.validator.policy import ANY_VALUE, BUILTINS, is_direct_call
from agentic.validator.review import Review, chain
from agentic.validator.scope import Scope

_METACLASSES = frozenset(allowed.METACLASSES.split())
_LOOP_ATTRIBUTES = frozenset(allowed.LOOP_ATTRIBUTES.split())
_DUNDER_METHODS = frozenset(allowed.DUNDER_METHODS.split())


def check_import(review: Review, alias: ast.alias, path: str) -> None:
    """Checks one imported module or name."""
    if path.startswith("."):
        review.refuse("import", alias, "relative imports are not allowed", "a script is one file; import packages by name")
    elif path.endswith(".*"):
        review.refuse("import", alias, f"`from {path[:-2]} import *` is not allowed", "import the names you need")
    elif not review.refuse_path(path, alias):
        return
    review.refused_imports.add(path)
    package = path.partition(".")[0]
    if review.policy.refusal(package):
        # `import a.b` binds `a`.
        review.refused_imports.add(package)


def check_name(review: Review, node: ast.Name, scope: Scope) -> None:
    """Checks a name that stands alone."""
    if node.id == "super" and _in_class_comprehension(scope):
        # Python 3.12's compiler breaks on it (SystemError: unknown scope of `__class__`).
        review.refuse("syntax", node, "`super` in a comprehension in a class's body", "use it in a method")
    if id(node) not in review.settled and isinstance(node.ctx, ast.Load):
        _check(review, node, node, [], scope, node.ctx, called=id(node) in review.called)


def _in_class_comprehension(scope: Scope) -> bool:
    inner = scope
    while inner.kind == "comprehension" and inner.parent is not None:
        inner = inner.parent
    return inner is not scope and inner.kind == "class"


def check_attribute(review: Review, node: ast.Attribute, scope: Scope) -> None:
    """Checks the whole chain of attributes that ends in `node`."""
    if id(node) in review.settled:
        return
    review.settle(node)
    called = id(node) in review.called
    names, root = chain(node)
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        check_template(review, inner, scope)
        inner = inner.value
    if called and names[-1] in _DUNDER_METHODS:
        names.pop()
        called = False
    _check(review, node, root, names, scope, node.ctx, called=called)


def check_named_attribute(
    review: Review, node: ast.Call, value: ast.expr, name: str, scope: Scope, context: ast.expr_context
) -> None:
    """Checks an attribute that is named by a text, as in `getattr(value, "name")`."""
    if name in FORMATTING:
        review.refuse("format", node, f"`{name}` may only be called as a method", 'use an f-string or "…".format(…)')
        return
    names, root = chain(value)
    if isinstance(root, ast.Name):
        review.settle(value)
    _check(review, node, root, [*names, name], scope, context, called=False)


def _check(
    review: Review, node: ast.expr, root: ast.expr, names: list[str], scope: Scope, context: ast.expr_context, *, called: bool
) -> None:
    check_registration(review, node, root, names, scope)
    if "obj" in names and _is_caught(root, scope):
        review.refuse("attribute", node, "the attribute `obj` of an error may be a module", "print the error itself")
        return
    origins = review.name_paths(root.id, scope) if isinstance(root, ast.Name) else {ANY_VALUE}
    for origin in sorted(origins - review.refused_imports):
        path = ".".join([origin, *names])
        if review.refuse_path(path, node):
            return
        if "asyncio" in review.packages and not _LOOP_ATTRIBUTES.isdisjoint(names):
            review.refuse("attribute", node, f"`{names[-1]}` works on sockets and signals", "call the API through its SDK")
            return
        if path in _METACLASSES:
            review.refuse("class", node, f"`{path}` makes classes", "use it as `metaclass=` only, or derive from ABC or Enum")
            return
        if not isinstance(context, ast.Load) and names:
            review.stored.setdefault(names[-1], node)
        if is_direct_call(path) and not called:
            review.refuse(
                "call", node, f"`{path.removeprefix(f'{BUILTINS}.')}` may only be called directly", "call it where you name it"
            )
            return
        own = origin == ANY_VALUE or origin.startswith(f"{BUILTINS}.")
        if not own and _misused(review, node, path, context):
            return


def _is_caught(root: ast.expr, scope: Scope) -> bool:
    """Whether a name may stand for an error that an `except` caught, through other names too."""
    todo = [(root, scope)]
    seen: set[tuple[str, Scope]] = set()
    for node, place in todo:
        if isinstance(node, ast.Name) and (node.id, place) not in seen:
            seen.add((node.id, place))
            for holder in place.holders(node.id):
                if holder.caught.get(node.id):
                    return True
                todo.extend((item.expression, item.scope) for item in holder.values.get(node.id, ()) if item)
        elif isinstance(node, ast.Attribute):
            todo.append((node.value, place))
    return False


def _misused(review: Review, node: ast.expr, path: str, context: ast.expr_context) -> bool:
    """Refuses changes to imported modules, modules as values, and the environment as a whole."""
    if path == ENVIRONMENT or path.startswith(f"{ENVIRONMENT}."):
        refuse_environment(review, node)
    elif not isinstance(context, ast.Load):
        if review.policy.is_setting(path):
            return False
        review.refuse("assignment", node, f"`{path}` may not be changed", "remove it: the sandbox has set up the SDK")
    elif review.policy.is_module(path):
        review.refuse("module_value", node, f"the module `{path}` may not be used as a value", "use its functions by name")
    else:
        return False
    return True
