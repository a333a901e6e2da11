"""SQS in moto, with two things of its own: long polls that keep nobody else waiting, and a fair share for each group.

Messages of a standard queue that name a group are taken from the group first that has the fewest under way (SQS developer
guide, "Amazon SQS fair queues").
"""

import json
import threading
import time
from collections import Counter
from typing import Any

from agentic.local.endpoint.actions import json_body
from agentic.local.endpoint.message import Answer, Request
from agentic.local.endpoint.moto_backend import MotoBackend

_SERVICE = "sqs"
# How long a message that becomes visible again may wait for a poll that is under way.
_LOOK_SECONDS = 0.5
_LONGEST_WAIT = 20.0
_DELETED_KEPT = 1000


class Queues:
    """The endpoint's SQS."""

    def __init__(self, moto: MotoBackend) -> None:
        self._moto = moto
        self._changed = threading.Condition()
        self._changes = 0
        self._closed = False

    def answer(self, request: Request) -> Answer:
        if request.operation != "ReceiveMessage":
            answer = self._asked(request, request.body)
            self.changed()
            return answer
        body = json_body(request) or {}
        wait = min(float(body.get("WaitTimeSeconds") or 0), _LONGEST_WAIT)
        asked = json.dumps({**body, "WaitTimeSeconds": 0}).encode()
        deadline = time.monotonic() + wait
        while True:
            seen = self._changes
            answer = self._asked(request, asked, fair=str(body.get("QueueUrl", "")))
            left = deadline - time.monotonic()
            if answer.status != 200 or left <= 0 or self._closed or _has_messages(answer):
                return answer
            with self._changed:
                self._changed.wait_for(lambda seen=seen: self._closed or self._changes != seen, min(left, _LOOK_SECONDS))

    def close(self) -> None:
        """Let go of whoever waits."""
        self._closed = True
        self.changed()

    def changed(self) -> None:
        """There may be something to take."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def _asked(self, request: Request, body: bytes, *, fair: str = "") -> Answer:
        head = request.head
        with self._moto.lock(_SERVICE):
            if fair:
                self._put_in_order(request.region, fair.rpartition("/")[2])
            answer = self._moto.handle(_SERVICE, request.region, head.method, head.target, head.headers, body)
            if request.operation == "DeleteMessage":
                self._forget(request.region)
        return answer

    def _forget(self, region: str) -> None:
        """moto remembers the receipts of all messages that were ever deleted; only late second deletions ask for them."""
        for queue in self._moto.models(_SERVICE, region).queues.values():
            if len(queue.deleted_messages) > _DELETED_KEPT:
                queue.deleted_messages.clear()

    def _put_in_order(self, region: str, name: str) -> None:
        """The messages that wait, in the order in which they are to be taken; in their own order where no group is named."""
        queue: Any = self._moto.models(_SERVICE, region).queues.get(name)
        messages: list[Any] = queue._messages if queue is not None else []
        if not any(message.group_id for message in messages):
            return
        turns: Counter[str] = Counter(message.group_id for message in messages if not message.visible)
        waiting: list[tuple[int, int, Any]] = []
        for place, message in enumerate(messages):
            turn = 0
            if message.visible:
                turn = turns[message.group_id]
                turns[message.group_id] += 1
            waiting.append((turn, place, message))
        messages[:] = [message for _, _, message in sorted(waiting, key=lambda item: item[:2])]


def _has_messages(answer: Answer) -> bool:
    return isinstance(answer.body, bytes) and b'"MessageId"' in answer.body
