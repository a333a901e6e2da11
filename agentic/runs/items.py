"""One conditional write to a run's item: the only way in which a run record changes."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agentic.core.errors import UnknownRunError
from agentic.core.values import to_json
from agentic.runs.record import Item, RunRecord
from agentic.runs.steps import noted

Attributes = Mapping[str, Mapping[str, Any]]

RUN_ITEM = "run"

_MARK = "last_change"


class RunItems:
    """The items of runs in the table. `dynamodb` is a boto3 client (or has its methods), `clock` gives epoch seconds."""

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def get(self, run_id: str) -> RunRecord | None:
        """The record as every write before has left it."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_key(run_id), ConsistentRead=True).get("Item")
        return RunRecord.from_item(item) if item else None

    def now(self, run_id: str) -> RunRecord | None:
        """As `get`, with the rights of who may only query."""
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="run_id = :run AND begins_with(#item, :item)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":run": {"S": run_id}, ":item": {"S": RUN_ITEM}},
            ConsistentRead=True,
        )
        return RunRecord.from_item(answer["Items"][0]) if answer["Items"] else None

    def change(
        self,
        run_id: str,
        condition: str,
        values: Attributes,
        *,
        sets: Attributes | None = None,
        add: Mapping[str, int | str] | None = None,
        remove: Sequence[str] = (),
    ) -> tuple[RunRecord, bool]:
        """The record after the change and True, or the record as it is and False when the condition does not hold.

        `add` adds numbers to numbers, and a text to a set of texts. Each change leaves a mark of its own: where its answer is
        lost and the client sends it again, it is not made twice, and is known for this one's.

        Raises `UnknownRunError`.
        """
        names: dict[str, str] = {"#status": "status"} if "#status" in condition else {}
        mark = {"S": secrets.token_hex(8)}
        given: dict[str, Mapping[str, Any]] = {**values, ":mark": mark}
        sets = {**(sets or {}), **noted(sets or {}, self._clock()), _MARK: mark}
        for number, (name, value) in enumerate(sets.items()):
            names[f"#s{number}"], given[f":s{number}"] = name, value
        parts = ["SET " + ", ".join(f"#s{number} = :s{number}" for number in range(len(sets)))]
        if add:
            for number, (name, count) in enumerate(add.items()):
                names[f"#a{number}"], given[f":a{number}"] = name, _added(count)
            parts.append("ADD " + ", ".join(f"#a{number} :a{number}" for number in range(len(add))))
        if remove:
            names |= {f"#r{number}": name for number, name in enumerate(remove)}
            parts.append("REMOVE " + ", ".join(f"#r{number}" for number in range(len(remove))))
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": _key(run_id),
            "UpdateExpression": " ".join(parts),
            "ConditionExpression": f"({condition}) AND (attribute_not_exists({_MARK}) OR {_MARK} <> :mark)",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": given,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            return RunRecord.from_item(self._dynamodb.update_item(**request)["Attributes"]), True
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            item = error.response.get("Item")
            if not item:
                raise UnknownRunError(f"no run {run_id!r}") from None
            return RunRecord.from_item(item), item.get(_MARK) == mark


def _added(value: int | str) -> dict[str, Any]:
    return {"N": str(value)} if isinstance(value, int) else {"SS": [value]}


def _key(run_id: str) -> Item:
    return {"run_id": {"S": run_id}, "item": {"S": RUN_ITEM}}


def json_text(value: object) -> dict[str, str]:
    """A value as an attribute with its JSON text; what is no Unicode (lone surrogates, which no service stores) as `?`."""
    text = json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))
    return {"S": text.encode("utf-8", "replace").decode()}
