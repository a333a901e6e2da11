"""Event source mappings: take messages out of a queue, with the function's own rights, and invoke the function with them."""

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from agentic.core.errors import AgenticError
from agentic.local.queue_of_runs import AT_ONCE
from agentic.local.queues.declarations import MappingDeclaration
from agentic.local.services import FunctionService, InvokeResult

_log = logging.getLogger(__name__)

# Shorter than SQS's longest: what the role may do is asked for anew with each poll.
_WAIT_SECONDS = 2
_AFTER_FAULT_SECONDS = 1.0
_LETTING_GO_SECONDS = 5.0
_ATTRIBUTES = ["ApproximateReceiveCount", "SentTimestamp", "MessageGroupId"]


class Mappings:
    """All mappings of one local cloud. `client` gives a boto3 client of a service, for a role, in a region."""

    def __init__(self, functions: FunctionService, client: Callable[[str, str, str], Any]) -> None:
        self._functions = functions
        self._client = client
        self._pollers: dict[str, _Poller] = {}
        self._lock = threading.Lock()

    def create(self, declaration: MappingDeclaration) -> None:
        """Begin to poll, or do it as declared now."""
        sqs = self._client("sqs", declaration.role_arn, declaration.region)
        poller = _Poller(declaration, self._functions, sqs)
        with self._lock:
            replaced = self._pollers.get(declaration.id)
            self._pollers[declaration.id] = poller
        if replaced:
            replaced.end()
        poller.start()

    def remove(self, mapping_id: str) -> None:
        """Poll no more; what is under way goes on. One that is gone is no error."""
        with self._lock:
            poller = self._pollers.pop(mapping_id, None)
        if poller:
            poller.end()

    def close(self) -> None:
        """Poll no more. What is under way ends with its functions."""
        with self._lock:
            pollers, self._pollers = list(self._pollers.values()), {}
        for poller in pollers:
            poller.end()


class _Poller:
    def __init__(self, declaration: MappingDeclaration, functions: FunctionService, sqs: Any) -> None:
        self._declaration = declaration
        self._functions = functions
        self._sqs = sqs
        self._ended = threading.Event()
        self._free = threading.Semaphore(min(declaration.most_at_once, AT_ONCE))
        name = declaration.function_arn.rpartition(":")[2]
        self._thread = threading.Thread(target=self._poll, name=f"poll for {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()

    def _poll(self) -> None:
        while not self._ended.is_set():
            if not self._free.acquire(timeout=_AFTER_FAULT_SECONDS):
                continue
            batch: Sequence[Mapping[str, Any]] = ()
            try:
                batch = self._received()
            finally:
                if not batch:
                    self._free.release()
            if batch:
                threading.Thread(target=self._work, args=(batch,), name="queue batch", daemon=True).start()

    def _received(self) -> Sequence[Mapping[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._declaration.queue_url,
                MaxNumberOfMessages=self._declaration.batch_size,
                WaitTimeSeconds=_WAIT_SECONDS,
                AttributeNames=_ATTRIBUTES,
            )
        except (BotoCoreError, ClientError) as error:
            if not self._ended.is_set():
                _log.warning("The queue %s was not polled: %s", self._declaration.queue_url, error)
            self._ended.wait(_AFTER_FAULT_SECONDS)
            return ()
        except Exception:  # noqa: BLE001  (the client is closed under it when the cloud ends)
            self._ended.wait(_AFTER_FAULT_SECONDS)
            return ()
        return cast("list[Mapping[str, Any]]", answer.get("Messages", []))

    def _work(self, batch: Sequence[Mapping[str, Any]]) -> None:
        try:
            payload = json.dumps({"Records": [self._record(message) for message in batch]}).encode()
            try:
                result = self._functions.invoke(self._declaration.function_arn, payload)
            except AgenticError as error:
                # They are there again when their time-out is over.
                _log.info("A batch was not worked on: %s", error.message)
                return
            self._delete(batch, _failed(result, partial=self._declaration.partial))
        finally:
            self._free.release()

    def _delete(self, batch: Sequence[Mapping[str, Any]], failed: frozenset[str] | None) -> None:
        for message in batch if failed is not None else ():
            if message["MessageId"] in (failed or ()):
                continue
            try:
                self._sqs.delete_message(QueueUrl=self._declaration.queue_url, ReceiptHandle=message["ReceiptHandle"])
            except Exception as error:  # noqa: BLE001  then it comes once more
                if not self._ended.is_set():
                    _log.warning("A message was not deleted: %s", error)

    def _record(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A message as Lambda's event has it (developer guide, "Example standard queue message event")."""
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message.get("MD5OfBody", ""),
            "eventSource": "aws:sqs",
            "eventSourceARN": self._declaration.queue_arn,
            "awsRegion": self._declaration.region,
        }


def _failed(result: InvokeResult, *, partial: bool) -> frozenset[str] | None:
    """The ids of the messages that are to come again; None for all (developer guide, "Success and failure conditions")."""
    if result.function_error:
        return None
    if not partial:
        return frozenset()
    try:
        answer: Any = json.loads(result.payload or b"null")
        items: list[Mapping[str, Any]] = answer.get("batchItemFailures") or [] if answer else []
        found = frozenset(str(item["itemIdentifier"]) for item in items)
    except (ValueError, AttributeError, KeyError, TypeError):
        return None
    return found
