"""A stack's front door and submitter for a program, from what the stack's Pulumi program exports."""

from collections.abc import Callable, Mapping
from typing import Any

from agentic.agents.front_door import FrontDoor
from agentic.agents.submitting import CALLER_RUNS, QUEUE_RUNS, Submitter
from agentic.agents.tools.services import Services
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames


def services_of(exports: Mapping[str, Any], clients: Callable[[str], Any]) -> Services:
    """Table and bucket, and queue and topic where the stack has them. `clients` gives boto3 clients by service."""
    settings = {"AGENTIC_TABLE": str(exports["table"]), "AGENTIC_BUCKET": str(exports["bucket"])}
    # A stack that an older version made has no queue.
    if queue := exports.get("queue"):
        settings["AGENTIC_QUEUE_URL"] = str(queue["url"])
    if "topic" in exports:
        settings["AGENTIC_TOPIC"] = str(exports["topic"])
    return Services(settings, clients)


def front_door_of(exports: Mapping[str, Any], services: Services, stack: str) -> FrontDoor:
    """The front door of the stack of this name."""
    limits = RunLimits.of(exports.get("run_limits", {}))
    return FrontDoor(services, StackNames(stack), str(exports["orchestrator"]), limits, exports.get("models"))


def submitter_of(exports: Mapping[str, Any], services: Services, door: FrontDoor) -> Submitter:
    """With the stack's bounds of a caller and of the queue."""
    queue: Mapping[str, Any] = exports.get("queue") or {}
    return Submitter(
        services,
        door,
        caller_runs=int(queue.get("caller_runs", CALLER_RUNS)),
        queue_runs=int(queue.get("queue_runs", QUEUE_RUNS)),
    )
