"""`validate`: reads a script without running it and says everything that is not allowed, with a hint for each."""

import ast
from collections.abc import Callable
from typing import Any

from agentic.core.values import Finding, Verdict
from agentic.validator import allowed, source as script
from agentic.validator.calls import check_call
from agentic.validator.classes import check_class, check_class_pattern
from agentic.validator.environment import check_comparison, check_subscript
from agentic.validator.formats import check_look
from agentic.validator.found_types import check_types
from agentic.validator.grammar import check_grammar
from agentic.validator.hosts import check_destination
from agentic.validator.late_changes import check_late_changes
from agentic.validator.names import check_attribute, check_import, check_name
from agentic.validator.policy import ValidationPolicy
from agentic.validator.review import Review
from agentic.validator.scope import Scope
from agentic.validator.scopes import lay_out
from agentic.validator.sdk.calls import check_sdk
from agentic.validator.sdk.refused import check_refused

_ANNOTATIONS = frozenset(allowed.ANNOTATIONS.split())
_READ_BACK = frozenset({"urllib.request.Request"})
_ANNOTATION_PARTS = ast.Subscript | ast.Tuple | ast.List | ast.BinOp


def validate(source: str | bytes, policy: ValidationPolicy) -> Verdict:
    """Whether the script may run under `policy`, and if not, every reason at once (at most `policy.max_findings`).

    Never raises, whatever the text. Nothing of the script is run, imported or compiled (grammar.py says why not).
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
        check_grammar(review, tree, layout)
        for node, scope, _ in layout.constructs:
            rule = _RULES.get(type(node))
            if rule is not None:
                rule(review, node, scope)
        check_types(review, layout)
        check_late_changes(review, layout)
        if policy.sdk is not None:
            check_sdk(review, layout, policy.sdk)
            check_refused(review, layout, policy.sdk)
    return _verdict(list(review.findings()), policy)


def _verdict(findings: list[Finding], policy: ValidationPolicy) -> Verdict:
    return Verdict(not findings, tuple(findings[: policy.max_findings]))


def _check_assignment(review: Review, node: ast.Assign, scope: Scope) -> None:
    for target in node.targets:
        check_destination(review, target, node.value, scope)


def _check_annotation(review: Review, node: ast.arg, scope: Scope) -> None:
    if node.annotation is not None:
        _permit_types(review, node.annotation, scope)


def _check_annotated(review: Review, node: ast.AnnAssign, scope: Scope) -> None:
    # What a class's fields are annotated with, `dataclasses.fields` gives back.
    _permit_types(review, node.annotation, scope, read_back=scope.kind == "class")
    if node.value is not None:
        check_destination(review, node.target, node.value, scope)


def _check_compared(review: Review, node: ast.Compare, scope: Scope) -> None:
    check_look(review, node, scope)
    check_comparison(review, node, scope)


def _check_result(review: Review, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    if node.returns is not None:
        _permit_types(review, node.returns, scope)


def _permit_types(review: Review, annotation: ast.expr, scope: Scope, *, read_back: bool = False) -> None:
    """Lets annotations name classes that may otherwise only be called, such as `type[Model]`."""
    permitted = _READ_BACK if read_back else _ANNOTATIONS
    pending = [annotation]
    for node in pending:
        if isinstance(node, ast.Name | ast.Attribute):
            if not permitted.isdisjoint(review.paths(node, scope)):
                review.called.add(id(node))
        elif isinstance(node, _ANNOTATION_PARTS):
            pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))


_RULES: dict[type[ast.AST], Callable[[Review, Any, Scope], None]] = {
    ast.AnnAssign: _check_annotated,
    ast.Assign: _check_assignment,
    ast.AsyncFunctionDef: _check_result,
    ast.Attribute: check_attribute,
    ast.Call: check_call,
    ast.ClassDef: check_class,
    ast.Compare: _check_compared,
    ast.FormattedValue: check_look,
    ast.FunctionDef: _check_result,
    ast.MatchClass: check_class_pattern,
    ast.Name: check_name,
    ast.Subscript: check_subscript,
    ast.arg: _check_annotation,
}
