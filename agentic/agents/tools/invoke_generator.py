"""invoke_generator: have the generator agent write the script. The task comes from the run record, not from a model."""

from typing import Any

from agentic.agents.declaration import GENERATOR
from agentic.agents.tools.delegation import delegate, ended, talk
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.further_script import message_for
from agentic.agents.tools.no_script import no_script
from agentic.agents.tools.services import Services
from agentic.core.names import new_handle, run_of
from agentic.runs import RunRecord, Step


def invoke_generator(arguments: Arguments, services: Services) -> dict[str, Any]:
    """`api` counts only where the run has none yet and may be for it; the record says so, and is written by the claim."""
    handle = name_of(arguments, "handle")
    api = name_of(arguments, "api") if arguments.get("api") not in (None, "") else ""
    generator_handle = new_handle(run_of(handle))
    wanted = services.store.rounds.claim_wanted(handle, generator_handle)
    record, fresh = (wanted, True) if wanted else services.store.claim_generate(handle, generator_handle, api)
    return delegate(services, record, Step.GENERATE, message_for(record, generator_handle), _report, fresh=fresh)


def work(arguments: Arguments, services: Services) -> dict[str, Any]:
    """The work itself: one conversation with the generator, then the step's end in the record."""
    reply = talk(services, arguments, GENERATOR, Step.GENERATE)
    if isinstance(reply, RunRecord):
        return _report(reply)
    record = services.store.end_step(arguments["run_id"], Step.GENERATE, reply.usage, claim=arguments["claim"])
    if not record.code_ref and record.handles.get(GENERATOR) == arguments["claim"]:
        status, problem = no_script(reply, record.repair)
        record = services.store.finish(record.run_id, status, error=problem)
    return _report(record)


def _report(record: RunRecord) -> dict[str, Any]:
    if record.code_ref and not record.error:
        return {"status": "done", "code_key": record.code_ref.key}
    return ended(record)
