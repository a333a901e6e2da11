"""Sessions: the runs of one person under one name, so that a later run knows what the earlier ones did.

Each run has an item of its own in its session, written before the run begins: two runs at once cannot lose each other's
turn. What is remembered of a run is made from its record when a later one asks for it, and kept in that item then.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agentic.core.turns import MOST_TURNS, Turn, bounded
from agentic.runs.items import json_text
from agentic.runs.record import Item

KEEP_SECONDS = 30 * 24 * 3600
_HEAD = "session"
_PREFIX = "turn#"


@dataclass(frozen=True, slots=True)
class Session:
    """One session in a list. `used_at` is ISO 8601: when its last run began."""

    name: str
    used_at: str
    runs: int


class Sessions:
    """The sessions in a runs table. `dynamodb` is a boto3 client; `clock` gives epoch seconds.

    Who asks is `person`: whatever tells the callers of this front door from each other. Nobody's items are found without it.
    """

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def begin(self, person: str, name: str, run_id: str) -> None:
        """Give a run its place in a session, behind those that are there."""
        now = self._clock()
        expires = {"N": str(int(now) + KEEP_SECONDS)}
        key = {"run_id": {"S": _key(person, name)}, "item": {"S": f"{_PREFIX}{int(now * 1000):014d}#{run_id}"}}
        self._dynamodb.put_item(
            TableName=self._table,
            Item={**key, "run": {"S": run_id}, "expires": expires},
            ConditionExpression="attribute_not_exists(run_id)",
        )
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"run_id": key["run_id"], "item": {"S": _HEAD}},
            UpdateExpression="SET kind = :kind, created_at = :now, #name = :name, expires = :expires ADD runs :one",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={
                ":kind": {"S": _kind(person)},
                ":now": {"S": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")},
                ":name": {"S": name},
                ":expires": expires,
                ":one": {"N": "1"},
            },
        )

    def turns(self, person: str, name: str, told: Callable[[str], tuple[Turn, bool] | None]) -> tuple[Turn, ...]:
        """The newest turns of a session, in their order, bounded.

        `told` makes the turn of a run from its record, and says whether that is how the run ended; None: there is no such run.
        """
        answer = self._dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="run_id = :session AND begins_with(#item, :turn)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":session": {"S": _key(person, name)}, ":turn": {"S": _PREFIX}},
            ScanIndexForward=False,
            Limit=MOST_TURNS,
            ConsistentRead=True,
        )
        now = self._clock()
        found: list[Turn] = []
        for item in answer["Items"]:
            # DynamoDB may take two days to delete what has expired.
            if float(item["expires"]["N"]) > now and (turn := self._turn(item, told)):
                found.append(turn)
        return bounded(reversed(found))

    def list(self, person: str, limit: int = 100) -> tuple[Session, ...]:
        """A person's sessions, the one used last first."""
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName="recent",
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": _kind(person)}},
            ScanIndexForward=False,
            Limit=limit,
        )
        now = self._clock()
        return tuple(
            Session(item["name"]["S"], item["created_at"]["S"], int(item["runs"]["N"]))
            for item in answer["Items"]
            if float(item["expires"]["N"]) > now
        )

    def clear(self, person: str, name: str) -> int:
        """Forget a session; gives the number of its turns. The runs themselves stay."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "run_id = :session",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": {":session": {"S": _key(person, name)}},
            "ProjectionExpression": "run_id, #item",
            "ConsistentRead": True,
        }
        keys: list[Item] = []
        while True:
            answer = self._dynamodb.query(**request)
            keys += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        for key in keys:
            self._dynamodb.delete_item(TableName=self._table, Key=key)
        return sum(key["item"]["S"] != _HEAD for key in keys)

    def _turn(self, item: Item, told: Callable[[str], tuple[Turn, bool] | None]) -> Turn | None:
        if "turn" in item:
            kept: Mapping[str, Any] = json.loads(item["turn"]["S"])
            return Turn.from_json(kept)
        found = told(item["run"]["S"])
        if found is None:
            return None
        turn, ended = found
        if ended:
            self._keep(item, turn)
        return turn

    def _keep(self, item: Item, turn: Turn) -> None:
        # A session that was cleared meanwhile stays so.
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"run_id": item["run_id"], "item": item["item"]},
                UpdateExpression="SET turn = :turn",
                ConditionExpression="attribute_exists(run_id)",
                ExpressionAttributeValues={":turn": json_text(turn)},
            )


def _key(person: str, name: str) -> str:
    """The partition of a session: no two pairs of person and name share one, whatever is in them."""
    pair = json.dumps([person, name]).encode()
    return f"session#{hashlib.sha256(pair).hexdigest()}"


def _kind(person: str) -> str:
    return f"sessions of {hashlib.sha256(json.dumps(person).encode()).hexdigest()}"
