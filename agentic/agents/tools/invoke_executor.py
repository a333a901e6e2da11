"""invoke_executor: have the executor agent validate and run the script. What it reports comes from the run record."""

from typing import Any

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR, executor_message
from agentic.agents.tools.delegation import delegate, ended, talk
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.services import Services
from agentic.core.names import new_handle, run_of
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord, Step

# What the orchestrator's model needs to answer the person; the whole output is in the record.
_STDOUT_SHOWN = 4000
_STDERR_SHOWN = 1000


def invoke_executor(arguments: Arguments, services: Services) -> dict[str, Any]:
    handle, code_key = name_of(arguments, "handle"), name_of(arguments, "code_key")
    executor_handle = new_handle(run_of(handle))
    before = services.store.of_handle(handle, ORCHESTRATOR)
    if code_key in {version.code_ref.key for version in before.earlier}:
        # Asked once more about a script that was taken back meanwhile.
        return _report(before) if before.status.final or before.status is RunStatus.PAUSED else _given_up(before)
    record, fresh = services.store.claim_execute(handle, code_key, executor_handle)
    message = executor_message(executor_handle, code_key)
    return delegate(services, record, Step.EXECUTE, message, _report, fresh=fresh)


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The work itself: one conversation with the executor, then the step's end in the record."""
    reply = talk(services, arguments, EXECUTOR, Step.EXECUTE)
    if isinstance(reply, RunRecord):
        return _report(reply)
    why = f"the executor did not run the script (it stopped: {reply.stop_reason or 'no answer'})"
    problem = RunError("not_executed", why, "try again, or another --model")
    # Only takes effect when the tools have not ended the run, as they do on success and on refusal, or taken the script back.
    ended_so = (RunStatus.FAILED, problem)
    return _report(services.store.end_step(arguments["run_id"], Step.EXECUTE, reply.usage, *ended_so, claim=arguments["claim"]))


def _report(record: RunRecord) -> dict[str, Any]:
    outcome = record.outcome
    if record.status is RunStatus.PAUSED:
        return {"status": "paused", "message": "a write waits for the person's approval; say so, and stop"}
    if record.status is RunStatus.GENERATING and record.repair:
        return _given_up(record)
    if outcome is None:
        return ended(record)
    report: dict[str, Any] = {
        "status": "completed" if record.status is RunStatus.COMPLETED else "failed",
        "exit": outcome.exit,
        "stdout": outcome.stdout[:_STDOUT_SHOWN],
        "api_calls": record.calls_made,
    }
    if outcome.stderr:
        report["stderr"] = outcome.stderr[-_STDERR_SHOWN:]
    if record.error:
        report["message"] = record.error.message
    return report


def _given_up(record: RunRecord) -> dict[str, Any]:
    why = f"{record.repair.error.message}; " if record.repair else ""
    return {"status": "repair", "message": f"{why}call invoke_generator again with the same handle"}
