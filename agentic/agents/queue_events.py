"""What the functions around the queue of runs receive: SQS's batches and the schedule's events."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from agentic.agents.conversation import client_of
from agentic.agents.run_queue import RunQueue, run_of_message
from agentic.agents.sweeping import Sweep
from agentic.agents.tools.services import Services
from agentic.agents.working import LEASE_SECONDS, Worker
from agentic.core.errors import UsageError
from agentic.core.names import StackNames
from agentic.core.values import to_json

_RUN_ID = re.compile(r"run_[0-9a-f]{16}")
_FIRST_DELAY_SECONDS, _LONGEST_DELAY_SECONDS, _GROWTH = 30, 900, 4


def worker_handler(services: Services | None = None) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler for the queue's event source mapping. It says which messages of a batch are to come again.

    Those come sooner than SQS would let them: after half a minute, then later and later. One that names no run comes at once,
    because nothing will make it better: so it is soon among the dead letters.
    """
    services = services or Services.of_function()
    orchestrator = services.setting("orchestrator")
    for service in ("dynamodb", "lambda", client_of(orchestrator)):
        services.client(service)
    seconds = float(services.environ.get("AGENTIC_LEASE_SECONDS") or LEASE_SECONDS)
    worker = Worker(services, StackNames(services.setting("environment")), orchestrator, lease_seconds=seconds)
    queue = RunQueue(services)

    def handle(event: Any, context: Any) -> dict[str, Any]:
        failed: list[dict[str, str]] = []
        records: list[Mapping[str, Any]] = event["Records"]
        for record in records:
            run_id = run_of_message(record["body"])
            try:
                if not _RUN_ID.fullmatch(run_id):
                    raise UsageError("the message names no run")
                worker.work(run_id)
            except Exception as error:  # noqa: BLE001  whatever it is: this message comes again, the others are done
                services.tell(f"{run_id or record['messageId']} failed: {type(error).__name__}: {error}")
                failed.append({"itemIdentifier": record["messageId"]})
                _again(queue, record, services, known=bool(_RUN_ID.fullmatch(run_id)))
        return {"batchItemFailures": failed}

    return handle


def sweep_handler(services: Services | None = None) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler for the schedule. With `{"lost": true}` it takes the queue for empty and all workers for dead."""
    services = services or Services.of_function()
    for service in ("dynamodb", "sqs"):
        services.client(service)
    sweep = Sweep(services, StackNames(services.setting("environment")))

    def handle(event: Any, context: Any) -> dict[str, Any]:
        lost = isinstance(event, Mapping) and cast("Mapping[str, Any]", event).get("lost") is True
        swept: dict[str, Any] = to_json(sweep.sweep(lost=lost))
        services.tell(f"swept: {', '.join(f'{number} {name}' for name, number in swept.items())}")
        return swept

    return handle


def _again(queue: RunQueue, record: Mapping[str, Any], services: Services, *, known: bool) -> None:
    count = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    delay = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * _GROWTH ** (count - 1)) if known else 0
    try:
        queue.retry(record["receiptHandle"], delay)
    except Exception as error:  # noqa: BLE001  then it comes again when its time-out is over
        services.tell(f"the message stays away for its whole time-out: {type(error).__name__}")
