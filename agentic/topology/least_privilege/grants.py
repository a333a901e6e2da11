"""Rules for every statement that allows something."""

import fnmatch
from collections.abc import Iterator

from agentic.topology.least_privilege.finding import Fault
from agentic.topology.least_privilege.plan import Plan, Statement, parts, texts

# "*" in a key's own policy is that key and nothing else (KMS developer guide, "Key policies in AWS KMS").
_OWN_RESOURCE = frozenset({"aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"})
# How a value looks that Pulumi does not know yet (pulumi.runtime.rpc), an output put into a text, and a missing one.
_UNRESOLVED = ("04da6b54-80e4-46f7-96ec-b56ff0331ba9", "pulumi.output.Output object", "Calling __str__ on an Output")
_ATTACHED = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment")


def wide_action(plan: Plan) -> Iterator[Fault]:
    """No statement allows an action with a wildcard."""
    for statement in _allowing(plan):
        for action in statement.actions:
            if "*" in action or "?" in action:
                yield Fault.of(statement, f"allows {action}", "name each action that is used")


def wide_resource(plan: Plan) -> Iterator[Fault]:
    """No statement allows something on every resource, or on more of them than its entry in the list says."""
    for statement in _allowing(plan):
        if statement.kind == "resource" and statement.resource.type in _OWN_RESOURCE:
            continue
        for resource in statement.resources:
            if ("*" in resource or "?" in resource) and not _listed(plan, statement, resource):
                what = "is for every resource" if resource == "*" else f"is for {resource}"
                yield Fault.of(statement, what, "name the resource, or list the statement with its reason and source")


def no_exclusions(plan: Plan) -> Iterator[Fault]:
    """No statement says what it is about by naming all that it is not about."""
    for statement in plan.statements:
        for element in ("NotAction", "NotResource", "NotPrincipal"):
            if element in statement.given:
                yield Fault.of(statement, f"has {element}", f"say with {element.removeprefix('Not')} what is meant")


def no_passed_roles(plan: Plan) -> Iterator[Fault]:
    """Nothing may hand a role to a service: whoever may, may do what any such role may."""
    for statement in _allowing(plan):
        for action in statement.actions:
            if fnmatch.fnmatchcase("iam:passrole", action.lower()):
                yield Fault.of(statement, f"allows iam:PassRole ({action})", "let Pulumi, not the stack, choose roles")


def all_values_known(plan: Plan) -> Iterator[Fault]:
    """Every policy can be read, and no value in it is missing."""
    for resource in plan.unread:
        yield Fault(resource, "has no policy that can be read", "check again when all its values are known")
    for statement in plan.statements:
        elements = {"Action", "Resource", "Condition", "Principal"} & statement.given.keys()
        if statement.kind == "identity" and not statement.resources and "NotResource" not in statement.given:
            yield Fault.of(statement, "has no resource", "name the resource")
        if not statement.actions and "NotAction" not in statement.given:
            yield Fault.of(statement, "has no action", "name the actions")
        if any(_is_missing(part) for element in elements for part in parts(statement.given[element])):
            yield Fault.of(statement, "has a value that is not there", "wait for the output (pulumi.Output.json_dumps)")


def own_statements_only(plan: Plan) -> Iterator[Fault]:
    """No rights that are written elsewhere: AWS changes its managed policies, and they are made for everybody."""
    for resource in plan.of(*_ATTACHED):
        yield Fault(resource, f"attaches {resource.inputs.get('policyArn')}", "write the statements into the role's policy")
    for role in plan.of("aws:iam/role:Role"):
        for arn in texts(role.inputs.get("managedPolicyArns")):
            yield Fault(role, f"attaches {arn}", "write the statements into the role's policy")


def _allowing(plan: Plan) -> Iterator[Statement]:
    return (statement for statement in plan.statements if statement.allows)


def _listed(plan: Plan, statement: Statement, resource: str) -> bool:
    sid = str(statement.given.get("Sid", ""))
    conditions = {(operator, key) for operator, key, _ in statement.conditions}
    return any(entry.covers(sid, statement.actions, resource, conditions) for entry in plan.listed)


def _is_missing(value: object) -> bool:
    """Whether a value of a policy is missing, or has a hole where another value should stand."""
    return value is None or value in ("", "None") or any(mark in str(value) for mark in (*_UNRESOLVED, ":None", "/None"))
