"""IAM: roles with their trust and their inline policies, recorded in moto and told to our own evaluator."""

import json
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.schema import TAGS, Block, PolicyText, Text, Truth, Whole
from agentic.local.program.table import Context, Created, ResourceType

_ROLE_NAME = Text(r"[\w+=,.@-]{1,64}")


def _role(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, path, trust, tags = inputs["name"], inputs.get("path", "/"), inputs["assumeRolePolicy"], inputs.get("tags", {})
    wire: dict[str, Any] = {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": json.dumps(trust)}
    if tags:
        wire["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    if inputs.get("description"):
        wire["Description"] = inputs["description"]
    context.client("iam").create_role(**wire)
    arn = context.place.arn("iam", f"role{path}{name}", regional=False)
    with context.made.lock:
        context.made.trust[arn] = trust
    unique = "AROA" + context.place.stable("role", name, 17).upper()
    outputs = {"arn": arn, "name": name, "uniqueId": unique, "path": path, "tagsAll": tags}
    return Created(name, {**outputs, "assumeRolePolicy": json.dumps(trust)})


def _role_policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, role, document = inputs["name"], inputs["role"], inputs["policy"]
    with context.made.lock:
        found = [arn for arn in context.made.trust if arn.rsplit("/", 1)[1] == role]
    if not found:
        raise LocalCloudError(f"there is no role {role}")
    text = json.dumps(document)
    if len(text) > _POLICY_CHARACTERS:
        raise LocalCloudError(f"the policy has {len(text)} characters; a role's inline policies may have {_POLICY_CHARACTERS}")
    context.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)
    context.permissions.set_policy(found[0], name, document)
    return Created(f"{role}:{name}", {"name": name, "policy": text})


# IAM quotas: all inline policies of a role together.
_POLICY_CHARACTERS = 10_240

TYPES = (
    ResourceType(
        "aws:iam/role:Role",
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
    ),
    ResourceType(
        "aws:iam/rolePolicy:RolePolicy",
        Block({"name": Text(r"[\w+=,.@-]{1,128}"), "role": _ROLE_NAME, "policy": PolicyText()}),
        ("name",),
        _role_policy,
    ),
)
