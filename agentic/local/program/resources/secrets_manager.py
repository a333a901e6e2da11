"""Secrets Manager: empty secrets. Their values never pass through a Pulumi program."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.schema import TAGS, Block, Text, Whole
from agentic.local.program.table import Context, Created, ResourceType

# moto takes the end of a new secret's ARN from this tag: without it the ARN would differ at every start.
_MOTO_ID_TAG = "_custom_id_"


def _secret(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags = inputs["name"], inputs.get("tags", {})
    wire: dict[str, Any] = {"Name": name, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    wire["Tags"].append({"Key": _MOTO_ID_TAG, "Value": context.place.stable("secret", name, 6)})
    if inputs.get("description"):
        wire["Description"] = inputs["description"]
    if "kmsKeyId" in inputs:
        wire["KmsKeyId"] = inputs["kmsKeyId"]
    arn = context.client("secretsmanager").create_secret(**wire)["ARN"]
    if not arn.startswith(context.place.arn("secretsmanager", f"secret:{name}-")):
        raise LocalCloudError(f"the endpoint made {arn}, which is not this stack's region and account")
    return Created(arn, {"arn": arn, "name": name, "tagsAll": tags, "region": context.place.region})


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
    ),
)
