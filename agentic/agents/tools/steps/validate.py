"""The workflow's step after a script is stored: validate it, and when it is refused, begin the next round or end the run."""

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR
from agentic.agents.tools.events import Arguments
from agentic.agents.tools.services import Services
from agentic.agents.tools.steps.work import ENDED, EXECUTE, Answer, StepWork
from agentic.agents.tools.validate_code import validate_code
from agentic.core.errors import RefusedError, UsageError
from agentic.runs.record import is_of


def validate_steps(arguments: Arguments, services: Services) -> Answer:
    """The step `validate` of the function validate_code."""
    if arguments.get("step") != "validate":
        raise UsageError(f"validate_code has no step {arguments.get('step')!r}")
    work = StepWork.of(arguments)
    record = services.store.of_handle(work.handle, ORCHESTRATOR)
    if record.status.final:
        return dict(ENDED)
    if again := work.next_round(services, record):
        # This very step got so far when it was tried before.
        return again
    if record.round != work.round or record.code_ref is None:
        raise RefusedError(f"the run is {record.status} in round {record.round}; this step does not fit")
    record, _ = services.store.claim_execute(work.handle, record.code_ref.key, work.executor_handle)
    if not is_of(work.executor_handle, record.handles.get(EXECUTOR, "")) or record.code_ref is None:
        raise RefusedError("the run is under way already")
    if record.verdict is None:
        validate_code({"handle": work.executor_handle, "code_key": record.code_ref.key}, services)
        record = services.store.get(record.run_id)
    if record.verdict and record.verdict.valid and not record.status.final:
        return {"next": EXECUTE, "round": work.round, "message": "", "api": record.api}
    return work.next_round(services, record) or dict(ENDED)
