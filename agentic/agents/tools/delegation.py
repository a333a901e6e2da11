"""What invoke_generator and invoke_executor share: start the work once, wait a little, tell how it stands.

A gateway call must never wait long, so the function invokes itself asynchronously for the work, and polls the record.
"""

import json
from collections.abc import Mapping
from typing import Any

from agentic.agents.tools.events import WORK
from agentic.agents.tools.services import Services
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord, Step

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.5
_GROWTH = 1.5


def start_work(services: Services, work: Mapping[str, str]) -> None:
    """Invoke this function again, asynchronously, with our own event."""
    services.client("lambda").invoke(
        FunctionName=services.environ["AWS_LAMBDA_FUNCTION_NAME"],
        InvocationType="Event",
        Payload=json.dumps({WORK: work}).encode(),
    )


def wait_for(services: Services, run_id: str, step: Step) -> RunRecord | None:
    """The record once `step` is done or the run has ended; None when it is still running after the tool's wait."""
    deadline = services.clock() + float(services.setting("tool_wait"))
    pause = _FIRST_PAUSE
    while True:
        record = services.store.get(run_id)
        if record.status.final or getattr(record, f"{step}_state") == "done":
            return record
        if services.clock() + pause > deadline:
            return None
        services.sleep(pause)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


STILL_RUNNING: dict[str, Any] = {"status": "still_running", "message": "call the tool again with the same arguments"}


def ended(record: RunRecord) -> dict[str, Any]:
    """The tool's answer for a run that has ended without what the step was for."""
    error = record.error or RunError("failed", "the run ended without a reason")
    status = {RunStatus.ASKS: "asks", RunStatus.REFUSED: "refused", RunStatus.CANCELLED: "cancelled"}.get(
        record.status, "failed"
    )
    return {"status": status, "message": error.message, **({"hint": error.hint} if error.hint else {})}
