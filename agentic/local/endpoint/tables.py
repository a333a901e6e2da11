"""DynamoDB: moto answers; what a request changed is on the disk before its answer goes out."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, cast

from agentic.core.errors import StorageError
from agentic.local.durable.items import Items, Key
from agentic.local.endpoint.actions import json_body
from agentic.local.endpoint.faults import fault
from agentic.local.endpoint.message import Answer, Request
from agentic.local.endpoint.moto_backend import MotoBackend
from agentic.local.endpoint.quick_reads import got, queried
from agentic.local.endpoint.update_expression import compiled

Change = tuple[str, Key, Mapping[str, Any] | None]

_SERVICE = "dynamodb"
_UPDATE_MEMBERS = {
    "TableName",
    "Key",
    "UpdateExpression",
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValues",
    "ReturnValuesOnConditionCheckFailure",
}
_KEYED = {"PutItem", "UpdateItem", "DeleteItem"}
_REFUSED = {
    "ExecuteStatement",
    "BatchExecuteStatement",
    "ExecuteTransaction",
    "ImportTable",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
}
"""Operations that change items in ways that are not followed here: refused, so that nothing is silently not durable."""


class Tables:
    """Stored items come back when their table is created again after a restart."""

    def __init__(self, moto: MotoBackend, items: Items, clock: Callable[[], datetime]) -> None:
        self._moto = moto
        self._items = items
        self._clock = clock

    def answer(self, request: Request) -> Answer:
        """Raises StorageError when a change could not be stored; then it has not been made."""
        operation = request.operation
        if operation in _REFUSED:
            return fault(_SERVICE, "ValidationException", f"The local cloud has no {operation}.")
        head = request.head
        with self._moto.lock(_SERVICE):
            body = json_body(request) or {}
            answer = self._updated(request, body) if operation == "UpdateItem" else self._read(request, operation, body)
            if answer is None:
                answer = self._moto.handle(_SERVICE, request.region, head.method, head.target, head.headers, request.body)
            if answer.status != 200:
                return answer
            # The place in the order of writes is taken under the lock; the wait for the disk is shared, outside of it.
            changes = self._changes(request.region, operation, body)
            ticket = self._items.enqueue(request.region, changes)
            if operation == "CreateTable":
                self._restore(request.region, body["TableName"])
            elif operation == "DeleteTable":
                self._items.delete_table(request.region, _name(body["TableName"]))
        if ticket.statements:
            try:
                self._items.settle(ticket)
            except StorageError:
                self._take_back(request.region, changes)
                raise
        return answer

    def _take_back(self, region: str, changes: list[Change]) -> None:
        """What is not on the disk must not be in memory: who asks for it next would take it for something that lasts."""
        # Where the disk cannot even be read, nothing that is answered from here on can last.
        with self._moto.lock(_SERVICE), suppress(StorageError):
            # Whoever came after has its place in the order of writes, which is done or refused first.
            with suppress(StorageError):
                self._items.settle(self._items.enqueue(region, []))
            for table, key, _ in changes:
                model = self._moto.models(_SERVICE, region).get_table(table)
                item = self._moto.models(_SERVICE, region).get_item(table, key)
                if stored := self._items.get(region, table, key):
                    model.put_item(stored, overwrite=True)
                elif item is not None:
                    model.delete_item(item.hash_key, item.range_key)

    def _read(self, request: Request, operation: str, body: Mapping[str, Any]) -> Answer | None:
        """A usual GetItem or Query, without moto's way around it; None leaves it to moto."""
        if operation not in {"GetItem", "Query"}:
            return None
        try:
            table = self._moto.models(_SERVICE, request.region).tables[_name(body["TableName"])]
            content = got(table, body) if operation == "GetItem" else queried(table, body, _reserved_words())
        except Exception:  # noqa: BLE001  as in _updated
            return None
        return None if content is None else _json(_plain(content))

    def _updated(self, request: Request, body: Mapping[str, Any]) -> Answer | None:
        """A usual UpdateItem, done on moto's table without moto's parser; None leaves it to moto, nothing changed then."""
        returned = body.get("ReturnValues", "NONE")
        if not body.keys() <= _UPDATE_MEMBERS or returned not in {"NONE", "ALL_NEW", "ALL_OLD"} or b'"B' in request.body:
            return None
        try:
            names: Mapping[str, str] = body.get("ExpressionAttributeNames", {})
            values: Mapping[str, Any] = body.get("ExpressionAttributeValues", {})
            texts = body["UpdateExpression"], body.get("ConditionExpression", "")
            expression = compiled(*texts, tuple(sorted(names.items())), frozenset(values), _reserved_words())
            table = self._moto.models(_SERVICE, request.region).tables.get(_name(body["TableName"]))
            if expression is None or table is None or not all(map(_usual, values.values())):
                return None
            keys = {attribute["AttributeName"] for index in table.global_indexes for attribute in index.schema}
            if expression.changed & {*keys, table.hash_key_attr, table.range_key_attr}:
                return None
            item = self._moto.models(_SERVICE, request.region).get_item(table.name, body["Key"])
            if item is None or body["Key"].keys() != {table.hash_key_attr, table.range_key_attr} - {None}:
                return None
            old = item.to_json()["Attributes"]
            new = expression.apply(old, values)
            table.put_item(new, overwrite=True)
        except Exception:  # noqa: BLE001  the request is moto's then, which finds the same fault and words it as DynamoDB does
            return None
        attributes = {} if returned == "NONE" else {"Attributes": _plain(new if returned == "ALL_NEW" else old)}
        return _json(attributes)

    def _changes(self, region: str, operation: str, body: Mapping[str, Any]) -> list[Change]:
        if operation in _KEYED:
            return [self._read_back(region, body["TableName"], body.get("Item") or body["Key"])]
        if operation == "BatchWriteItem":
            return [
                self._read_back(
                    region, table, write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]
                )
                for table, writes in cast("dict[str, list[dict[str, Any]]]", body["RequestItems"]).items()
                for write in writes
            ]
        if operation == "TransactWriteItems":
            return [
                self._read_back(region, part["TableName"], part.get("Item") or part["Key"])
                for entry in cast("list[dict[str, dict[str, Any]]]", body["TransactItems"])
                for kind, part in entry.items()
                if kind != "ConditionCheck"
            ]
        if operation == "UpdateTimeToLive":
            return self._expired(region, body["TableName"], body["TimeToLiveSpecification"])
        return []

    def _read_back(self, region: str, table: str, attributes: Mapping[str, Any]) -> Change:
        """The item as moto has it now, for the key in `attributes`."""
        model = self._moto.models(_SERVICE, region).get_table(_name(table))
        key = {name: attributes[name] for name in (model.hash_key_attr, model.range_key_attr) if name is not None}
        item = self._moto.models(_SERVICE, region).get_item(_name(table), key)
        return _name(table), key, None if item is None else _plain(item.to_json()["Attributes"])

    def _expired(self, region: str, table: str, specification: Mapping[str, Any]) -> list[Change]:
        """Remove what is past its time. moto never does; the topology sets this at every start, which is often enough."""
        if not specification["Enabled"]:
            return []
        attribute, now = specification["AttributeName"], self._clock().timestamp()
        model = self._moto.models(_SERVICE, region).get_table(_name(table))
        changes: list[Change] = []
        for item in tuple(model.all_items()):
            attributes = item.to_json()["Attributes"]
            until = attributes.get(attribute, {}).get("N")
            if until is not None and float(until) < now:
                key = {name: attributes[name] for name in (model.hash_key_attr, model.range_key_attr) if name is not None}
                model.delete_item(item.hash_key, item.range_key)
                changes.append((_name(table), key, None))
        return changes

    def _restore(self, region: str, table: str) -> None:
        model = self._moto.models(_SERVICE, region).get_table(table)
        for item in self._items.stored(region, table):
            model.put_item(item, overwrite=True)


def _usual(value: Any) -> bool:
    """Strings, booleans and plain decimal numbers."""
    ((kind, content),) = value.items()
    return kind in {"S", "BOOL"} or (kind == "N" and bool(re.fullmatch(r"-?(0|[1-9]\d{0,20})(\.\d{1,9})?", content)))


@cache
def _reserved_words() -> frozenset[str]:
    from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

    return frozenset(ReservedKeywords.get_reserved_keywords())


def _name(table: str) -> str:
    """A table's name from its name or ARN."""
    return table.rpartition("/")[2]


def _json(content: Any) -> Answer:
    return Answer(200, (("Content-Type", "application/x-amz-json-1.0"),), json.dumps(content).encode())


def _plain(value: Any) -> Any:
    """moto's attributes as JSON: it keeps some binary values as bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(part) for part in cast("list[Any]", value)]
    return value
