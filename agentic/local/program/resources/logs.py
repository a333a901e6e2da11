"""CloudWatch Logs: log groups."""

from collections.abc import Mapping
from typing import Any

from agentic.local.program.schema import TAGS, Block, Text, Truth, Whole
from agentic.local.program.table import Context, Created, ResourceType

# The only retentions there are (CloudWatch Logs API, PutRetentionPolicy); 0 keeps entries for ever.
_RETENTIONS = (
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def _log_group(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags = inputs["name"], inputs.get("tags", {})
    logs = context.client("logs")
    logs.create_log_group(logGroupName=name, **({"tags": tags} if tags else {}))
    if inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    # Without ":*" at the end, which the service's own answers have and the provider's output has not.
    arn = context.place.arn("logs", f"log-group:{name}")
    return Created(name, {"arn": arn, "name": name, "tagsAll": tags, "region": context.place.region})


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
    ),
)
