"""invoke_executor: have the executor agent validate and run the script. What it reports comes from the run record."""

from typing import Any

from agentic.agents.conversation import converse, session_id
from agentic.agents.declaration import EXECUTOR, executor_message
from agentic.agents.tools.delegation import STILL_RUNNING, ended, start_work, wait_for
from agentic.agents.tools.events import Arguments, text
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError
from agentic.core.names import new_handle, run_of
from agentic.core.values import Call, Outcome, RunError, RunStatus, Usage
from agentic.runs import RunRecord, Step

# What the orchestrator's model needs to answer the person; the whole output is in the record.
_STDOUT_SHOWN = 4000
_STDERR_SHOWN = 1000
_CALLS_SHOWN = 50


def invoke_executor(arguments: Arguments, services: Services) -> dict[str, Any]:
    handle, code_key = text(arguments, "handle"), text(arguments, "code_key")
    executor_handle = new_handle(run_of(handle))
    record, fresh = services.store.claim_execute(handle, code_key, executor_handle)
    if fresh:
        start_work(services, {"run_id": record.run_id, "handle": executor_handle, "code_key": code_key})
    finished = wait_for(services, record.run_id, Step.EXECUTE)
    if finished is None:
        return STILL_RUNNING
    if finished.outcome is None:
        return ended(finished)
    return _report(finished, finished.outcome, services.store.calls(record.run_id))


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The asynchronous part: one conversation with the executor, then the step's end in the record."""
    run_id = arguments["run_id"]
    record = services.store.get(run_id)
    try:
        reply = converse(
            services.client("bedrock-agentcore"),
            services.setting("harness_arn"),
            session_id(run_id, EXECUTOR),
            executor_message(arguments["handle"], arguments["code_key"]),
            record.model,
        )
    except AgenticError as error:
        problem = RunError(error.code, f"the executor failed: {error.message}", error.hint)
        services.store.end_step(run_id, Step.EXECUTE, Usage(), RunStatus.FAILED, problem)
        return {"status": "failed"}
    problem = RunError(
        "not_executed",
        f"the executor did not run the script (it stopped: {reply.stop_reason or 'no answer'})",
        "try again, or another --model",
    )
    # Only takes effect when the tools have not ended the run, as they do on success and on refusal.
    services.store.end_step(run_id, Step.EXECUTE, reply.usage, RunStatus.FAILED, problem)
    return {"status": "done"}


def _report(record: RunRecord, outcome: Outcome, calls: tuple[Call, ...]) -> dict[str, Any]:
    report: dict[str, Any] = {
        "status": "completed" if record.status is RunStatus.COMPLETED else "failed",
        "exit": outcome.exit,
        "stdout": outcome.stdout[:_STDOUT_SHOWN],
        "calls": [f"{call.method} {call.url} {call.status}" for call in calls[:_CALLS_SHOWN]],
    }
    if outcome.stderr:
        report["stderr"] = outcome.stderr[-_STDERR_SHOWN:]
    if record.error:
        report["message"] = record.error.message
    return report
