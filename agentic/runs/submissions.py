"""What is kept of submitted runs beside their records, until they end: who submitted them, and how far they are.

Each has a mark in the index by time, so that nobody reads all records to find those that wait; each caller has the set of
their unfinished runs. Marks come before everything else and go after everything else: what a crash leaves is found by them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agentic.core.errors import IdempotencyError
from agentic.runs.journal import KEEP_SECONDS
from agentic.runs.record import Item

WAITING, WORKED_ON = "waiting", "worked on"
_MARK = "submission"
_IDEMPOTENCY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Mark:
    """One submitted run that has not ended. `enqueued_at` (epoch seconds) is when it was last put into the queue, 0 if never.

    `marked_at` is when it was submitted, or went on after a question (epoch seconds).
    """

    run_id: str
    caller: str
    marked_at: float
    enqueued_at: float


class Submissions:
    """In the runs table. `dynamodb` is a boto3 client; `clock` gives epoch seconds."""

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    # --- marks ----------------------------------------------------------------------------------------------------

    def mark(self, run_id: str, caller: str) -> None:
        """Note that a run waits for a worker."""
        now = self._clock()
        created = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
        item: Item = {
            **_key(run_id, _MARK),
            "kind": {"S": _kind(WAITING)},
            "created_at": {"S": created},
            "expires": {"N": str(int(now) + KEEP_SECONDS)},
            "caller": {"S": caller},
            "marked_at": {"N": f"{now:.3f}"},
            "enqueued_at": {"N": "0"},
        }
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def enqueued(self, run_id: str) -> None:
        """Note that it was put into the queue just now."""
        self._change(run_id, "SET enqueued_at = :now", {":now": {"N": f"{self._clock():.3f}"}})

    def begun(self, run_id: str) -> None:
        """Note that a worker has it."""
        self._change(run_id, "SET #kind = :kind", {":kind": {"S": _kind(WORKED_ON)}}, {"#kind": "kind"})

    def settled(self, run_id: str, caller: str = "") -> None:
        """Forget a run that has ended, or waits for a person. What is forgotten already is no error.

        `caller` is looked up where it is not known.
        """
        known = None if caller else self.mark_of(run_id)
        caller = known.caller if known else caller
        if not caller:
            return
        self._dynamodb.update_item(
            TableName=self._table,
            Key=_caller_key(caller),
            UpdateExpression="DELETE unfinished :run",
            ExpressionAttributeValues={":run": {"SS": [run_id]}},
        )
        self._dynamodb.delete_item(TableName=self._table, Key=_key(run_id, _MARK))

    def mark_of(self, run_id: str) -> Mark | None:
        """The run's own, if it has one."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_key(run_id, _MARK), ConsistentRead=True).get("Item")
        return _mark(item) if item else None

    def marks(self, state: str) -> Iterator[Mark]:
        """Those that are `WAITING` or `WORKED_ON`, the oldest first, as the index has them by now."""
        request = self._listed(state)
        while True:
            answer = self._dynamodb.query(**request)
            yield from map(_mark, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def before(self, run_id: str) -> int | None:
        """How many runs were submitted before this one and wait still; None when it does not wait itself."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_key(run_id, _MARK), ConsistentRead=True).get("Item")
        if not item or item["kind"]["S"] != _kind(WAITING):
            return None
        request, count = self._listed(WAITING), 0
        request["KeyConditionExpression"] += " AND created_at < :own"
        request["ExpressionAttributeValues"][":own"] = item["created_at"]
        while True:
            answer = self._dynamodb.query(**request, Select="COUNT")
            count += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return count
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _listed(self, state: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "IndexName": "recent",
            "KeyConditionExpression": "kind = :kind",
            "ExpressionAttributeValues": {":kind": {"S": _kind(state)}},
        }

    def _change(self, run_id: str, update: str, values: Item, names: dict[str, str] | None = None) -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(run_id, _MARK),
                UpdateExpression=update,
                # What is settled stays so.
                ConditionExpression="attribute_exists(run_id)",
                ExpressionAttributeValues=values,
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return

    # --- callers --------------------------------------------------------------------------------------------------

    def admit(self, caller: str, run_id: str, most: int | None = None) -> bool:
        """Count a run among its caller's unfinished ones; False when they have `most` already. Twice counts once."""
        values: Item = {
            ":runs": {"SS": [run_id]},
            ":expires": {"N": str(int(self._clock()) + KEEP_SECONDS)},
        }
        request: dict[str, Any] = {}
        if most is not None:
            values |= {":most": {"N": str(most)}, ":run": {"S": run_id}}
            room = "attribute_not_exists(unfinished) OR size(unfinished) < :most OR contains(unfinished, :run)"
            request["ConditionExpression"] = room
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_caller_key(caller),
                UpdateExpression="SET expires = :expires ADD unfinished :runs",
                ExpressionAttributeValues=values,
                **request,
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def unfinished(self, caller: str) -> frozenset[str]:
        """The ids of a caller's runs that wait or are worked on."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_caller_key(caller), ConsistentRead=True).get("Item", {})
        return frozenset(item["unfinished"]["SS"]) if "unfinished" in item else frozenset()

    # --- the same request twice -----------------------------------------------------------------------------------

    def claim(self, caller: str, key: str, body: str, run_id: str) -> str:
        """The run that a caller's idempotency key stands for: `run_id` when it is new, else the first one's.

        `body` is what was asked, in any form that tells one request from another. A key is kept for a day. Raises
        `IdempotencyError` when it came with another body.
        """
        digest, now = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(), self._clock()
        item: Item = {
            **_key(_hashed("idempotency", caller, key), "idempotency"),
            "run": {"S": run_id},
            "body": {"S": digest},
            "expires": {"N": str(int(now) + _IDEMPOTENCY_SECONDS)},
        }
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(run_id) OR expires < :now",
                ExpressionAttributeValues={":now": {"N": str(int(now))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            known = error.response["Item"]
            if known["body"]["S"] != digest:
                raise IdempotencyError(
                    "this idempotency key was used for another request", hint="draw a new key for a new request"
                ) from None
            return str(known["run"]["S"])
        return run_id


def _mark(item: Item) -> Mark:
    times = float(item["marked_at"]["N"]), float(item["enqueued_at"]["N"])
    return Mark(item["run_id"]["S"], item["caller"]["S"], *times)


def _hashed(kind: str, *parts: str) -> str:
    """A partition that no two lists of parts share, whatever is in them, and that no run's id can be."""
    return f"{kind}#{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def _key(run_id: str, item: str) -> Item:
    return {"run_id": {"S": run_id}, "item": {"S": item}}


def _caller_key(caller: str) -> Item:
    return _key(_hashed("caller", caller), "caller")


def _kind(state: str) -> str:
    return f"submission {state}"
