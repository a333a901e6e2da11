"""The list of runs in pages, the newest first, without passing one over or giving one twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentic.runs.record import RunRecord

# How many runs are read for one page at most: a page of few that are wanted among many ends early, and the next goes on.
_READ = 2000
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page has ended: at the runs of one moment (ISO 8601), of which `given` were given already."""

    created_at: str
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is None at the end of the list."""

    runs: tuple[RunRecord, ...]
    next: Place | None


class Pages:
    """The runs of a table. `dynamodb` is a boto3 client; `seen` gives each as it is now."""

    def __init__(self, dynamodb: Any, table: str, seen: Callable[[RunRecord], RunRecord]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._seen = seen

    def page(self, limit: int, wanted: Callable[[RunRecord], bool], since: str = "", after: Place | None = None) -> Page:
        """Up to `limit` runs that are wanted, made after `since` (ISO 8601), from where another page has ended."""
        condition, values = "kind = :kind", {":kind": {"S": "run"}}
        if since and after:
            condition += " AND created_at BETWEEN :since AND :before"
        elif since or after:
            condition += " AND created_at >= :since" if since else " AND created_at <= :before"
        if since:
            values[":since"] = {"S": since}
        if after:
            if since > after.created_at:
                return Page((), None)
            values[":before"] = {"S": after.created_at}
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "recent",
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            "Limit": min(max(limit + 1, 20), _AT_ONCE),
        }
        found: list[RunRecord] = []
        place, read = after, 0
        while True:
            answer = self._dynamodb.query(**request)
            for item in answer["Items"]:
                record = RunRecord.from_item(item)
                if place and record.created_at == place.created_at and record.run_id in place.given:
                    continue
                if len(found) == limit or read == _READ:
                    return Page(tuple(found), place)
                read += 1
                place = _behind(place, record)
                if wanted(record := self._seen(record)):
                    found.append(record)
            if "LastEvaluatedKey" not in answer:
                return Page(tuple(found), None)
            request |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": _AT_ONCE}


def _behind(place: Place | None, record: RunRecord) -> Place:
    if place and place.created_at == record.created_at:
        return Place(place.created_at, (*place.given, record.run_id))
    return Place(record.created_at, (record.run_id,))
