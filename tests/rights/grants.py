"""What roles are granted, one permission at a time: an action on a resource, in a statement of a role's policy."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agentic.core.errors import RefusedError
from agentic.local.permissions import Decision, Permissions

# The name that the topology gives to each role's one policy.
POLICY = "rights"
_STACK = re.compile(r"^.*?[-_](dev|prod)[-_]")


@dataclass(frozen=True, order=True)
class Grant:
    """`role` is the role's ARN; `action` and `resource` are as the policy has them."""

    role: str
    sid: str
    action: str
    resource: str

    @property
    def part(self) -> str:
        """The role's name without its stack and what stands before it: `execute-code`, `generator-harness`, `generator`."""
        return _STACK.sub("", self.role.rpartition("/")[2], count=1)

    def __str__(self) -> str:
        return f"{self.part}: {self.sid}: {self.action} on {self.resource}"


def grants_of(role: str, document: Mapping[str, Any]) -> Iterator[Grant]:
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow":
            for action in _list(statement["Action"]):
                for resource in _list(statement["Resource"]):
                    yield Grant(role, statement["Sid"], action, resource)


def granted(permissions: Permissions) -> list[Grant]:
    """Everything that the program has granted."""
    documents = ((role, permissions.policies(role).get(POLICY)) for role in permissions.roles)
    return [grant for role, document in documents if document for grant in grants_of(role, document)]


def used(grants: Iterable[Grant], permissions: Permissions, decisions: Iterable[Decision]) -> set[Grant]:
    """The grants that have let at least one of these requests pass."""
    seen = {
        (item.principal, item.action, item.resource, tuple(sorted(item.context.items()))) for item in decisions if item.allowed
    }
    return {grant for grant in grants for asked in seen if asked[0] == grant.role and _covers(grant, permissions, *asked[1:])}


def without(document: Mapping[str, Any], grant: Grant) -> dict[str, Any]:
    """The policy with this one permission taken away and everything else as it was."""
    statements: list[dict[str, Any]] = []
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow" or statement["Sid"] != grant.sid:
            statements.append(statement)
            continue
        actions, resources = _list(statement["Action"]), _list(statement["Resource"])
        others = [action for action in actions if action != grant.action]
        elsewhere = [resource for resource in resources if resource != grant.resource]
        if others:
            statements.append({**statement, "Action": others})
        if grant.action in actions and elsewhere:
            statements.append({**statement, "Action": [grant.action], "Resource": elsewhere})
    return {**document, "Statement": statements}


def _covers(grant: Grant, permissions: Permissions, action: str, resource: str, context: tuple[tuple[str, str], ...]) -> bool:
    """By the evaluator itself, on a policy that has nothing but the grant and its conditions."""
    for statement in permissions.policies(grant.role)[POLICY]["Statement"]:
        if statement["Sid"] == grant.sid and statement["Effect"] == "Allow":
            alone = Permissions()
            alone.set_policy(
                grant.role, "alone", {"Statement": [{**statement, "Action": grant.action, "Resource": grant.resource}]}
            )
            try:
                alone.check(grant.role, action, resource, dict(context))
            except RefusedError:
                continue
            return True
    return False


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
