"""The queue of runs that wait for a worker, and what it has given up: two SQS queues, asked by whoever has a right to."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

from agentic.agents.tools.services import Services

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")
_AT_ONCE = 10
# People may look at the same messages; those that were seen a moment ago need not be seen again by the same sweep.
_SEEN_SECONDS = 20


class RunQueue:
    """`services` give the client and the settings `queue_url` and, for who reads them, `dead_letters_url`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def send(self, run_id: str, caller: str) -> None:
        """Put a run into the queue. A message more than needed does no harm. Raises botocore's errors."""
        group = hashlib.sha256(caller.encode("utf-8", "surrogatepass")).hexdigest()
        self._sqs.send_message(
            QueueUrl=self._services.setting("queue_url"), MessageBody=json.dumps({"run_id": run_id}), MessageGroupId=group
        )

    def waiting(self) -> int:
        """About how many messages nobody has taken yet."""
        return self._count(_COUNTS[:1])

    def empty(self) -> bool:
        """Whether, as far as SQS knows, no message waits. One that somebody has taken, and died with, is hidden for long."""
        return self._count(_COUNTS) == 0

    def retry(self, receipt: str, seconds: int) -> None:
        """Let a message that could not be dealt with come again after so long."""
        self._sqs.change_message_visibility(
            QueueUrl=self._services.setting("queue_url"), ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def bury(self, run_id: str) -> None:
        """Put a run that no worker survives among the dead letters, for people."""
        body = json.dumps({"run_id": run_id})
        self._sqs.send_message(QueueUrl=self._services.setting("dead_letters_url"), MessageBody=body)

    def dead(self, most: int) -> tuple[tuple[str, float], ...]:
        """The runs of dead letters, which stay where they are, and when each was sent (epoch seconds).

        The run is empty for a message that names none.
        """
        found: list[tuple[str, float]] = []
        while len(found) < most:
            answer = self._sqs.receive_message(
                QueueUrl=self._services.setting("dead_letters_url"),
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=_SEEN_SECONDS,
                AttributeNames=["SentTimestamp"],
            )
            messages: list[dict[str, Any]] = answer.get("Messages", [])
            if not messages:
                break
            for message in messages:
                sent = float(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
                found.append((run_of_message(message["Body"]), sent))
        return tuple(found)

    @property
    def _sqs(self) -> Any:
        return self._services.client("sqs")

    def _count(self, names: tuple[str, ...]) -> int:
        url = self._services.setting("queue_url")
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
        return sum(int(number) for number in answer.get("Attributes", {}).values())


def run_of_message(body: str) -> str:
    """The id of the run that a message is about; empty for a message that is none of ours."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, Mapping):
        return ""
    run_id = cast("Mapping[str, Any]", content).get("run_id")
    return run_id if isinstance(run_id, str) else ""
