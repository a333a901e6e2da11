"""Lambda: event source mappings, which bring a queue's messages to a function."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.oracle.spelling import only, spelled
from agentic.local.program.hosts import MappingHost
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.resources.queues import QUEUE, is_queue
from agentic.local.program.schema import TAGS, Block, ListOf, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType
from agentic.local.queues import MappingDeclaration

_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_VISIBILITY_SECONDS = 30


def _hosted(context: Context) -> MappingHost:
    if context.mappings is None:
        raise LocalCloudError("this local cloud has no event source mappings")
    return context.mappings


def _mapping(context: Context, logical: str, inputs: Inputs) -> Created:
    place, queue_arn = context.place, inputs["eventSourceArn"]
    function = _name(inputs["functionName"])
    function_arn = place.arn("lambda", f"function:{function}")
    declared, queue = context.made.known(FUNCTION, function), queue_arn.rpartition(":")[2]
    if declared is None:
        raise LocalCloudError(f"there is no function {function}")
    identity = place.stable("mapping", f"{queue} {function}", 32)
    mapping_id = "-".join(identity[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    if inputs.get("enabled", True):
        _hosted(context).create(
            MappingDeclaration(
                id=mapping_id,
                queue_url=context.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"],
                queue_arn=queue_arn,
                function_arn=function_arn,
                role_arn=declared.inputs["role"],
                region=place.region,
                batch_size=inputs.get("batchSize", 10),
                most_at_once=inputs.get("scalingConfig", {}).get("maximumConcurrency", 1000),
                partial=bool(inputs.get("functionResponseTypes")),
            )
        )
    else:
        _hosted(context).remove(mapping_id)
    outputs = {
        "uuid": mapping_id,
        "arn": place.arn("lambda", f"event-source-mapping:{mapping_id}"),
        "functionArn": function_arn,
        "state": "Enabled" if inputs.get("enabled", True) else "Disabled",
        "tagsAll": inputs.get("tags", {}),
        "region": place.region,
    }
    return Created(mapping_id, outputs)


def _check(context: Context, inputs: Inputs) -> None:
    """What Lambda tries out when it makes one: function, queue, and that a message is away for as long as it is worked on."""
    function = _name(inputs.get("functionName") or "")
    if function and not context.exists(FUNCTION, function):
        raise LocalCloudError(f"there is no function {function}")
    queue = str(inputs.get("eventSourceArn") or "").rpartition(":")[2]
    if queue and not is_queue(context, queue):
        raise LocalCloudError(f"there is no queue {queue}")
    declared = context.made.known(FUNCTION, function) if function else None
    kept = _queue_inputs(context, queue)
    if declared is None or kept is None:
        return
    seconds, away = declared.inputs.get("timeout", 3), kept.get("visibilityTimeoutSeconds", _VISIBILITY_SECONDS)
    if away < seconds:
        raise LocalCloudError(
            f"the queue's visibility time-out of {away} s is less than the function's time-out of {seconds} s"
        )


def _queue_inputs(context: Context, name: str) -> Mapping[str, Any] | None:
    with context.made.lock:
        known = [made for made in context.made.resources.values() if made.type == QUEUE]
    return next((made.inputs for made in known if made.inputs.get("name") == name), None)


def _delete(context: Context, mapping_id: str, inputs: Inputs) -> None:
    _hosted(context).remove(mapping_id)


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return [spelled("lambda", "CreateEventSourceMapping", inputs)]


def _update_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    given = {name: value for name, value in inputs.items() if name != "tags"}
    return [spelled("lambda", "UpdateEventSourceMapping", {"UUID": "0" * 36, **only("lambda", _UPDATE, given)})]


_UPDATE = "UpdateEventSourceMapping"


def _name(function: str) -> str:
    return function.rpartition(":")[2]


TYPES = (
    ResourceType(
        _MAPPING,
        Block(
            {"eventSourceArn": arn("sqs", "[A-Za-z0-9_-]{1,80}"), "functionName": Text(r"[a-zA-Z0-9:_-]{1,140}")},
            {
                "enabled": Truth(),
                # More needs a time to wait for them, which is not here.
                "batchSize": Whole(1, 10),
                "functionResponseTypes": ListOf(Text(choices=("ReportBatchItemFailures",)), most=1),
                "scalingConfig": Block({"maximumConcurrency": Whole(2, 1000)}),
                "tags": TAGS,
            },
        ),
        ("uuid", "arn", "functionArn"),
        _mapping,
        Lifecycle(
            made_here(_MAPPING),
            _delete,
            ("eventSourceArn", "functionName"),
            updates=("enabled", "batchSize", "functionResponseTypes", "scalingConfig", "tags"),
            update=_mapping,
            update_requests=_update_requests,
        ),
        _check,
        _requests,
    ),
)
