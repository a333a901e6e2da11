"""`validate`: reads a script without running it and says everything that is not allowed, with a hint for each."""

import ast

from agentic.core.values import Finding, Verdict
from agentic.validator import source as script
from agentic.validator.calls import check_call, check_class, check_class_pattern
from agentic.validator.environment import check_comparison, check_subscript
from agentic.validator.hosts import check_destination
from agentic.validator.names import check_attribute, check_import, check_name
from agentic.validator.policy import ValidationPolicy
from agentic.validator.review import Review
from agentic.validator.scopes import Scope, lay_out

# Constructs without a rule of their own that are too many to be asked one by one.
_PLAIN = frozenset({ast.Constant, ast.keyword, ast.Expr, ast.FormattedValue, ast.JoinedStr, ast.Dict, ast.List, ast.Tuple})
_ANNOTATION_PARTS = ast.Subscript | ast.Tuple | ast.List | ast.BinOp


def validate(source: str | bytes, policy: ValidationPolicy) -> Verdict:
    """Whether the script may run under `policy`, and if not, every reason at once (at most `policy.max_findings`).

    Never raises, whatever the text. Nothing of the script is run, imported or compiled.
    """
    text, findings = script.read(source, policy)
    if findings:
        return _verdict(findings, policy)
    tree = script.parse(text)
    if isinstance(tree, Finding):
        return _verdict([tree], policy)
    layout = lay_out(tree, policy)
    review = Review(text, policy, layout)
    for rule, node, message, fix in layout.refused:
        review.refuse(rule, node, message, fix)
    for alias, path in layout.imports:
        check_import(review, alias, path)
    if layout.complete:
        for node, scope, _ in layout.constructs:
            if type(node) not in _PLAIN:
                _check(review, node, scope)
    return _verdict(list(review.findings()), policy)


def _verdict(findings: list[Finding], policy: ValidationPolicy) -> Verdict:
    return Verdict(not findings, tuple(findings[: policy.max_findings]))


def _check(review: Review, node: ast.AST, scope: Scope) -> None:
    match node:
        case ast.Name():
            check_name(review, node, scope)
        case ast.Attribute():
            check_attribute(review, node, scope)
        case ast.Call():
            check_call(review, node, scope)
        case ast.Subscript():
            check_subscript(review, node, scope)
        case ast.Compare():
            check_comparison(review, node, scope)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                check_destination(review, target, value, scope)
        case ast.ClassDef():
            check_class(review, node, scope)
        case ast.MatchClass():
            check_class_pattern(review, node)
        case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation) if annotation is not None:
            _permit_types(review, annotation)
        case ast.FunctionDef(returns=annotation) | ast.AsyncFunctionDef(returns=annotation) if annotation is not None:
            _permit_types(review, annotation)
        case ast.Return() | ast.Yield() | ast.YieldFrom() | ast.Await() if scope.kind in {"module", "class"}:
            word = {"Return": "return", "Await": "await"}.get(type(node).__name__, "yield")
            review.refuse("syntax", node, f"'{word}' outside function", "put it into a function")
        case _:
            pass


def _permit_types(review: Review, annotation: ast.expr) -> None:
    """Lets annotations name what may otherwise only be called, such as `type[Model]`."""
    pending = [annotation]
    for node in pending:
        if isinstance(node, ast.Name | ast.Attribute):
            review.called.add(id(node))
        elif isinstance(node, _ANNOTATION_PARTS):
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
