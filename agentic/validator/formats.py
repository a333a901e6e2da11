"""Format texts: `"{0.name}".format(x)` reads attributes by name, so the text must be known and its walks allowed."""

import ast
import string

from agentic.validator.policy import ANY_VALUE
from agentic.validator.review import Review
from agentic.validator.scope import Scope

FORMATTING = frozenset({"format", "format_map"})
_DEEPEST = 4


def check_template(review: Review, node: ast.Attribute, scope: Scope) -> None:
    """Checks the text in front of `.format` or `.format_map`."""
    if node.attr not in FORMATTING or not isinstance(node.ctx, ast.Load) or id(node) in review.looked_at:
        return
    texts = review.texts(node.value, scope)
    if texts is None:
        message = f"`.{node.attr}` needs a text that the script spells out"
        review.refuse("format", node, message, "use an f-string, or a constant text in front of .format")
        return
    for text in texts:
        _check_text(review, node, text, _DEEPEST)


def check_look(review: Review, node: ast.Compare | ast.FormattedValue, scope: Scope) -> None:
    """Lets a field that happens to be called `format` be printed, or compared with constants."""
    parts = [node.value] if isinstance(node, ast.FormattedValue) else [node.left, *node.comparators]
    fields = [part for part in parts if isinstance(part, ast.Attribute) and part.attr in FORMATTING]
    if fields and all(part in fields or _is_constant(part) for part in parts):
        review.looked_at.update(map(id, fields))


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_constant(item) for item in node.elts)
    return isinstance(node, ast.Constant)


def _check_text(review: Review, node: ast.AST, text: str, depth: int) -> None:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        review.refuse("format", node, f"the format text is not valid: {error}", "double braces that stand for themselves")
        return
    if depth == 0:
        review.refuse("format", node, "the format text is nested too deeply", "use an f-string")
        return
    for _, field, specification, _ in parts:
        if field is None:
            continue
        for path in _walks(field):
            refusal = review.policy.refusal(f"{ANY_VALUE}.{path}")
            if refusal is not None:
                review.refuse("format", node, f"in the format text {refusal.message}", "use an f-string")
        if specification:
            _check_text(review, node, specification, depth - 1)


def _walks(field: str) -> list[str]:
    """The attributes that a replacement field reads: "0.user.name" reads `user` and `name`; keys in brackets are no walk."""
    outside = "".join(part.rpartition("]")[2] if position else part for position, part in enumerate(field.split("[")))
    return [name for name in outside.split(".")[1:] if name]
