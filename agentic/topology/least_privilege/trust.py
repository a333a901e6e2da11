"""Rules for roles: who takes them on, and that no two things share one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from agentic.topology.least_privilege.finding import Fault
from agentic.topology.least_privilege.listed import SOURCES, UNNAMED_SOURCES, is_shaped
from agentic.topology.least_privilege.plan import Plan, Planned, Statement

FUNCTION = "aws:lambda/function:Function"
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.[a-z.]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>[0-9]{12}):(?P<rest>.+)"
)
_SOURCE = "aws:SourceArn"


def scoped_trust(plan: Plan) -> Iterator[Fault]:
    """A role is taken on by one service, for this account, for one resource or one listed kind of resources."""
    for statement in plan.statements:
        if statement.kind == "trust" and statement.allows:
            if statement.actions != ("sts:AssumeRole",):
                yield Fault.of(statement, f"lets others do {', '.join(statement.actions)}", "allow sts:AssumeRole and no more")
            yield from source_faults(statement, one_service(statement.principals))


def one_role_each(plan: Plan) -> Iterator[Fault]:
    """No two functions share a role, and no function shares one with anything else."""
    users: dict[str, list[Planned]] = defaultdict(list)
    for function in plan.of(FUNCTION):
        role = function.inputs.get("role")
        if not isinstance(role, str) or ":role/" not in role:
            yield Fault(function, "has a role that is not known", "check again when all values are known")
        elif not users[role]:
            users[role] += plan.users(role.rpartition("/")[2])
    for role, sharing in users.items():
        for function in (user for user in sharing[1:] if len(sharing) > 1):
            name = role.rpartition("/")[2]
            yield Fault(function, f"shares the role {name} with {sharing[0].name}", "give it a role of its own")


def one_service(principals: Mapping[str, Sequence[str]]) -> str:
    """The one service that is let in; empty where it is anything else."""
    services = principals.get("Service", ()) if len(principals) == 1 else ()
    return services[0] if len(services) == 1 and _SERVICE.fullmatch(services[0]) else ""


def source_faults(statement: Statement, service: str) -> Iterator[Fault]:
    """What is wrong with a statement that lets a service in: it must be one, and bound to an account and a resource of it."""
    if not service:
        yield Fault.of(statement, f"lets in {statement.given.get('Principal')}", "name one AWS service")
    accounts = statement.tested("aws:SourceAccount", "StringEquals")
    if len(accounts) != 1 or not _ACCOUNT.fullmatch(accounts[0]):
        yield Fault.of(statement, "does not ask for the account", "compare aws:SourceAccount with it (StringEquals)")
    sources = statement.tested(_SOURCE, "ArnLike", "ArnEquals", "StringEquals")
    if service in UNNAMED_SOURCES:
        sources += statement.tested(_SOURCE, "ArnLikeIfExists", "ArnEqualsIfExists")
    if not sources:
        yield Fault.of(statement, f"does not ask for the source of {service or 'a request'}", "compare aws:SourceArn with it")
    for source in sources:
        if not is_narrow(source) or (accounts and f":{accounts[0]}:" not in source):
            yield Fault.of(statement, f"is for the source {source}", "name the resource, in this account")


def is_narrow(source: str) -> bool:
    """Whether a source ARN names one resource, or one listed kind of resources, of one account."""
    if "*" in source or "?" in source:
        return any(is_shaped(source, template) for template, _ in SOURCES)
    return _ARN.fullmatch(source) is not None
