"""GetItem, and Query by one hash key and a beginning of the range key, read from moto's own table.

moto's Query looks at every item of the table, so each run would make all further runs slower; its GetItem spends most of
its time around the look-up. Anything that is not of the usual form is left to moto, which answers (and refuses) as it does.
"""

import re
from collections.abc import Mapping
from typing import Any

_GET_MEMBERS = {"TableName", "Key", "ConsistentRead"}
_QUERY_MEMBERS = {
    "TableName",
    "KeyConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ConsistentRead",
}
_BEGINNING = re.compile(r"(#?\w+) = (:\w+) AND begins_with\((#?\w+), (:\w+)\)")
# DynamoDB pages at one megabyte; the pages are moto's business.
_PAGE_BYTES = 500_000


def got(table: Any, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A GetItem's answer (attributes as moto keeps them), or None where it is moto's."""
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
    if not body.keys() <= _GET_MEMBERS or body["Key"].keys() != set(names):
        return None
    item = table.get_item(*(_value(body["Key"][name]) for name in names))
    return {} if item is None else {"Item": item.to_json()["Attributes"]}


def queried(table: Any, body: Mapping[str, Any], reserved: frozenset[str]) -> Mapping[str, Any] | None:
    """A Query's answer, or None where it is moto's. `reserved` are the words that an expression may not spell out."""
    form = _BEGINNING.fullmatch(str(body.get("KeyConditionExpression", "")))
    names, values = body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {})
    if not body.keys() <= _QUERY_MEMBERS or form is None or {form[2], form[4]} != values.keys():
        return None
    used = [names.get(name, name) for name in (form[1], form[3])]
    # A name that is given and not used is a fault, and so is a reserved word that is written out: moto says so.
    given = {name for name in (form[1], form[3]) if name.startswith("#")}
    spelled = {name.upper() for name in (form[1], form[3])} - given
    beginning = values[form[4]].get("S")
    if used != [table.hash_key_attr, table.range_key_attr] or names.keys() != given or spelled & reserved or not beginning:
        return None
    hash_value = _value(values[form[2]])
    # No look-up by index: moto's table makes an entry for each that is asked for.
    found: Mapping[Any, Any] = table.items.get(hash_value, {})
    chosen = sorted((key.value, item) for key, item in found.items() if str(key.value).startswith(beginning))
    items = [item.to_json()["Attributes"] for _, item in chosen]
    if sum(item.size() for _, item in chosen) > _PAGE_BYTES:
        return None
    return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


def _value(attribute: Mapping[str, Any]) -> Any:
    from moto.dynamodb.models.dynamo_type import DynamoType

    return DynamoType(dict(attribute))
