"""invoke_generator: have the generator agent write the script. The task comes from the run record, not from a model."""

from typing import Any

from agentic.agents.conversation import Reply, converse, session_id
from agentic.agents.declaration import ASK, DECLINE, GENERATOR, generator_message
from agentic.agents.tools.delegation import STILL_RUNNING, ended, wait_for, work_and_wait
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
        message = generator_message(record.task, record.api, generator_handle)
        return work_and_wait(
            services,
            record.run_id,
            Step.GENERATE,
            {"run_id": record.run_id, "message": message, "model": record.model},
        )
    finished = wait_for(services, record.run_id, Step.GENERATE)
    return STILL_RUNNING if finished is None else _report(finished)


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The work itself: one conversation with the generator, then the step's end in the record."""
    run_id, client = arguments["run_id"], services.client("bedrock-agentcore")
    try:
        session = session_id(run_id, GENERATOR)
        reply = converse(client, services.setting("harness_arn"), session, arguments["message"], arguments["model"])
    except AgenticError as error:
        problem = RunError(error.code, f"the generator failed: {error.message}", error.hint)
        return _report(services.store.end_step(run_id, Step.GENERATE, Usage(), RunStatus.FAILED, problem))
    record = services.store.end_step(run_id, Step.GENERATE, reply.usage)
    if not record.code_ref:
        status, problem = _judge(reply)
        record = services.store.finish(run_id, status, error=problem)
    return _report(record)


def _report(record: RunRecord) -> dict[str, Any]:
    if record.code_ref and not record.error:
        return {"status": "done", "code_key": record.code_ref.key}
    return ended(record)


def _judge(reply: Reply) -> tuple[RunStatus, RunError]:
    """Why there is no script: the only case in which the generator's own words count."""
    for line in reply.text.splitlines():
        if line.startswith(DECLINE):
            return RunStatus.REFUSED, _spoken("declined", line, DECLINE, reply.text)
        if line.startswith(ASK):
            return RunStatus.ASKS, _spoken("asks", line, ASK, reply.text)
    why = "it answered without storing one" if reply.complete else f"it stopped: {reply.stop_reason or 'no answer'}"
    said = f"; it said: {reply.text[:200]}" if reply.text else ""
    message = f"the generator wrote no script ({why}{said})"
    return RunStatus.FAILED, RunError("no_script", message, "try again, or another --model")


def _spoken(code: str, line: str, word: str, whole: str) -> RunError:
    """What was said in the line that begins with `word`, and below it as the hint."""
    _, _, rest = whole.partition(line)
    return RunError(code, line.removeprefix(word).strip()[:500], rest.strip()[:2000])
