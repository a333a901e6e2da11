"""DynamoDB: tables with their secondary indexes and their time to live, made in moto."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.schema import TAGS, Block, ListOf, Text, Truth, Whole
from agentic.local.program.table import Context, Created, ResourceType

_NAME = Text(r"[a-zA-Z0-9_.-]{3,255}")
_ATTRIBUTE = Text(longest=255)


def _table(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, client = inputs["name"], context.client("dynamodb")
    client.create_table(**_wire(inputs))
    ttl = inputs.get("ttl")
    if ttl and ttl.get("enabled"):
        setting = {"AttributeName": ttl["attributeName"], "Enabled": True}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=setting)
    if inputs.get("pointInTimeRecovery", {}).get("enabled"):
        setting = {"PointInTimeRecoveryEnabled": True}
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=setting)
    arn = context.place.arn("dynamodb", f"table/{name}")
    return Created(name, {"arn": arn, "name": name, "tagsAll": inputs.get("tags", {}), "region": context.place.region})


def _wire(inputs: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {item["name"]: item["type"] for item in inputs["attributes"]}
    wire: dict[str, Any] = {
        "TableName": inputs["name"],
        "BillingMode": inputs["billingMode"],
        "KeySchema": _keys(inputs),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()],
        "DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled", False),
    }
    indexes = [_index(index) for index in inputs.get("globalSecondaryIndexes", [])]
    if indexes:
        wire["GlobalSecondaryIndexes"] = indexes
    used = {key["AttributeName"] for schema in (wire, *indexes) for key in schema["KeySchema"]}
    if used != set(attributes):
        # DynamoDB refuses both: a key without a declared attribute, and an attribute that is no key.
        raise LocalCloudError(f"attributes must be exactly the keys: {', '.join(sorted(used ^ set(attributes)))}")
    if inputs.get("serverSideEncryption"):
        wire["SSESpecification"] = {"Enabled": inputs["serverSideEncryption"]["enabled"]}
    if inputs.get("tags"):
        wire["Tags"] = [{"Key": key, "Value": value} for key, value in inputs["tags"].items()]
    return wire


def _index(index: Mapping[str, Any]) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index["projectionType"]}
    if index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = index["nonKeyAttributes"]
    return {"IndexName": index["name"], "KeySchema": _keys(index), "Projection": projection}


def _keys(item: Mapping[str, Any]) -> list[dict[str, str]]:
    if item.get("keySchemas"):
        return [{"AttributeName": key["attributeName"], "KeyType": key["keyType"]} for key in item["keySchemas"]]
    if "hashKey" not in item:
        raise LocalCloudError(f"{item['name']} has no hashKey")
    keys = [{"AttributeName": item["hashKey"], "KeyType": "HASH"}]
    return [*keys, {"AttributeName": item["rangeKey"], "KeyType": "RANGE"}] if "rangeKey" in item else keys


TYPES = (
    ResourceType(
        "aws:dynamodb/table:Table",
        Block(
            {
                "name": _NAME,
                # Provisioned capacity is neither used nor imitated.
                "billingMode": Text(choices=("PAY_PER_REQUEST",)),
                "hashKey": _ATTRIBUTE,
                "attributes": ListOf(Block({"name": _ATTRIBUTE, "type": Text(choices=("S", "N", "B"))}), least=1),
            },
            {
                "rangeKey": _ATTRIBUTE,
                "globalSecondaryIndexes": ListOf(
                    Block(
                        {"name": _NAME, "projectionType": Text(choices=("ALL", "KEYS_ONLY", "INCLUDE"))},
                        {
                            "hashKey": _ATTRIBUTE,
                            "rangeKey": _ATTRIBUTE,
                            "keySchemas": ListOf(
                                Block({"attributeName": _ATTRIBUTE, "keyType": Text(choices=("HASH", "RANGE"))}),
                                least=1,
                                most=8,
                            ),
                            "nonKeyAttributes": ListOf(_ATTRIBUTE),
                        },
                    )
                ),
                "ttl": Block({"attributeName": _ATTRIBUTE}, {"enabled": Truth()}),
                "serverSideEncryption": Block({"enabled": Truth()}),
                "pointInTimeRecovery": Block({"enabled": Truth()}, {"recoveryPeriodInDays": Whole(1, 35)}),
                "deletionProtectionEnabled": Truth(),
                "tableClass": Text(choices=("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _table,
    ),
)
