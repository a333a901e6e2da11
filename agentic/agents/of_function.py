"""A stack's front door and submitter for a function, from what its environment says of the stack."""

import json
from collections.abc import Mapping
from typing import Any

from agentic.agents.front_door import FrontDoor
from agentic.agents.submitting import CALLER_RUNS, QUEUE_RUNS, Submitter
from agentic.agents.tools.services import Services
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames


def front_door(services: Services) -> FrontDoor:
    """Of the settings `environment`, `orchestrator`, `run_limits` and `models` (JSON), beside those of `services`."""
    limits: Mapping[str, Any] = json.loads(services.environ.get("AGENTIC_RUN_LIMITS") or "{}")
    models: Mapping[str, str] = json.loads(services.environ.get("AGENTIC_MODELS") or "{}")
    names = StackNames(services.setting("environment"))
    return FrontDoor(services, names, services.setting("orchestrator"), RunLimits.of(limits), models)


def submitter(services: Services, door: FrontDoor) -> Submitter:
    """With the settings `queue_url`, `caller_runs` and `queue_runs`."""
    environ = services.environ
    return Submitter(
        services,
        door,
        caller_runs=int(environ.get("AGENTIC_CALLER_RUNS") or CALLER_RUNS),
        queue_runs=int(environ.get("AGENTIC_QUEUE_RUNS") or QUEUE_RUNS),
    )
