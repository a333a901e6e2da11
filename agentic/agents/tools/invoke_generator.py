"""invoke_generator: have the generator agent write the script. The task comes from the run record, not from a model."""

from typing import Any

from agentic.agents.conversation import Reply, converse, session_id
from agentic.agents.declaration import ASK, DECLINE, GENERATOR, generator_message
from agentic.agents.tools.delegation import STILL_RUNNING, ended, start_work, wait_for
from agentic.agents.tools.events import Arguments, text
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError
from agentic.core.names import new_handle, run_of
from agentic.core.values import RunError, RunStatus, Usage
from agentic.runs import RunRecord, Step


def invoke_generator(arguments: Arguments, services: Services) -> dict[str, Any]:
    handle = text(arguments, "handle")
    generator_handle = new_handle(run_of(handle))
    record, fresh = services.store.claim_generate(handle, generator_handle)
    if fresh:
        start_work(services, {"run_id": record.run_id, "handle": generator_handle})
    finished = wait_for(services, record.run_id, Step.GENERATE)
    if finished is None:
        return STILL_RUNNING
    if finished.code_ref and not finished.error:
        return {"status": "done", "code_key": finished.code_ref.key}
    return ended(finished)


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The asynchronous part: one conversation with the generator, then the step's end in the record."""
    record = services.store.get(arguments["run_id"])
    message = generator_message(record.task, record.api, arguments["handle"])
    try:
        reply = converse(
            services.client("bedrock-agentcore"),
            services.setting("harness_arn"),
            session_id(record.run_id, GENERATOR),
            message,
            record.model,
        )
    except AgenticError as error:
        problem = RunError(error.code, f"the generator failed: {error.message}", error.hint)
        services.store.end_step(record.run_id, Step.GENERATE, Usage(), RunStatus.FAILED, problem)
        return {"status": "failed"}
    status, problem = _judge(services.store.get(record.run_id), reply)
    services.store.end_step(record.run_id, Step.GENERATE, reply.usage, status, problem)
    return {"status": status or "done"}


def _judge(record: RunRecord, reply: Reply) -> tuple[RunStatus | None, RunError | None]:
    """What the record, and only where it has no script the generator's own words, say of the step."""
    if record.code_ref:
        return None, None
    for line in reply.text.splitlines():
        if line.startswith(DECLINE):
            return RunStatus.REFUSED, _spoken("declined", line.removeprefix(DECLINE), reply.text)
        if line.startswith(ASK):
            return RunStatus.ASKS, _spoken("asks", line.removeprefix(ASK), reply.text)
    why = "it answered without storing one" if reply.complete else f"it stopped: {reply.stop_reason or 'no answer'}"
    said = f"; it said: {reply.text[:200]}" if reply.text else ""
    return RunStatus.FAILED, RunError(
        "no_script", f"the generator wrote no script ({why}{said})", "try again, or another --model"
    )


def _spoken(code: str, line: str, whole: str) -> RunError:
    _, _, rest = whole.partition(line)
    return RunError(code, line.strip()[:500], rest.strip()[:2000])
