"""The journal: every call of a run, written before it is sent and again with what became of it.

An entry has all that is needed to send the call again in the same bytes, or to give its answer to the script once more. It
has no credential: the request is kept as it was before the key went in, the answer as it was after scrubbing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from agentic.core.errors import StorageError
from agentic.core.values import Call, CallState
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs.items import json_text
from agentic.runs.record import Item

KEEP_SECONDS = 90 * 24 * 3600
# DynamoDB's items end at 400 KB, and what is read to find a call should be small.
_INLINE_BYTES = 64 * 1024
_PREFIX = "call#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call in the journal.

    It is named by `round` (the script), `attempt` (the execution in which it was made) and `number` (of the request in that
    attempt). `digest` is what makes it the same call when the script runs again, `lane` where in the script it was made;
    `effect` is the id under which the API knows it, empty where the API knows none. `served` is the last attempt in which the
    script was given its answer, to its request `served_as`; `until`, in epoch seconds, is when whoever sends it has surely
    ended. `account` is a fingerprint of the key it was sent with. `bodies_at` has the SHA-256 of long bodies, by `request` and
    `response`: these stand elsewhere, and are empty here until `Journal.whole`.
    """

    round: int
    attempt: int
    number: int
    digest: str
    lane: str = ""
    effect: str = ""
    call: Call
    request: HttpRequest | None = None
    response: HttpResponse | None = None
    bodies_at: Mapping[str, str] = field(default_factory=dict[str, str])
    served: int = 0
    served_as: int = 0
    until: float = 0.0
    account: str = ""

    @property
    def key(self) -> str:
        """Its name within the run."""
        return f"{self.round:03d}#{self.attempt:03d}#{self.number:05d}"

    @property
    def state(self) -> CallState:
        return self.call.state

    @property
    def given(self) -> int:
        """The last attempt in which the script made this call."""
        return max(self.attempt, self.served)

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the order of the calls of one script."""
        return (self.attempt, self.number)


class Bodies(Protocol):
    """Where long bodies are kept, by the SHA-256 of their bytes."""

    def put(self, sha256: str, body: bytes) -> None: ...

    def get(self, sha256: str) -> bytes: ...


class Journal:
    """The journals of the runs in a table. `dynamodb` is a boto3 client; `clock` gives epoch seconds.

    Without `bodies` (the front door of a person who may not read them) entries come without their long bodies.
    """

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float], bodies: Bodies | None = None) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock
        self._bodies = bodies

    def begin(self, run_id: str, entry: Entry) -> Entry | None:
        """Write down what is about to be sent. Gives the entry that stands there already: then nothing was written."""
        item = self._item(run_id, entry)
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(run_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            return self._entry(error.response["Item"])
        return None

    def settle(self, run_id: str, entry: Entry) -> Entry:
        """Write down what became of a call: its state and its answer. The first who knows it for certain is believed.

        Gives the entry as it stands then, which may be another one's.
        """
        item = self._item(run_id, entry)
        told = {name: item[name] for name in ("call", "state", "response", "response_at") if name in item}
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"run_id": item["run_id"], "item": item["item"]},
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in told),
                ConditionExpression="#state IN (:executing, :open)",
                ExpressionAttributeNames={f"#{name}": name for name in told},
                ExpressionAttributeValues={
                    **{f":{name}": value for name, value in told.items()},
                    ":executing": {"S": CallState.EXECUTING},
                    ":open": {"S": CallState.UNKNOWN if entry.state is not CallState.UNKNOWN else CallState.EXECUTING},
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            return self._entry(error.response["Item"])
        return entry

    def serve(self, run_id: str, entry: Entry, attempt: int, number: int) -> bool:
        """Note that the script is given this answer, to request `number` of `attempt`. False: it has been, in this attempt."""
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"run_id": {"S": run_id}, "item": {"S": _name(entry)}},
                UpdateExpression="SET served = :attempt, served_as = :number",
                ConditionExpression="served < :attempt",
                ExpressionAttributeValues={":attempt": {"N": str(attempt)}, ":number": {"N": str(number)}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def entries(self, run_id: str, round_: int | None = None) -> tuple[Entry, ...]:
        """The journal of a run, or of one of its scripts, in the order in which the calls were made first."""
        values = {":run": {"S": run_id}, ":call": {"S": _PREFIX if round_ is None else f"{_PREFIX}{round_:03d}#"}}
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "run_id = :run AND begins_with(#item, :call)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
        }
        entries: list[Entry] = []
        while True:
            answer = self._dynamodb.query(**request)
            entries += [self._entry(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return tuple(entries)
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def whole(self, entry: Entry) -> Entry:
        """The entry with its bodies, also where these are kept elsewhere. Raises `StorageError` for one that is gone."""
        bodies, at = self._bodies, entry.bodies_at
        if bodies is None or not at:
            return entry
        request, response = entry.request, entry.response
        if request and "request" in at:
            request = replace(request, body=_checked(at["request"], bodies.get(at["request"])))
        if response and "response" in at:
            response = replace(response, body=_checked(at["response"], bodies.get(at["response"])))
        return replace(entry, request=request, response=response, bodies_at={})

    def _item(self, run_id: str, entry: Entry) -> Item:
        item: Item = {
            "run_id": {"S": run_id},
            "item": {"S": _name(entry)},
            "call": json_text(entry.call),
            "state": {"S": entry.state},
            "account": {"S": entry.account},
            "digest": {"S": entry.digest},
            "lane": {"S": entry.lane},
            "effect": {"S": entry.effect},
            "served": {"N": str(entry.served)},
            "served_as": {"N": str(entry.served_as)},
            "until": {"N": f"{entry.until:.3f}"},
            "expires": {"N": str(int(self._clock()) + KEEP_SECONDS)},
        }
        for name, message in (("request", entry.request), ("response", entry.response)):
            if message is not None:
                at = self._outside(message) or entry.bodies_at.get(name, "")
                kept = {**message.to_json(), "body": ""} if at else message.to_json()
                item[name] = {"S": json.dumps(kept, separators=(",", ":"))}
                if at:
                    item[f"{name}_at"] = {"S": at}
        return item

    def _outside(self, message: HttpRequest | HttpResponse) -> str:
        """Where a long body stands; it is written there first, before the entry that names it. Empty for a short one."""
        if len(message.body) <= _INLINE_BYTES or self._bodies is None:
            return ""
        sha256 = hashlib.sha256(message.body).hexdigest()
        self._bodies.put(sha256, message.body)
        return sha256

    def _entry(self, item: Item) -> Entry:
        _, round_, attempt, number = item["item"]["S"].split("#")
        request, response = (json.loads(item[name]["S"]) if name in item else None for name in ("request", "response"))
        return Entry(
            round=int(round_),
            attempt=int(attempt),
            number=int(number),
            digest=item["digest"]["S"],
            lane=item["lane"]["S"],
            effect=item["effect"]["S"],
            call=Call.from_json(json.loads(item["call"]["S"])),
            request=HttpRequest.from_json(request) if request else None,
            response=HttpResponse.from_json(response) if response else None,
            bodies_at={name: item[f"{name}_at"]["S"] for name in ("request", "response") if f"{name}_at" in item},
            account=item["account"]["S"],
            served=int(item["served"]["N"]),
            served_as=int(item["served_as"]["N"]),
            until=float(item["until"]["N"]),
        )


def calls_of(entries: Sequence[Entry], ended: float = 0.0) -> tuple[Call, ...]:
    """The journal for a person: the calls as they were made, numbered in their order.

    `ended` is the time (epoch seconds) for the journal of a run that has ended: what was under way, and cannot be any more, is
    a call of which nobody knows.
    """
    return tuple(
        replace(entry.call, seq=number, replayed=entry.served > entry.attempt, state=_known(entry, ended))
        for number, entry in enumerate(entries, 1)
    )


def _known(entry: Entry, ended: float) -> CallState:
    return CallState.UNKNOWN if entry.state is CallState.EXECUTING and entry.until < ended else entry.state


def _name(entry: Entry) -> str:
    return f"{_PREFIX}{entry.key}"


def _checked(sha256: str, body: bytes) -> bytes:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise StorageError("a body of the journal is not the one that was kept")
    return body
