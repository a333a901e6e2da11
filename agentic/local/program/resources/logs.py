"""CloudWatch Logs: log groups."""

from collections.abc import Mapping
from typing import Any

from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import unless_absent
from agentic.local.program.schema import TAGS, Block, Text, Truth, Whole
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

# The only retentions there are (CloudWatch Logs API, PutRetentionPolicy); 0 keeps entries for ever.
_RETENTIONS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    name = inputs["name"]
    given = {key: inputs[key] for key in ("kmsKeyId", "logGroupClass", "tags") if inputs.get(key)}
    requests = [ApiRequest("logs", "CreateLogGroup", {"logGroupName": name, **given})]
    if inputs.get("retentionInDays"):
        retention = {"logGroupName": name, "retentionInDays": inputs["retentionInDays"]}
        requests.append(ApiRequest("logs", "PutRetentionPolicy", retention))
    return requests


def _update_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    """The key's change, which moto does not know and which means nothing here; the rest is sent."""
    if "kmsKeyId" in inputs:
        key = {"logGroupName": inputs["name"], "kmsKeyId": inputs["kmsKeyId"]}
        return [ApiRequest("logs", "AssociateKmsKey", key)]
    return [ApiRequest("logs", "DisassociateKmsKey", {"logGroupName": inputs["name"]})]


def _log_group(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    for request in _requests(context, logical, inputs):
        request.send(context.client)
    return _described(context, inputs["name"], inputs.get("tags", {}))


def _described(context: Context, name: str, tags: Mapping[str, str]) -> Created:
    # Without ":*" at the end, which the service's own answers have and the provider's output has not.
    arn = context.place.arn("logs", f"log-group:{name}")
    return Created(name, {"arn": arn, "name": name, "tagsAll": tags, "region": context.place.region})


def _update(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags, logs = inputs["name"], inputs.get("tags", {}), context.client("logs")
    if inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    else:
        logs.delete_retention_policy(logGroupName=name)
    arn = context.place.arn("logs", f"log-group:{name}")
    gone = sorted(set(logs.list_tags_for_resource(resourceArn=arn)["tags"]) - set(tags))
    if gone:
        logs.untag_resource(resourceArn=arn, tagKeys=gone)
    if tags:
        logs.tag_resource(resourceArn=arn, tags=tags)
    return _described(context, name, tags)


def _find(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    logs = context.client("logs")
    groups: list[Any] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    for group in groups:
        if group["logGroupName"] == name:
            tags = logs.list_tags_for_resource(resourceArn=context.place.arn("logs", f"log-group:{name}"))["tags"]
            return {"name": name, "retentionInDays": group.get("retentionInDays", 0), "tags": tags}
    return None


def _delete(context: Context, name: str, inputs: Inputs) -> None:
    if not inputs.get("skipDestroy"):
        unless_absent(lambda: context.client("logs").delete_log_group(logGroupName=name))


TYPES = (
    ResourceType(
        "aws:cloudwatch/logGroup:LogGroup",
        Block(
            {"name": Text(r"[.\-_/#A-Za-z0-9]{1,512}")},
            {
                "retentionInDays": Whole(choices=_RETENTIONS),
                "logGroupClass": Text(choices=("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")),
                "skipDestroy": Truth(),
                "kmsKeyId": Text(),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _log_group,
        Lifecycle(
            _find,
            _delete,
            ("name",),
            replaces=("logGroupClass",),
            updates=("retentionInDays", "skipDestroy", "kmsKeyId", "tags"),
            update=_update,
            update_requests=_update_requests,
        ),
        requests=_requests,
    ),
)
