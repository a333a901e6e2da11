"""invoke_generator: have the generator agent write the script. The task comes from the run record, not from a model."""

from typing import Any

from agentic.agents.conversation import Reply
from agentic.agents.declaration import ASK, DECLINE, GENERATOR, generator_message
from agentic.agents.tools.delegation import delegate, ended, talk
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.services import Services
from agentic.core.names import new_handle, run_of
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord, Step


def invoke_generator(arguments: Arguments, services: Services) -> dict[str, Any]:
    handle = name_of(arguments, "handle")
    generator_handle = new_handle(run_of(handle))
    record, fresh = services.store.claim_generate(handle, generator_handle)
    message = generator_message(record.task, record.api, generator_handle)
    return delegate(services, record, Step.GENERATE, message, _report, fresh=fresh)


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The work itself: one conversation with the generator, then the step's end in the record."""
    reply = talk(services, arguments, GENERATOR, Step.GENERATE)
    if isinstance(reply, RunRecord):
        return _report(reply)
    record = services.store.end_step(arguments["run_id"], Step.GENERATE, reply.usage)
    if not record.code_ref:
        status, problem = _judge(reply)
        record = services.store.finish(record.run_id, status, error=problem)
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
    return RunError(code, line.removeprefix(word).strip()[:500], rest.strip()[:4000])
