"""Calls whose arguments decide whether they are harmless."""

import ast

from agentic.validator.arguments import check_arguments
from agentic.validator.classes import check_made_class
from agentic.validator.environment import check_question
from agentic.validator.hosts import check_target
from agentic.validator.names import check_named_attribute
from agentic.validator.review import Review
from agentic.validator.scope import Scope

_CONTEXTS: dict[str, tuple[ast.expr_context, range]] = {
    # How each call uses the attribute it names, and how many arguments it takes.
    "<builtin>.getattr": (ast.Load(), range(2, 4)),
    "<builtin>.hasattr": (ast.Load(), range(2, 3)),
    "<builtin>.setattr": (ast.Store(), range(3, 4)),
    "<builtin>.delattr": (ast.Del(), range(2, 3)),
}
# Read of any value: the file below an output stream, or what tells an abstract class of others.
_NEVER_BY_NAME = frozenset({"buffer", "detach", "raw", "register"})


def check_call(review: Review, node: ast.Call, scope: Scope) -> None:
    """Checks what a call's arguments make of it; its function's name is checked with all other names."""
    review.called.add(id(node.func))
    paths = review.paths(node.func, scope)
    for path in paths & _CONTEXTS.keys():
        _check_access(review, node, scope, *_CONTEXTS[path])
    if "<builtin>.type" in paths:
        review.types.append(node)
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            review.refuse("class", node, "classes may not be made by calling `type`", "use a class statement")
    if "operator.attrgetter" in paths:
        _check_getters(review, node, node.args, scope)
    if "operator.methodcaller" in paths:
        _check_getters(review, node, node.args[:1], scope)
    if not check_question(review, node, scope, paths):
        check_made_class(review, node, paths)
        check_arguments(review, node, scope, paths)
        check_target(review, node, scope, paths)


def _check_access(review: Review, node: ast.Call, scope: Scope, context: ast.expr_context, counts: range) -> None:
    """Checks `getattr` and its like as the attribute that they name."""
    plain = len(node.args) in counts and not node.keywords and not any(isinstance(item, ast.Starred) for item in node.args)
    names = review.texts(node.args[1], scope) if plain else None
    if names is None:
        fix = "write value.name, or use a dictionary for names that vary"
        review.refuse("call", node, "the attribute's name must be spelled out in the script", fix)
        return
    for name in names:
        check_named_attribute(review, node, node.args[0], name, scope, context)


def _check_getters(review: Review, node: ast.Call, arguments: list[ast.expr], scope: Scope) -> None:
    for argument in arguments:
        names = None if isinstance(argument, ast.Starred) else review.texts(argument, scope)
        if names is None:
            review.refuse("call", node, "the attribute's name must be spelled out in the script", "use a lambda")
            return
        for name in names:
            # A lambda has no name to follow: these reach into any value.
            for part in name.split("."):
                check_named_attribute(review, node, argument, part, scope, ast.Load())
                if part in _NEVER_BY_NAME:
                    review.refuse("attribute", node, f"`{part}` may not be read of any value", "use a lambda")
