"""Calls whose arguments decide whether they are harmless, and classes, which are made in more ways than one."""

import ast

from agentic.validator import allowed
from agentic.validator.environment import check_question
from agentic.validator.hosts import check_target
from agentic.validator.names import check_named_attribute
from agentic.validator.policy import ANY_VALUE
from agentic.validator.review import Review
from agentic.validator.scopes import Scope

_CONTEXTS: dict[str, tuple[ast.expr_context, range]] = {
    # How each call uses the attribute it names, and how many arguments it takes.
    "<builtin>.getattr": (ast.Load(), range(2, 4)),
    "<builtin>.hasattr": (ast.Load(), range(2, 3)),
    "<builtin>.setattr": (ast.Store(), range(3, 4)),
    "<builtin>.delattr": (ast.Del(), range(2, 3)),
}
_REFUSED_KEYWORDS = {path: frozenset(words.split()) for path, words in allowed.REFUSED_KEYWORDS.items()}
_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})


def check_call(review: Review, node: ast.Call, scope: Scope) -> None:
    """Checks what a call's arguments make of it; its function's name is checked with all other names."""
    review.called.add(id(node.func))
    paths = review.paths(node.func, scope)
    for path in paths & _CONTEXTS.keys():
        _check_access(review, node, scope, *_CONTEXTS[path])
    if "<builtin>.type" in paths and (len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred)):
        review.refuse("class", node, "classes may not be made by calling `type`", "use a class statement")
    if "operator.attrgetter" in paths:
        _check_getters(review, node, node.args, scope)
    if "operator.methodcaller" in paths:
        _check_getters(review, node, node.args[:1], scope)
    if not check_question(review, node, scope, paths):
        _check_arguments(review, node, paths)
        check_target(review, node, scope, paths)


def check_class(review: Review, node: ast.ClassDef, scope: Scope) -> None:
    """Checks what a class statement says beyond its bases."""
    for keyword in node.keywords:
        if keyword.arg is None:
            review.refuse("class", keyword, "a class may not take a dictionary of keywords", "write them out")
        elif keyword.arg == "metaclass" and not review.paths(keyword.value, scope) <= _METACLASSES:
            review.refuse("class", keyword, "metaclasses are not allowed", "use a plain class")


def check_class_pattern(review: Review, node: ast.MatchClass, scope: Scope) -> None:
    """Checks the attributes that `case Name(attribute=…)` reads."""
    for name in node.kwd_attrs:
        review.refuse_path(f"{ANY_VALUE}.{name}", node)


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


def _check_arguments(review: Review, node: ast.Call, paths: set[str]) -> None:
    keys = set(paths)
    if isinstance(node.func, ast.Attribute):
        keys.add(f"{ANY_VALUE}.{node.func.attr}")
    for key in sorted(keys):
        most = allowed.MOST_ARGUMENTS.get(key)
        if most is not None and (len(node.args) > most or any(isinstance(item, ast.Starred) for item in node.args)):
            review.refuse("call", node, f"only {most} positional argument may be given here", "leave the others out")
        for keyword in node.keywords:
            refused = _REFUSED_KEYWORDS.get(key, frozenset())
            if refused and (keyword.arg is None or keyword.arg in refused):
                review.refuse("call", keyword, f"the argument `{keyword.arg or '**'}` is not allowed here", "leave it out")
    for keyword in node.keywords:
        if keyword.arg == "style" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "{":
            review.refuse("format", keyword, 'formats in the style "{" may walk attributes', 'use the style "%"')
