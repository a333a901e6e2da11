"""IAM: roles with their trust and their inline policies, recorded in moto and told to our own evaluator."""

import json
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import tag_list, tag_map, unless_absent
from agentic.local.program.schema import TAGS, Block, PolicyText, Text, Truth, Whole
from agentic.local.program.table import ROLE, Context, Created, Inputs, Lifecycle, ResourceType

_ROLE_NAME = Text(r"[\w+=,.@-]{1,64}")


def _role_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    name, path, trust, tags = inputs["name"], inputs.get("path", "/"), inputs["assumeRolePolicy"], inputs.get("tags", {})
    wire: dict[str, Any] = {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": json.dumps(trust)}
    if tags:
        wire["Tags"] = tag_list(tags)
    if inputs.get("description"):
        wire["Description"] = inputs["description"]
    if "maxSessionDuration" in inputs:
        wire["MaxSessionDuration"] = inputs["maxSessionDuration"]
    return [ApiRequest("iam", "CreateRole", wire)]


def _role(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    for request in _role_requests(context, logical, inputs):
        request.send(context.client)
    return _described(context, inputs)


def _described(context: Context, inputs: Mapping[str, Any]) -> Created:
    name, path, trust, tags = inputs["name"], inputs.get("path", "/"), inputs["assumeRolePolicy"], inputs.get("tags", {})
    arn = context.place.arn("iam", f"role{path}{name}", regional=False)
    with context.made.lock:
        context.made.trust[arn] = trust
    unique = "AROA" + context.place.stable("role", name, 17).upper()
    outputs = {"arn": arn, "name": name, "uniqueId": unique, "path": path, "tagsAll": tags}
    return Created(name, {**outputs, "assumeRolePolicy": json.dumps(trust)})


def _update_role(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags, iam = inputs["name"], inputs.get("tags", {}), context.client("iam")
    duration = inputs.get("maxSessionDuration", _SESSION_SECONDS)
    iam.update_role(RoleName=name, Description=inputs.get("description", ""), MaxSessionDuration=duration)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(inputs["assumeRolePolicy"]))
    gone = sorted(set(tag_map(iam.list_role_tags(RoleName=name)["Tags"])) - set(tags))
    if gone:
        iam.untag_role(RoleName=name, TagKeys=gone)
    if tags:
        iam.tag_role(RoleName=name, Tags=tag_list(tags))
    return _described(context, inputs)


def _find_role(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("iam").get_role(RoleName=name))
    if found is None:
        _forget_trust(context, name)
        return None
    role = found["Role"]
    duration = role.get("MaxSessionDuration", _SESSION_SECONDS)
    return {
        "name": name,
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
        "description": role.get("Description", ""),
        "tags": tag_map(role.get("Tags", ())),
        **({"maxSessionDuration": duration} if duration != _SESSION_SECONDS else {}),
    }


def _delete_role(context: Context, name: str, inputs: Inputs) -> None:
    unless_absent(lambda: context.client("iam").delete_role(RoleName=name))
    _forget_trust(context, name)


def _forget_trust(context: Context, name: str) -> None:
    with context.made.lock:
        for arn in _role_arns(context, name):
            del context.made.trust[arn]


def _role_policy_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    text = json.dumps(inputs["policy"])
    parameters = {"RoleName": inputs["role"], "PolicyName": inputs["name"], "PolicyDocument": text}
    return [ApiRequest("iam", "PutRolePolicy", parameters)]


def _role_policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, role, document = inputs["name"], inputs["role"], inputs["policy"]
    for request in _role_policy_requests(context, logical, inputs):
        request.send(context.client)
    with context.made.lock:
        arns = _role_arns(context, role)
    context.permissions.set_policy(arns[0], name, document)
    return Created(f"{role}:{name}", {"name": name, "policy": json.dumps(document)})


def _check_role_policy(context: Context, inputs: Inputs) -> None:
    if "role" in inputs and not context.exists(ROLE, inputs["role"]):
        raise LocalCloudError(f"there is no role {inputs['role']}")
    size = len(json.dumps(inputs.get("policy")))
    if size > _POLICY_CHARACTERS:
        raise LocalCloudError(f"the policy has {size} characters; a role's inline policies may have {_POLICY_CHARACTERS}")


def _find_role_policy(context: Context, resource_id: str, inputs: Inputs) -> Inputs | None:
    role, name = inputs["role"], inputs["name"]
    found = unless_absent(lambda: context.client("iam").get_role_policy(RoleName=role, PolicyName=name))
    return {"policy": json.dumps(found["PolicyDocument"])} if found else None


def _delete_role_policy(context: Context, resource_id: str, inputs: Inputs) -> None:
    role, name = inputs["role"], inputs["name"]
    unless_absent(lambda: context.client("iam").delete_role_policy(RoleName=role, PolicyName=name))
    with context.made.lock:
        arns = _role_arns(context, role)
    for arn in arns:
        context.permissions.remove(arn, name)


def _role_arns(context: Context, name: str) -> list[str]:
    """The ARN of the role with this name, if there is one; to be called under the lock."""
    return [arn for arn in context.made.trust if arn.rsplit("/", 1)[1] == name]


# IAM quotas: all inline policies of a role together.
_POLICY_CHARACTERS = 10_240
_SESSION_SECONDS = 3600

TYPES = (
    ResourceType(
        ROLE,
        Block(
            {"name": _ROLE_NAME, "assumeRolePolicy": PolicyText(principal=True)},
            {
                "description": Text(longest=1000),
                "path": Text(r"/|/[!-~]+/"),
                "maxSessionDuration": Whole(3600, 43200),
                "forceDetachPolicies": Truth(),
                "tags": TAGS,
            },
        ),
        ("arn", "name", "uniqueId"),
        _role,
        Lifecycle(
            _find_role,
            _delete_role,
            ("name",),
            replaces=("path",),
            updates=("assumeRolePolicy", "description", "maxSessionDuration", "forceDetachPolicies", "tags"),
            update=_update_role,
        ),
        requests=_role_requests,
    ),
    ResourceType(
        "aws:iam/rolePolicy:RolePolicy",
        Block({"name": Text(r"[\w+=,.@-]{1,128}"), "role": _ROLE_NAME, "policy": PolicyText()}),
        ("name",),
        _role_policy,
        Lifecycle(_find_role_policy, _delete_role_policy, ("name", "role"), updates=("policy",), update=_role_policy),
        _check_role_policy,
        _role_policy_requests,
    ),
)
