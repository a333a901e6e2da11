"""How many requests a caller may make in a minute: counted in the runs table, for all of a stack's functions together."""

import hashlib
from collections.abc import Callable
from typing import Any

_MINUTE = 60


class RequestCounts:
    """Counts in one item per caller and minute. `most` requests a minute; `clock` gives epoch seconds."""

    def __init__(self, dynamodb: Callable[[], Any], table: str, most: int, clock: Callable[[], float]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._most = most
        self._clock = clock

    def count(self, caller: str) -> int:
        """Count one more request. Gives 0, or the seconds until the next minute where this one's are used up."""
        now = self._clock()
        minute = int(now // _MINUTE)
        answer = self._dynamodb().update_item(
            TableName=self._table,
            Key={
                "run_id": {"S": f"requests#{hashlib.sha256(caller.encode()).hexdigest()}"},
                "item": {"S": f"minute#{minute:012d}"},
            },
            UpdateExpression="SET expires = :expires ADD requests :one",
            ExpressionAttributeValues={":expires": {"N": str((minute + 10) * _MINUTE)}, ":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        if int(answer["Attributes"]["requests"]["N"]) <= self._most:
            return 0
        return max(1, int((minute + 1) * _MINUTE - now) + 1)
