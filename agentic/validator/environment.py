"""The environment: scripts may ask for the names that the API's plugin declares, and for nothing else."""

import ast

from agentic.validator.review import Review
from agentic.validator.scope import Scope

ENVIRONMENT = "os.environ"
_QUESTIONS = frozenset({f"{ENVIRONMENT}.get", "os.getenv"})


def refuse_environment(
    review: Review, node: ast.AST, message: str = "the environment may only be asked for single names"
) -> None:
    """Refuses a use of the environment; the hint names what may be asked for."""
    declared = ", ".join(sorted(review.policy.environment))
    fix = (
        f'use os.environ["NAME"] with one of: {declared}; put other values in constants'
        if declared
        else "put the value in a constant"
    )
    review.refuse("environment", node, message, fix)


def check_question(review: Review, node: ast.Call, scope: Scope, paths: set[str]) -> bool:
    """Checks `os.environ.get(…)` and `os.getenv(…)`; whether the call is one of them."""
    if not paths & _QUESTIONS:
        return False
    review.settle(node.func)
    plain = 1 <= len(node.args) <= 2 and all(keyword.arg == "default" for keyword in node.keywords)
    if plain and not isinstance(node.args[0], ast.Starred):
        _check_key(review, node, node.args[0], scope)
    else:
        refuse_environment(review, node)
    return True


def check_subscript(review: Review, node: ast.Subscript, scope: Scope) -> None:
    """Checks `os.environ[…]`."""
    if ENVIRONMENT not in review.paths(node.value, scope):
        return
    review.settle(node.value)
    if isinstance(node.ctx, ast.Load):
        _check_key(review, node, node.slice, scope)
    else:
        refuse_environment(review, node, "the environment cannot be changed")


def check_comparison(review: Review, node: ast.Compare, scope: Scope) -> None:
    """Checks `… in os.environ`."""
    key = node.left
    for operator, container in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn) and ENVIRONMENT in review.paths(container, scope):
            review.settle(container)
            _check_key(review, node, key, scope)
        key = container


def _check_key(review: Review, node: ast.AST, key: ast.expr, scope: Scope) -> None:
    names = review.texts(key, scope)
    if names is None:
        refuse_environment(review, node, "the environment may only be asked for names that the script spells out")
        return
    for name in names:
        if name not in review.policy.environment:
            refuse_environment(review, node, f"the environment has no {name[:80]!r} for this API")
