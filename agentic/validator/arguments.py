"""Arguments that make an allowed call into something else: a file that is read, a walk over attributes."""

import ast

from agentic.validator import allowed
from agentic.validator.classes import base_paths, definitions
from agentic.validator.policy import ANY_VALUE, is_dunder, is_internal
from agentic.validator.review import Review
from agentic.validator.scope import Scope

_REFUSED_KEYWORDS = {path: frozenset(words.split()) for path, words in allowed.REFUSED_KEYWORDS.items()}
_DEEPEST = 20


def check_arguments(review: Review, node: ast.Call, scope: Scope, paths: set[str]) -> None:
    """Checks the arguments of a call, also where it goes to a class that the script derives from an allowed one."""
    keys = set(paths) | _inherited(review, node, scope)
    if isinstance(node.func, ast.Attribute):
        keys.add(f"{ANY_VALUE}.{node.func.attr}")
    own = node.func.value if isinstance(node.func, ast.Attribute) else None
    passing_on = isinstance(own, ast.Call) and isinstance(own.func, ast.Name) and own.func.id == "super"
    for key in sorted(keys):
        most = allowed.MOST_ARGUMENTS.get(key)
        starred = not passing_on and any(isinstance(item, ast.Starred) for item in node.args)
        if most is not None and (len(node.args) > most or starred):
            review.refuse("call", node, f"only {most} positional arguments may be given here", "leave the others out")
        refused = _REFUSED_KEYWORDS.get(key, frozenset())
        for keyword in node.keywords if refused else ():
            if keyword.arg in refused or (keyword.arg is None and not passing_on):
                review.refuse("call", keyword, f"the argument `{keyword.arg or '**'}` is not allowed here", "leave it out")
        if key in allowed.FORMAT_STYLES:
            _check_style(review, node, scope, allowed.FORMAT_STYLES[key], passing_on=passing_on)
    for keyword in node.keywords:
        _check_keyword(review, keyword)
    if "*.add_argument" in keys and "argparse" in review.packages:
        _check_option(review, node, scope)


def _check_keyword(review: Review, keyword: ast.keyword) -> None:
    if keyword.arg is not None and (is_dunder(keyword.arg) or keyword.arg == "fromfile_prefix_chars"):
        review.refuse("call", keyword, f"the argument `{keyword.arg}` is not allowed", "leave it out")
    if keyword.arg == "style" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "{":
        review.refuse("format", keyword, 'formats in the style "{" may walk attributes', 'use the style "%"')


def _check_style(review: Review, node: ast.Call, scope: Scope, position: int, *, passing_on: bool) -> None:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "style"]
    if 0 <= position < len(node.args):
        given.append(node.args[position])
    unknown = any(isinstance(item, ast.Starred) for item in node.args) or any(item.arg is None for item in node.keywords)
    if (unknown and not passing_on) or any(not _is_harmless(review, item, scope) for item in given):
        fix = 'leave `style` out, or write style="%" or style="$"'
        review.refuse("format", node, 'formats in the style "{" may walk attributes: the style must be known', fix)


def _is_harmless(review: Review, node: ast.expr, scope: Scope) -> bool:
    texts = review.texts(node, scope)
    return texts is not None and set(texts) <= {"%", "$"}


def _check_option(review: Review, node: ast.Call, scope: Scope) -> None:
    """An option's name becomes an attribute's, and an option can be made to set it of anything."""
    for given in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "dest")]:
        texts = None if isinstance(given, ast.Starred) else review.texts(given, scope)
        for name in [text.lstrip("-").replace("-", "_") for text in texts or ["__unknown__"]]:
            if is_dunder(name) or is_internal(name):
                review.refuse("call", node, "the option's name is not known, or not allowed", "spell an ordinary name out")


def _inherited(review: Review, node: ast.Call, scope: Scope) -> set[str]:
    """Where the bases of a class lead that is called, or whose `super().__init__(…)` is."""
    match node.func:
        case ast.Name():
            found = definitions(node.func, scope)
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            around = scope
            while around.kind != "class" and around.parent is not None:
                around = around.parent
            holder = around.parent
            found = definitions(ast.Name(around.node.name), holder) if isinstance(around.node, ast.ClassDef) and holder else ()
        case ast.Attribute(value=ast.Name() as holder, attr="__init__"):
            return set(review.paths(holder, scope))
        case _:
            return set()
    return {path for definition in found for path in base_paths(review, definition, _DEEPEST)}
