"""DynamoDB: tables with their secondary indexes and their time to live, made in moto."""

from collections.abc import Iterable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import NOT_KNOWN, ApiRequest
from agentic.local.program.resources.existing import tag_list, tag_map, unless_absent
from agentic.local.program.schema import TAGS, Block, ListOf, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

_NAME = Text(r"[a-zA-Z0-9_.-]{3,255}")
_ATTRIBUTE = Text(longest=255)


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return [ApiRequest("dynamodb", "CreateTable", _wire(inputs)), *_settings(inputs, "", backed_up=False)]


def _table(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    for request in _requests(context, logical, inputs):
        request.send(context.client)
    return _described(context, inputs)


def _described(context: Context, inputs: Mapping[str, Any]) -> Created:
    name = inputs["name"]
    arn = context.place.arn("dynamodb", f"table/{name}")
    return Created(name, {"arn": arn, "name": name, "tagsAll": inputs.get("tags", {}), "region": context.place.region})


def _settings(inputs: Inputs, expires: str, *, backed_up: bool) -> list[ApiRequest]:
    """What brings time to live (`expires`: its attribute now, or nothing) and backups from what they are to the inputs."""
    requests: list[ApiRequest] = []
    table, wanted = {"TableName": inputs["name"]}, _expires(inputs.get("ttl", {}))
    if wanted != expires:
        setting = {"TimeToLiveSpecification": {"AttributeName": wanted or expires, "Enabled": bool(wanted)}}
        requests.append(ApiRequest("dynamodb", "UpdateTimeToLive", {**table, **setting}))
    recovery = inputs.get("pointInTimeRecovery", {})
    enabled = bool(recovery.get("enabled"))
    if enabled != backed_up or (enabled and "recoveryPeriodInDays" in recovery):
        days = {"RecoveryPeriodInDays": recovery["recoveryPeriodInDays"]} if "recoveryPeriodInDays" in recovery else {}
        setting = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled, **days}}
        requests.append(ApiRequest("dynamodb", "UpdateContinuousBackups", {**table, **setting}))
    return requests


def _update(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, tags, client = inputs["name"], inputs.get("tags", {}), context.client("dynamodb")
    there: list[Any] = client.describe_table(TableName=name)["Table"].get("GlobalSecondaryIndexes", [])
    expires, backed_up = _found_settings(context, name)
    for request in (*_changes(inputs), *_index_changes(inputs, there), *_settings(inputs, expires, backed_up=backed_up)):
        request.send(context.client)
    gone = sorted(set(_found_tags(context, name)) - set(tags))
    arn = context.place.arn("dynamodb", f"table/{name}")
    if gone:
        client.untag_resource(ResourceArn=arn, TagKeys=gone)
    if tags:
        client.tag_resource(ResourceArn=arn, Tags=tag_list(tags))
    return _described(context, inputs)


def _changes(inputs: Inputs) -> list[ApiRequest]:
    """What UpdateTable changes, in requests of their own: DynamoDB takes one kind of change at a time."""
    changes: tuple[dict[str, Any], ...] = (
        {"BillingMode": inputs["billingMode"]},
        {"DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled", False)},
        {"SSESpecification": _encryption(inputs)},
        {"TableClass": inputs.get("tableClass", "STANDARD")},
    )
    return [_change(inputs, change) for change in changes]


def _index_changes(inputs: Inputs, there: Iterable[Mapping[str, Any]]) -> list[ApiRequest]:
    """One index at a time, first those that go; one with other keys or another projection goes and comes again."""
    wire = _wire(inputs)
    wanted = {index["IndexName"]: index for index in wire.get("GlobalSecondaryIndexes", [])}
    now = {index["IndexName"]: {key: index[key] for key in ("IndexName", "KeySchema", "Projection")} for index in there}
    gone = [name for name, index in now.items() if wanted.get(name) != index]
    new = [index for name, index in wanted.items() if now.get(name) != index]
    return [
        *(_change(inputs, {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}) for name in gone),
        *(
            _change(
                inputs,
                {
                    "AttributeDefinitions": wire["AttributeDefinitions"],
                    "GlobalSecondaryIndexUpdates": [{"Create": index}],
                },
            )
            for index in new
        ),
    ]


def _change(inputs: Inputs, change: Mapping[str, Any]) -> ApiRequest:
    return ApiRequest("dynamodb", "UpdateTable", {"TableName": inputs["name"], **change})


def _find(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("dynamodb").describe_table(TableName=name))
    if found is None:
        return None
    expires, backed_up = _found_settings(context, name)
    ttl, recovery = inputs.get("ttl", {}), inputs.get("pointInTimeRecovery", {})
    return {
        "deletionProtectionEnabled": found["Table"].get("DeletionProtectionEnabled", False),
        "ttl": ttl if expires == _expires(ttl) else {"attributeName": expires, "enabled": bool(expires)},
        "pointInTimeRecovery": recovery if backed_up == bool(recovery.get("enabled")) else {"enabled": backed_up},
        "tags": _found_tags(context, name),
    }


def _expires(ttl: Mapping[str, Any]) -> str:
    return str(ttl["attributeName"]) if ttl.get("enabled") else ""


def _found_settings(context: Context, name: str) -> tuple[str, bool]:
    """The time to live's attribute, or nothing; whether there are backups."""
    client = context.client("dynamodb")
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return str(ttl["AttributeName"]) if ttl["TimeToLiveStatus"] == "ENABLED" else "", recovery == "ENABLED"


def _found_tags(context: Context, name: str) -> dict[str, str]:
    arn = context.place.arn("dynamodb", f"table/{name}")
    return tag_map(context.client("dynamodb").list_tags_of_resource(ResourceArn=arn)["Tags"])


def _delete(context: Context, name: str, inputs: Inputs) -> None:
    unless_absent(lambda: context.client("dynamodb").delete_table(TableName=name))


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
    if used != set(attributes) and NOT_KNOWN not in {*used, *attributes}:
        # DynamoDB refuses both: a key without a declared attribute, and an attribute that is no key.
        raise LocalCloudError(f"attributes must be exactly the keys: {', '.join(sorted(used ^ set(attributes)))}")
    if inputs.get("serverSideEncryption"):
        wire["SSESpecification"] = _encryption(inputs)
    if inputs.get("tags"):
        wire["Tags"] = tag_list(inputs["tags"])
    if "tableClass" in inputs:
        wire["TableClass"] = inputs["tableClass"]
    return wire


def _encryption(inputs: Inputs) -> dict[str, Any]:
    given = inputs.get("serverSideEncryption", {"enabled": False})
    own_key = {"SSEType": "KMS", "KMSMasterKeyId": given["kmsKeyArn"]} if "kmsKeyArn" in given else {}
    return {"Enabled": given["enabled"], **own_key}


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
                "serverSideEncryption": Block({"enabled": Truth()}, {"kmsKeyArn": arn("kms", "key/.+")}),
                "pointInTimeRecovery": Block({"enabled": Truth()}, {"recoveryPeriodInDays": Whole(1, 35)}),
                "deletionProtectionEnabled": Truth(),
                "tableClass": Text(choices=("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _table,
        Lifecycle(
            _find,
            _delete,
            ("name",),
            replaces=("hashKey", "rangeKey"),
            updates=(
                *("attributes", "billingMode", "globalSecondaryIndexes", "ttl", "serverSideEncryption"),
                *("pointInTimeRecovery", "deletionProtectionEnabled", "tableClass", "tags"),
            ),
            update=_update,
        ),
        requests=_requests,
    ),
)
