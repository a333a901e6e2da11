"""Policy documents: actions that exist, ARNs that their actions can be limited to, operators and condition keys that exist.

The form of a document (statements, effect, principal) is checked by the type's own schema (`schema.PolicyText`).
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from agentic.local.oracle.actions import GLOBAL_KEYS, Action, actions_of, condition_keys, matching, stem
from agentic.local.oracle.arns import can_mean, is_arn

_ORDERS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_OPERATORS = frozenset(
    (
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
        *("StringNotLike", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals"),
        *("ArnNotLike", "Null", *(f"Numeric{order}" for order in _ORDERS), *(f"Date{order}" for order in _ORDERS)),
    )
)
"""IAM user guide, "IAM JSON policy elements: Condition operators"."""


def faults_of(document: Mapping[str, Any]) -> list[str]:
    """What AWS would refuse, or silently never apply, in the document; one sentence each with the statement's place."""
    statements = _list(document.get("Statement"))
    return [
        f"Statement[{index}]{_sid(statement)}: {fault}"
        for index, statement in enumerate(statements)
        if isinstance(statement, Mapping)
        for fault in _statement(cast(Mapping[str, Any], statement))
    ]


def _statement(statement: Mapping[str, Any]) -> Iterator[str]:
    named = [str(item) for item in _list(statement.get("Action", statement.get("NotAction")))]
    found = {pattern: matching(pattern) for pattern in named if pattern != "*"}
    yield from (_no_action(pattern) for pattern, actions in found.items() if not actions)
    resources = [str(item) for item in _list(statement.get("Resource", statement.get("NotResource")))]
    wrong = [text for text in resources if text != "*" and not is_arn(text)]
    yield from (f"{text!r} is not an ARN (arn:partition:service:region:account:resource)" for text in wrong)
    if "Action" in statement and "*" not in named and "Resource" in statement and not wrong and all(found.values()):
        yield from _resources(found, resources)
    for operator, keys in cast(Mapping[str, Any], statement.get("Condition") or {}).items():
        yield from _condition(operator, keys)


def _no_action(pattern: str) -> str:
    prefix, _, name = pattern.partition(":")
    actions = actions_of(prefix.lower())
    if not actions:
        return f"{pattern!r} is not an action: AWS has no service {prefix!r} in policies"
    near = difflib.get_close_matches(name, [action.name for action in actions], 1)
    return f"{pattern!r} is not an action of AWS{f', {prefix}:{near[0]} is' if near else ''}"


def _resources(found: Mapping[str, Sequence[Action]], resources: Sequence[str]) -> Iterator[str]:
    """Each action needs a resource that it can be limited to, and each resource an action that it can limit."""
    for pattern, actions in found.items():
        if "*" not in resources and not any(_limits(resource, action) for action in actions for resource in resources):
            templates = sorted({template for action in actions for template in action.arns})
            near = difflib.get_close_matches(resources[0], templates, 1, 0.0) if resources else []
            yield f"{pattern} knows no resource like {', '.join(resources)}; it takes {near[0] if near else '"*" only'}"
            return
    for resource in resources:
        if resource != "*" and not any(_limits(resource, action) for actions in found.values() for action in actions):
            yield f"no action of the statement knows a resource like {resource}"


def _limits(resource: str, action: Action) -> bool:
    return any(can_mean(resource, template) for template in action.arns)


def _condition(operator: str, keys: Any) -> Iterator[str]:
    bare = operator.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    if bare not in _OPERATORS and (bare.removesuffix("IfExists") not in _OPERATORS - {"Null"}):
        near = difflib.get_close_matches(bare, _OPERATORS, 1)
        yield f"{operator!r} is not a condition operator{f', {near[0]} is' if near else ''}"
    if isinstance(keys, Mapping):
        yield from (_no_key(key) for key in cast(Mapping[str, Any], keys) if not _is_key(key))


def _is_key(key: str) -> bool:
    prefix = key.partition(":")[0].lower()
    # The keys of identity providers begin with their host.
    return stem(key) in GLOBAL_KEYS or stem(key) in condition_keys(prefix) or "." in prefix


def _no_key(key: str) -> str:
    keys = GLOBAL_KEYS if key.lower().startswith("aws:") else condition_keys(key.partition(":")[0].lower())
    near = difflib.get_close_matches(stem(key), keys, 1)
    return f"{key!r} is not a condition key of AWS{f', {keys[near[0]]} is' if near else ''}"


def _sid(statement: Any) -> str:
    sid = cast(Mapping[str, Any], statement).get("Sid") if isinstance(statement, Mapping) else None
    return f" {sid}" if sid else ""


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return cast(list[Any], value) if isinstance(value, list) else [value]
