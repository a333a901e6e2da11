"""What each role may do: the policies of the Pulumi program, evaluated for every request.

Of IAM's evaluation this has identity policies, bucket policies, explicit Deny, wildcards and the conditions that the
topology uses. Whatever it does not know (NotAction, a condition operator or key) makes an Allow not apply and a Deny
apply. Not here: session policies, permission boundaries, organisations, policies of functions and keys.
"""

import re
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from agentic.core.errors import RefusedError
from agentic.local.identities import OPERATOR

_NOTHING: Mapping[str, str] = MappingProxyType({})
_STATEMENT_KEYS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}

KNOWN_KEYS = frozenset(
    {
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "lambda:sourcefunctionarn",
        "cloudwatch:namespace",
        "s3:prefix",
    }
)
"""Condition keys (lower case) whose absence from a request means that the condition is not met."""


class Permissions:
    """The policies of all roles and buckets. Safe for concurrent use: writers replace, readers see one version."""

    def __init__(self) -> None:
        self._identity: dict[str, dict[str, tuple[Mapping[str, Any], ...]]] = {}
        self._resource: dict[str, tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]] = {}
        self._lock = threading.Lock()

    def set_policy(self, role_arn: str, name: str, document: Mapping[str, Any]) -> None:
        """Add or replace one identity policy of a role."""
        statements = _statements(document)
        with self._lock:
            self._identity[role_arn] = {**self._identity.get(role_arn, {}), name: statements}

    def remove(self, role_arn: str, name: str) -> None:
        """Remove one identity policy; a missing one is no error."""
        with self._lock:
            self._identity[role_arn] = {key: value for key, value in self._identity.get(role_arn, {}).items() if key != name}

    def set_resource_policy(self, resource_arn: str, document: Mapping[str, Any]) -> None:
        """Add or replace a bucket's policy (`resource_arn` is the bucket's)."""
        statements = _statements(document)
        with self._lock:
            self._resource[resource_arn] = (dict(document), statements)

    def resource_policy(self, resource_arn: str) -> dict[str, Any] | None:
        """The bucket's policy as it was set."""
        found = self._resource.get(resource_arn)
        return found[0] if found else None

    def remove_resource_policy(self, resource_arn: str) -> None:
        with self._lock:
            self._resource.pop(resource_arn, None)

    def check(self, principal: str, action: str, resource_arn: str, context: Mapping[str, str] = _NOTHING) -> None:
        """Return if `principal` may do `action` (such as `s3:GetObject`) on the resource; raise RefusedError otherwise.

        `context` holds the condition keys of the request. The operator may do everything.
        """
        if principal == OPERATOR:
            return
        facts = {key.lower(): value for key, value in context.items()}
        # Every request comes over loopback, which no one else can listen to: it counts as secure transport.
        facts.setdefault("aws:securetransport", "true")
        allowed = False
        for statement in self._applying(principal, resource_arn):
            if not _covers(statement, action, resource_arn):
                continue
            denies = statement.get("Effect") != "Allow"
            if not _conditions_met(statement, facts, otherwise=denies):
                continue
            if denies:
                allowed = False
                break
            allowed = True
        if not allowed:
            raise RefusedError(
                f"{principal} is not allowed to {action} on {resource_arn}",
                hint="Add a statement for it to the role's policy in the topology.",
                action=action,
                resource=resource_arn,
            )

    def _applying(self, principal: str, resource_arn: str) -> Iterable[Mapping[str, Any]]:
        for statements in tuple(self._identity.get(principal, {}).values()):
            yield from statements
        bucket = self._resource.get(resource_arn.partition("/")[0])
        if bucket:
            yield from (statement for statement in bucket[1] if _names(statement.get("Principal"), principal))


def _statements(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found = document.get("Statement", ())
    return (cast("Mapping[str, Any]", found),) if isinstance(found, Mapping) else tuple(found)


def _covers(statement: Mapping[str, Any], action: str, resource_arn: str) -> bool:
    """Whether the statement is about this request. One with an element we do not know denies everything and allows nothing."""
    if not statement.keys() <= _STATEMENT_KEYS:
        return statement.get("Effect") != "Allow"
    return _any_like(action.lower(), _values(statement.get("Action", ())), fold=True) and _any_like(
        resource_arn, _values(statement.get("Resource", ()))
    )


def _names(principal_element: object, principal: str) -> bool:
    """Whether a bucket policy's Principal means this role."""
    if principal_element == "*":
        return True
    if isinstance(principal_element, Mapping):
        arns = _values(cast("Mapping[str, Any]", principal_element).get("AWS", ()))
        return "*" in arns or principal in arns
    return False


def _conditions_met(statement: Mapping[str, Any], facts: Mapping[str, str], *, otherwise: bool) -> bool:
    """Whether all conditions are met; `otherwise` when one of them cannot be judged."""
    judged = True
    for operator, tests in cast("Mapping[str, Mapping[str, Any]]", statement.get("Condition", {})).items():
        for key, expected in tests.items():
            fact = facts.get(key.lower())
            met = _OPERATORS.get(operator)
            if met is None or (fact is None and key.lower() not in KNOWN_KEYS):
                judged = False
            elif fact is None or not met(fact, _values(expected)):
                return False
    return judged or otherwise


def _equals(fact: str, expected: tuple[str, ...]) -> bool:
    return fact in expected


def _boolean(fact: str, expected: tuple[str, ...]) -> bool:
    return fact.lower() in {value.lower() for value in expected}


def _any_like(fact: str, patterns: tuple[str, ...], *, fold: bool = False) -> bool:
    return any(_pattern(pattern.lower() if fold else pattern).fullmatch(fact) for pattern in patterns)


_OPERATORS = {
    "StringEquals": _equals,
    "StringLike": _any_like,
    "ArnLike": _any_like,
    "ArnEquals": _any_like,
    "Bool": _boolean,
}


@lru_cache(maxsize=2048)
def _pattern(pattern: str) -> re.Pattern[str]:
    translated = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(translated, re.DOTALL)


def _values(value: object) -> tuple[str, ...]:
    """A policy's string, boolean or list of them as strings (JSON's true is `true` there)."""
    values = tuple(cast("Iterable[object]", value)) if isinstance(value, list | tuple) else (value,)
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in values)
