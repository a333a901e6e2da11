"""What each role may do: the policies of the Pulumi program, evaluated for every request.

Of IAM's evaluation this has identity policies, resource policies of the same account, trust policies, explicit Deny,
wildcards, policy variables and the conditions of `conditions.py`. Whatever it does not know (NotAction, a condition
operator or key) makes an Allow not apply and a Deny apply. Not here: session policies, permission boundaries,
organisations, keys' policies.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from agentic.core.errors import RefusedError
from agentic.local.conditions import Facts, every, matches, met, some, values
from agentic.local.identities import OPERATOR

_NOTHING: Mapping[str, str] = MappingProxyType({})
_STATEMENT_KEYS = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}
_ASSUME = "sts:AssumeRole"


@dataclass(frozen=True, slots=True)
class Decision:
    """What was asked, and the answer."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str]
    allowed: bool


class Permissions:
    """The policies of all roles and resources. Safe for concurrent use: writers replace, readers see one version."""

    def __init__(self) -> None:
        self._identity: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._resource: dict[str, Mapping[str, Any]] = {}
        self._trust: dict[str, Mapping[str, Any]] = {}
        self._watchers: tuple[Callable[[Decision], None], ...] = ()
        self._lock = threading.Lock()

    def set_policy(self, role_arn: str, name: str, document: Mapping[str, Any]) -> None:
        """Add or replace one identity policy of a role."""
        with self._lock:
            self._identity[role_arn] = {**self._identity.get(role_arn, {}), name: document}

    def policies(self, role_arn: str) -> Mapping[str, Mapping[str, Any]]:
        """A role's identity policies by name; empty for an unknown role."""
        return MappingProxyType(self._identity.get(role_arn, {}))

    @property
    def roles(self) -> tuple[str, ...]:
        """The ARNs of all roles that have identity policies."""
        return tuple(self._identity)

    def remove(self, role_arn: str, name: str) -> None:
        """Remove one identity policy; a missing one is no error."""
        with self._lock:
            kept = {key: value for key, value in self._identity.pop(role_arn, {}).items() if key != name}
            if kept:
                self._identity[role_arn] = kept

    def set_resource_policy(self, resource_arn: str, document: Mapping[str, Any]) -> None:
        """Add or replace the policy of a resource (of objects it is their bucket's)."""
        with self._lock:
            self._resource[resource_arn] = dict(document)

    def resource_policy(self, resource_arn: str) -> Mapping[str, Any] | None:
        """The resource's policy as it was set."""
        return self._resource.get(resource_arn)

    def remove_resource_policy(self, resource_arn: str) -> None:
        with self._lock:
            self._resource.pop(resource_arn, None)

    def set_trust(self, role_arn: str, document: Mapping[str, Any]) -> None:
        """Set or replace who may take the role on."""
        with self._lock:
            self._trust[role_arn] = document

    def remove_trust(self, role_arn: str) -> None:
        """Nobody may take the role on any more; an unknown role is no error."""
        with self._lock:
            self._trust.pop(role_arn, None)

    def check(self, principal: str, action: str, resource_arn: str, context: Mapping[str, str] = _NOTHING) -> None:
        """Return if `principal` may do `action` (such as `s3:GetObject`) on the resource; raise RefusedError otherwise.

        `context` holds the condition keys of the request. The operator may do everything.
        """
        if principal == OPERATOR:
            return
        facts = _facts(context, principal)
        policies = [*self._identity.get(principal, {}).values()]
        asked = [(statement, True) for document in policies for statement in _statements(document)]
        asked += [(statement, _names(statement, principal)) for statement in self._of_resource(resource_arn)]
        self._answer(principal, action, resource_arn, context, _allowed(asked, action, resource_arn, facts))

    def check_service(self, service: str, action: str, resource_arn: str, context: Mapping[str, str]) -> None:
        """Like `check` for an AWS service that acts for itself (`bedrock.amazonaws.com`): only the resource's policy counts.

        `context` names the resource that the service acts for: aws:SourceArn and aws:SourceAccount.
        """
        asked = [(statement, _names_service(statement, service)) for statement in self._of_resource(resource_arn)]
        allowed = _allowed(asked, action, resource_arn, _facts(context))
        self._answer(service, action, resource_arn, context, allowed)

    def check_assume(self, role_arn: str, service: str, source_arn: str) -> None:
        """Return if the service may take the role on for the resource `source_arn`; raise RefusedError otherwise."""
        trust, context = self._trust.get(role_arn), _source(source_arn)
        self._answer(service, _ASSUME, role_arn, context, trust is not None and trusts(trust, service, source_arn))

    @contextmanager
    def watched(self, watcher: Callable[[Decision], None]) -> Generator[None]:
        """Tell `watcher` every decision inside of the `with`, in the thread that asks; the operator's are none."""
        with self._lock:
            self._watchers = (*self._watchers, watcher)
        try:
            yield
        finally:
            with self._lock:
                self._watchers = tuple(item for item in self._watchers if item is not watcher)

    def _of_resource(self, resource_arn: str) -> Iterable[Mapping[str, Any]]:
        bucket = resource_arn.partition("/")[0] if resource_arn.split(":")[2:3] == ["s3"] else resource_arn
        return _statements(self._resource.get(bucket, {}))

    def _answer(self, principal: str, action: str, resource: str, context: Mapping[str, str], allowed: bool) -> None:
        for watcher in self._watchers:
            watcher(Decision(principal, action, resource, context, allowed))
        if not allowed:
            raise RefusedError(
                f"{principal} is not allowed to {action} on {resource}",
                hint="Add a statement for it to the role's policy in the topology.",
                action=action,
                resource=resource,
            )


def trusts(document: Mapping[str, Any], service: str, source_arn: str) -> bool:
    """Whether a role with this trust policy lets the service (`lambda.amazonaws.com`) take it on for the resource."""
    facts = _facts(_source(source_arn))
    # A trust policy has no Resource: it is about its own role.
    asked = [({"Resource": "*", **statement}, _names_service(statement, service)) for statement in _statements(document)]
    return _allowed(asked, _ASSUME, "", facts)


def _allowed(asked: Iterable[tuple[Mapping[str, Any], bool | None]], action: str, resource_arn: str, facts: Facts) -> bool:
    """One Deny that applies is final; else one Allow is enough. With each statement: whether it is about the caller."""
    allowed = False
    for statement, named in asked:
        denies = statement.get("Effect") != "Allow"
        applies = every((named, _covers(statement, action, resource_arn, facts), _conditions(statement, facts)))
        if applies is None:
            applies = denies
        if applies and denies:
            return False
        allowed = allowed or applies
    return allowed


def _covers(statement: Mapping[str, Any], action: str, resource_arn: str, facts: Facts) -> bool | None:
    if not statement.keys() <= _STATEMENT_KEYS or "Action" not in statement or "Resource" not in statement:
        return None
    # Actions are the same in any case, resources are not.
    about = some(matches(pattern.lower(), action.lower(), facts) for pattern in values(statement["Action"]))
    return every((about, some(matches(pattern, resource_arn, facts) for pattern in values(statement["Resource"]))))


def _conditions(statement: Mapping[str, Any], facts: Facts) -> bool | None:
    return met(cast("Mapping[str, Mapping[str, Any]]", statement.get("Condition", {})), facts)


def _names(statement: Mapping[str, Any], role_arn: str) -> bool | None:
    """Whether a resource policy's statement is about this role.

    The whole account, or a session of the role, is more or less than the role: it cannot be judged.
    """
    named = _principal(statement, "AWS")
    if named is None or "*" in named or role_arn in named:
        return None if named is None else True
    account, role = _account(role_arn), role_arn.rpartition("/")[2]
    unclear = any(_account(name) == account and (name.endswith(":root") or f":assumed-role/{role}/" in name) for name in named)
    return None if unclear or account in named else False


def _names_service(statement: Mapping[str, Any], service: str) -> bool | None:
    named = _principal(statement, "Service")
    if named is None:
        return None
    # Everybody: to allow that to a service is nothing a program should mean; to deny it means the service too.
    return True if service in named else None if "*" in named else False


def _principal(statement: Mapping[str, Any], kind: str) -> tuple[str, ...] | None:
    """The named principals of one kind, "*" among them for everybody; None where the element is none that we know."""
    element: object = statement.get("Principal")
    if element == "*":
        return ("*",)
    if not isinstance(element, Mapping):
        return None
    named = cast("Mapping[str, Any]", element)
    everybody = ("*",) if "*" in values(named.get("AWS", ())) else ()
    return (*values(named.get(kind, ())), *everybody)


def _facts(context: Mapping[str, str], role_arn: str = "") -> dict[str, str]:
    facts = {key.lower(): value for key, value in context.items()}
    # Every request comes over loopback, which no one else can listen to: it counts as secure transport.
    facts.setdefault("aws:securetransport", "true")
    if role_arn:
        facts |= {"aws:principalarn": role_arn, "aws:principalaccount": _account(role_arn)}
    return facts


def _source(source_arn: str) -> dict[str, str]:
    """What a service says of the resource that it acts for."""
    return {"aws:SourceArn": source_arn, "aws:SourceAccount": _account(source_arn)}


def _account(arn: str) -> str:
    return "".join(arn.split(":")[4:5])


def _statements(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found = document.get("Statement", ())
    return (cast("Mapping[str, Any]", found),) if isinstance(found, Mapping) else tuple(found)
