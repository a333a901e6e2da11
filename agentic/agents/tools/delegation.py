"""What invoke_generator and invoke_executor share: start the work once, wait a little, tell how it stands.

A gateway call must never wait long, and the work may. So the function invokes itself for the work and waits
`agentic:tool_wait` seconds at most for that answer; an invocation goes on when its caller has stopped waiting
(docs/adr/0005-waiting-for-agents.md). Who asks again finds the step claimed, and looks into the record.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from agentic.agents.conversation import Bounds, Patience, Reply, converse, session_id
from agentic.agents.declaration import ANSWER_TOKENS, EXECUTOR, GENERATOR, TURNS
from agentic.agents.tools.events import WORK
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError
from agentic.core.limits import BUDGET
from agentic.core.values import RunError, RunStatus, Usage
from agentic.runs import RunRecord, Step
from agentic.runs.record import DONE
from agentic.runs.spending import answer_tokens

_PAUSE_SECONDS = 0.5
_CLAIMED_FOR = {Step.GENERATE: GENERATOR, Step.EXECUTE: EXECUTOR}

STILL_RUNNING: dict[str, Any] = {"status": "still_running", "message": "call the tool again with the same arguments"}


Report = Callable[[RunRecord], dict[str, Any]]


def delegate(services: Services, record: RunRecord, step: Step, message: str, report: Report, *, fresh: bool) -> dict[str, Any]:
    """The tool's answer: by doing the work (`fresh`: this call has claimed the step), or by looking how far it is."""
    if not services.store.spending.reserve(record.run_id, 1):
        # The orchestrator's own next call, which follows this answer, could not be paid for.
        now = services.store.get(record.run_id)
        if now.error and now.error.code == BUDGET:
            return ended(now)
    if fresh:
        return _work_and_wait(services, record, step, message)
    finished = _wait_for(services, record.run_id, step)
    return STILL_RUNNING if finished is None else report(finished)


def talk(services: Services, work: Mapping[str, str], agent: str, step: Step) -> Reply | RunRecord:
    """The work's conversation with the agent; where that fails, the record of the run that has ended with it."""
    run_id, spending = work["run_id"], services.store.spending
    session = session_id(run_id, agent)
    reserved = spending.reserve(run_id, TURNS[agent])
    record = services.store.get(run_id)
    if not reserved:
        return record
    most, limit = answer_tokens(record, agent)
    bounds = Bounds(
        reserved if reserved < TURNS[agent] else None,
        most if most < ANSWER_TOKENS[agent] else None,
    )
    try:
        arn = agent_arn(services.environ, work.get("api", ""))
        patience = Patience(sleep=services.sleep, tell=services.tell)
        reply = converse(services.client, arn, session, work["message"], work["model"], bounds, patience)
    except AgenticError as error:
        problem = RunError(error.code, f"the {agent} failed: {error.message}", error.hint)
        return services.store.end_step(run_id, step, Usage(), RunStatus.FAILED, problem, claim=work["claim"])
    spending.give_back(run_id, reserved, reply.usage.model_calls)
    if bounds.reached(reply) and (step is Step.EXECUTE or services.store.get(run_id).code_ref is None):
        # The agent had more to say; a script that it has begun to execute goes on.
        name = "model_calls" if "iterations" in reply.stop_reason else limit
        spending.end(run_id, record.limits.reached(name))
    return reply


def ended(record: RunRecord) -> dict[str, Any]:
    """The tool's answer for a run that has ended without what the step was for."""
    error = record.error or RunError("failed", "the run ended without a reason")
    told = {RunStatus.ASKS, RunStatus.REFUSED, RunStatus.CANCELLED}
    status = str(record.status) if record.status in told else "failed"
    return {"status": status, "message": error.message, **({"hint": error.hint} if error.hint else {})}


def agent_arn(environ: Mapping[str, str], api: str = "") -> str:
    """The agent that does the work: the function's only one, or of its variants the API's own (any, when none is named)."""
    if "AGENTIC_AGENT_ARN" in environ:
        return environ["AGENTIC_AGENT_ARN"]
    variants: dict[str, str] = json.loads(environ["AGENTIC_AGENT_ARNS"])
    return variants[api] if api else next(iter(variants.values()))


def _work_and_wait(services: Services, record: RunRecord, step: Step, message: str) -> dict[str, Any]:
    """Have another invocation of this function do the work; its answer, or that it is still running."""
    from botocore.exceptions import ReadTimeoutError  # pyright: ignore[reportMissingTypeStubs]

    client, itself = services.client("lambda"), services.environ["AWS_LAMBDA_FUNCTION_NAME"]
    # What tells this step from one of another round: an invocation may end, or come once more, long after its own.
    claim = record.handles[_CLAIMED_FOR[step]]
    work = {"run_id": record.run_id, "api": record.api, "message": message, "model": record.model, "claim": claim}
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
    return ended(services.store.end_step(record.run_id, step, Usage(), RunStatus.FAILED, problem, claim=claim))


def _wait_for(services: Services, run_id: str, step: Step) -> RunRecord | None:
    """The record once a step that somebody else works on is done; None when it is not after the tool's wait."""
    deadline = services.clock() + float(services.setting("tool_wait"))
    while True:
        record = services.store.get(run_id)
        taken_back = step is Step.EXECUTE and record.status is RunStatus.GENERATING
        if record.status.final or taken_back or getattr(record, f"{step}_state") == DONE:
            return record
        if services.clock() + _PAUSE_SECONDS > deadline:
            return None
        services.sleep(_PAUSE_SECONDS)
