"""SQS: queues and their policies, made in moto."""

import json
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import unless_absent
from agentic.local.program.schema import TAGS, Block, PolicyText, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

QUEUE = "aws:sqs/queue:Queue"

# Pulumi's spelling of an attribute to SQS's, and what SQS says when nobody set it.
_ATTRIBUTES = {
    "messageRetentionSeconds": ("MessageRetentionPeriod", 345600),
    "visibilityTimeoutSeconds": ("VisibilityTimeout", 30),
    "sqsManagedSseEnabled": ("SqsManagedSseEnabled", True),
    "kmsMasterKeyId": ("KmsMasterKeyId", ""),
    "redrivePolicy": ("RedrivePolicy", ""),
}


_MOST_RECEIVES = 1000
_OPTIONAL = ("kmsMasterKeyId", "redrivePolicy")


def is_queue(context: Context, name: str) -> bool:
    """Whether there is, or in a preview will be, a queue of this name (a queue's id is its URL)."""
    with context.made.lock:
        made = {resource.inputs.get("name") for resource in context.made.resources.values() if resource.type == QUEUE}
    return name in made or (QUEUE, name) in context.expected


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    parameters = {"QueueName": inputs["name"], "Attributes": _wire(inputs), "tags": inputs.get("tags", {})}
    return [ApiRequest("sqs", "CreateQueue", parameters)]


def _check(context: Context, inputs: Inputs) -> None:
    """Where its dead letters go has to be there (AWS: QueueDoesNotExist)."""
    given = inputs.get("redrivePolicy")
    if given is None:
        return
    try:
        policy: Any = json.loads(given)
        name, count = str(policy["deadLetterTargetArn"]).rpartition(":")[2], int(policy["maxReceiveCount"])
    except (ValueError, KeyError, TypeError):
        raise LocalCloudError("redrivePolicy: deadLetterTargetArn and maxReceiveCount are needed") from None
    if not 1 <= count <= _MOST_RECEIVES:
        raise LocalCloudError(f"redrivePolicy: maxReceiveCount is 1 to {_MOST_RECEIVES}, not {count}")
    if not is_queue(context, name):
        raise LocalCloudError(f"there is no queue {name}")


def _queue(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    (request,) = _requests(context, logical, inputs)
    url = request.send(context.client)["QueueUrl"]
    return _described(context, url, inputs["name"], inputs.get("tags", {}))


def _described(context: Context, url: str, name: str, tags: Mapping[str, str]) -> Created:
    outputs = {"arn": context.place.arn("sqs", name), "name": name, "url": url, "tagsAll": tags}
    return Created(url, {**outputs, "region": context.place.region})


def _wire(inputs: Inputs) -> dict[str, str]:
    given = {ours: inputs[name] for name, (ours, _) in _ATTRIBUTES.items() if name in inputs}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}


def _update(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    """What the program does not say any more goes back to what SQS takes by itself."""
    name, tags, sqs = inputs["name"], inputs.get("tags", {}), context.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    by_itself = {name: value for name, (_, value) in _ATTRIBUTES.items() if name != "sqsManagedSseEnabled"}
    # moto forgets a policy that is not said again with every change; to SQS it is no change.
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={**_wire({**by_itself, **inputs}), **kept})
    gone = sorted(set(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) - set(tags))
    if gone:
        sqs.untag_queue(QueueUrl=url, TagKeys=gone)
    if tags:
        sqs.tag_queue(QueueUrl=url, Tags=tags)
    return _described(context, url, name, tags)


def _find(context: Context, url: str, inputs: Inputs) -> Inputs | None:
    sqs = context.client("sqs")
    found = unless_absent(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))
    if found is None:
        return None
    given = found.get("Attributes", {})
    seconds, default = int(given["VisibilityTimeout"]), _ATTRIBUTES["visibilityTimeoutSeconds"][1]
    return {
        "name": url.rsplit("/", 1)[-1],
        "messageRetentionSeconds": int(given["MessageRetentionPeriod"]),
        **({"visibilityTimeoutSeconds": seconds} if seconds != default or "visibilityTimeoutSeconds" in inputs else {}),
        **{name: given[_ATTRIBUTES[name][0]] for name in _OPTIONAL if given.get(_ATTRIBUTES[name][0])},
        "tags": sqs.list_queue_tags(QueueUrl=url).get("Tags", {}),
    }


def _delete(context: Context, url: str, inputs: Inputs) -> None:
    unless_absent(lambda: context.client("sqs").delete_queue(QueueUrl=url))


def _policy_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    attributes = {"Policy": json.dumps(inputs["policy"])}
    return [ApiRequest("sqs", "SetQueueAttributes", {"QueueUrl": inputs["queueUrl"], "Attributes": attributes})]


def _policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    for request in _policy_requests(context, logical, inputs):
        request.send(context.client)
    return Created(inputs["queueUrl"])


def _find_policy(context: Context, url: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]))
    text = found.get("Attributes", {}).get("Policy") if found else None
    return {"policy": json.dumps(json.loads(text))} if text else None


def _delete_policy(context: Context, url: str, inputs: Inputs) -> None:
    unless_absent(lambda: context.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""}))


TYPES = (
    ResourceType(
        QUEUE,
        Block(
            {"name": Text(r"[A-Za-z0-9_-]{1,80}")},
            {
                "messageRetentionSeconds": Whole(60, 1209600),
                "visibilityTimeoutSeconds": Whole(0, 43200),
                "sqsManagedSseEnabled": Truth(),
                "kmsMasterKeyId": arn("kms", "(key|alias)/.+"),
                "redrivePolicy": Text(longest=1024),
                "tags": TAGS,
            },
        ),
        ("arn", "name", "url"),
        _queue,
        Lifecycle(
            _find,
            _delete,
            ("name",),
            updates=(
                "messageRetentionSeconds",
                "visibilityTimeoutSeconds",
                "sqsManagedSseEnabled",
                "kmsMasterKeyId",
                "redrivePolicy",
                "tags",
            ),
            update=_update,
        ),
        _check,
        _requests,
    ),
    ResourceType(
        "aws:sqs/queuePolicy:QueuePolicy",
        Block({"queueUrl": Text(r"https?://[^\s]+/[A-Za-z0-9_-]{1,80}"), "policy": PolicyText(principal=True)}),
        (),
        _policy,
        Lifecycle(_find_policy, _delete_policy, ("queueUrl",), updates=("policy",), update=_policy),
        requests=_policy_requests,
    ),
)
