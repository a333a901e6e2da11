"""Planned resources, and every policy statement found in them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, cast

from agentic.topology.least_privilege.listed import LISTED, Listed

Kind = Literal["identity", "trust", "resource"]

# How Pulumi marks a secret value in a resource's inputs (pulumi.runtime.rpc).
_SEALED = "4dabf18193072939515e22adb298388d"
_TRUST = ("aws:iam/role:Role", "assumeRolePolicy")
_IDENTITY = frozenset(
    {
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/policy:Policy",
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/userPolicy:UserPolicy",
    }
)
# Where a policy must be: one that cannot be read there has not been checked.
_EXPECTED = {
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource as a program registers it: Pulumi type, logical name, inputs in Pulumi's spelling (`assumeRolePolicy`)."""

    type: str
    name: str
    inputs: Mapping[str, Any]

    @classmethod
    def from_state(cls, resource: Mapping[str, Any]) -> Self:
        """From one entry of `pulumi stack export`, or of a step's `newState` in `pulumi preview --json`."""
        return cls(resource["type"], resource["urn"].rpartition("::")[2], resource.get("inputs", {}))


@dataclass(frozen=True)
class Statement:
    """One statement. `kind` tells whose: a role's rights, a role's trust, or a policy of what is reached."""

    resource: Planned
    kind: Kind
    sid: str
    given: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        """Whatever is not plainly a Deny is looked at as an Allow."""
        return self.given.get("Effect") != "Deny"

    @property
    def actions(self) -> tuple[str, ...]:
        return texts(self.given.get("Action"))

    @property
    def resources(self) -> tuple[str, ...]:
        return texts(self.given.get("Resource"))

    @cached_property
    def conditions(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Operator, key in lower case, values."""
        return tuple(
            (operator, key.lower(), texts(expected))
            for operator, tests in mapping(self.given.get("Condition")).items()
            for key, expected in mapping(tests).items()
        )

    @cached_property
    def principals(self) -> Mapping[str, tuple[str, ...]]:
        """The named principals by kind; everybody is the AWS principal "*"."""
        element = self.given.get("Principal")
        return {"AWS": ("*",)} if element == "*" else {kind: texts(names) for kind, names in mapping(element).items()}

    def tested(self, key: str, *operators: str) -> tuple[str, ...]:
        """The values that the key is compared with by one of the operators; none where it is not."""
        return tuple(
            value
            for operator, tested, expected in self.conditions
            if tested == key.lower() and operator in operators
            for value in expected
        )


@dataclass(frozen=True)
class Plan:
    """All planned resources. `listed` are the wide grants that are known and accepted."""

    resources: Sequence[Planned]
    listed: Sequence[Listed] = LISTED

    def of(self, *types: str) -> Iterator[Planned]:
        """The resources of these types (`aws:lambda/function:Function`)."""
        return (resource for resource in self.resources if resource.type in types)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement of every policy document, wherever in the inputs it is."""
        return tuple(
            Statement(resource, _kind(resource.type, path), str(given.get("Sid") or f"statement {number}"), given)
            for resource in self.resources
            for path, document in _documents(resource.inputs, "")
            for number, given in enumerate(_statements(document), 1)
        )

    @cached_property
    def unread(self) -> tuple[Planned, ...]:
        """Resources that must have a policy and have none that can be read: its value is not known, or is no JSON."""
        read = {id(statement.resource) for statement in self.statements}
        return tuple(
            resource
            for resource in self.resources
            if resource.type in _EXPECTED
            and not (id(resource) in read and _is_document(resource.inputs.get(_EXPECTED[resource.type])))
        )

    def users(self, role_name: str) -> tuple[Planned, ...]:
        """The resources that name the role by its ARN."""
        return tuple(
            resource for resource in self.resources if any(_is_role(part, role_name) for part in parts(resource.inputs))
        )


def texts(given: object) -> tuple[str, ...]:
    """A policy element as texts: one or a list, and nothing where it is missing."""
    items = sequence(given) or (() if given is None or given == [] else (given,))
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """The value where it is a list, else an empty one."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else ()


def parts(value: object) -> Iterator[object]:
    """Every value inside a value that holds no further ones: texts, numbers, nulls."""
    value = opened(value)
    inner = (*mapping(value).values(), *sequence(value))
    for item in inner:
        yield from parts(item)
    if not inner and value not in ({}, [], ()):
        yield value


def _is_role(value: object, name: str) -> bool:
    return isinstance(value, str) and value.startswith("arn:") and ":role/" in value and value.endswith(f"/{name}")


def _kind(resource_type: str, path: str) -> Kind:
    if (resource_type, path) == _TRUST:
        return "trust"
    return "identity" if resource_type in _IDENTITY else "resource"


def _documents(value: object, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The policy documents inside of a value, each with the way to it."""
    value = opened(value)
    if _is_document(value):
        yield path, mapping(json.loads(value) if isinstance(value, str) else value)
        return
    for key, item in mapping(value).items():
        yield from _documents(item, f"{path}.{key}" if path else key)
    for item in sequence(value):
        yield from _documents(item, f"{path}[]")


def _is_document(value: object) -> bool:
    value = opened(value)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return False
    return "Statement" in mapping(value)


def _statements(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is no statement at all is kept, so that a rule can say so."""
    found = document["Statement"]
    for given in sequence(found) or (found,):
        yield mapping(given) or {"Effect": "Allow", "Action": given}


def opened(value: object) -> object:
    """The value inside of a secret."""
    return mapping(value).get("value") if _SEALED in mapping(value) else value
