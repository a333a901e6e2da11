"""Secrets Manager: empty secrets. Their values never pass through a Pulumi program."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import tag_list, tag_map, unless_absent
from agentic.local.program.schema import TAGS, Block, Text, Whole
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

# moto takes the end of a new secret's ARN from this tag: without it the ARN would differ at every start.
_MOTO_ID_TAG = "_custom_id_"


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    wire: dict[str, Any] = {"Name": inputs["name"], "Tags": tag_list(inputs.get("tags", {}))}
    if inputs.get("description"):
        wire["Description"] = inputs["description"]
    if "kmsKeyId" in inputs:
        wire["KmsKeyId"] = inputs["kmsKeyId"]
    return [ApiRequest("secretsmanager", "CreateSecret", wire)]


def _secret(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags = inputs["name"], inputs.get("tags", {})
    (request,) = _requests(context, logical, inputs)
    moto_id = {"Key": _MOTO_ID_TAG, "Value": context.place.stable("secret", name, 6)}
    wire = {**request.parameters, "Tags": [*request.parameters["Tags"], moto_id]}
    arn = context.client("secretsmanager").create_secret(**wire)["ARN"]
    if not arn.startswith(context.place.arn("secretsmanager", f"secret:{name}-")):
        raise LocalCloudError(f"the endpoint made {arn}, which is not this stack's region and account")
    return _described(context, arn, name, tags)


def _described(context: Context, arn: str, name: str, tags: Mapping[str, str]) -> Created:
    return Created(arn, {"arn": arn, "name": name, "tagsAll": tags, "region": context.place.region})


def _update(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    """All but the value, which only `agentic keys set` and the local cloud write."""
    name, tags, client = inputs["name"], inputs.get("tags", {}), context.client("secretsmanager")
    wire = {"SecretId": name, "Description": inputs.get("description", "")}
    if "kmsKeyId" in inputs:
        wire["KmsKeyId"] = inputs["kmsKeyId"]
    arn = client.update_secret(**wire)["ARN"]
    gone = sorted(set(_tags(client.describe_secret(SecretId=name))) - set(tags))
    if gone:
        client.untag_resource(SecretId=name, TagKeys=gone)
    if tags:
        client.tag_resource(SecretId=name, Tags=tag_list(tags))
    return _described(context, arn, name, tags)


def _find(context: Context, arn: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("secretsmanager").describe_secret(SecretId=arn))
    if found is None or "DeletedDate" in found:
        return None
    return {"name": found["Name"], "description": found.get("Description", ""), "tags": _tags(found)}


def _tags(secret: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in tag_map(secret.get("Tags", ())).items() if key != _MOTO_ID_TAG}


def _delete(context: Context, arn: str, inputs: Inputs) -> None:
    days = inputs.get("recoveryWindowInDays", 30)
    how: dict[str, Any] = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    unless_absent(lambda: context.client("secretsmanager").delete_secret(SecretId=arn, **how))


TYPES = (
    ResourceType(
        "aws:secretsmanager/secret:Secret",
        Block(
            {"name": Text(r"[A-Za-z0-9/_+=.@-]{1,512}")},
            {
                "description": Text(longest=2048),
                "recoveryWindowInDays": Whole(choices=(0, *range(7, 31))),
                "kmsKeyId": Text(),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _secret,
        Lifecycle(
            _find,
            _delete,
            ("name",),
            updates=("description", "recoveryWindowInDays", "kmsKeyId", "tags"),
            update=_update,
        ),
        requests=_requests,
    ),
)
