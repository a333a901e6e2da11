"""What invoke_generator and invoke_executor share: start the work once, wait a little, tell how it stands.

A gateway call must never wait long, and the work may. So the function invokes itself for the work and waits
`agentic:tool_wait` seconds at most for that answer; an invocation goes on when its caller has stopped waiting
(docs/adr/0005-waiting-for-agents.md). Who asks again finds the step claimed, and looks into the record.
"""

import json
from collections.abc import Mapping
from typing import Any

from agentic.agents.tools.events import WORK
from agentic.agents.tools.services import Services
from agentic.core.values import RunError, RunStatus, Usage
from agentic.runs import RunRecord, Step
from agentic.runs.record import DONE

_PAUSE_SECONDS = 0.5

STILL_RUNNING: dict[str, Any] = {"status": "still_running", "message": "call the tool again with the same arguments"}


def work_and_wait(services: Services, run_id: str, step: Step, work: Mapping[str, str]) -> dict[str, Any]:
    """Have another invocation of this function do the work; its answer, or that it is still running."""
    from botocore.exceptions import ReadTimeoutError  # pyright: ignore[reportMissingTypeStubs]

    client, itself = services.client("lambda"), services.environ["AWS_LAMBDA_FUNCTION_NAME"]
    payload = json.dumps({WORK: work}).encode()
    try:
        answer = client.invoke(FunctionName=itself, Payload=payload)
    except ReadTimeoutError:
        return STILL_RUNNING
    except client.exceptions.TooManyRequestsException:
        # No room for another one now: Lambda's own queue waits for it.
        client.invoke(FunctionName=itself, InvocationType="Event", Payload=payload)
        return STILL_RUNNING
    content: Any = json.loads(answer["Payload"].read() or b"{}")
    if not answer.get("FunctionError"):
        return content
    problem = RunError("function", f"the {step} step broke off: {content.get('errorMessage', 'no reason given')}")
    return ended(services.store.end_step(run_id, step, Usage(), RunStatus.FAILED, problem))


def wait_for(services: Services, run_id: str, step: Step) -> RunRecord | None:
    """The record once a step that somebody else works on is done; None when it is not after the tool's wait."""
    deadline = services.clock() + float(services.setting("tool_wait"))
    while True:
        record = services.store.get(run_id)
        if record.status.final or getattr(record, f"{step}_state") == DONE:
            return record
        if services.clock() + _PAUSE_SECONDS > deadline:
            return None
        services.sleep(_PAUSE_SECONDS)


def ended(record: RunRecord) -> dict[str, Any]:
    """The tool's answer for a run that has ended without what the step was for."""
    error = record.error or RunError("failed", "the run ended without a reason")
    told = {RunStatus.ASKS, RunStatus.REFUSED, RunStatus.CANCELLED}
    status = str(record.status) if record.status in told else "failed"
    return {"status": status, "message": error.message, **({"hint": error.hint} if error.hint else {})}
