"""The workflow's step that runs the validated script; where that fails, the next round begins or the run ends.

It is never tried again once it has begun: the function itself tries again what may be.
"""

from agentic.agents.declaration import ORCHESTRATOR
from agentic.agents.tools.events import Arguments
from agentic.agents.tools.execute_code import execute_code
from agentic.agents.tools.services import Services
from agentic.agents.tools.steps.work import ENDED, Answer, StepWork
from agentic.core.errors import RefusedError, UsageError
from agentic.core.values import Usage
from agentic.runs import Step
from agentic.runs.record import digest


def execute_steps(arguments: Arguments, services: Services) -> Answer:
    """The step `execute` of the function execute_code. Which script runs stands in the record, not in the event."""
    if arguments.get("step") != "execute":
        raise UsageError(f"execute_code has no step {arguments.get('step')!r}")
    work = StepWork.of(arguments)
    record = services.store.of_handle(work.handle, ORCHESTRATOR)
    if record.status.final:
        return dict(ENDED)
    if record.code_ref is None or record.round != work.round:
        raise RefusedError(f"the run has no script in round {work.round}")
    execute_code({"handle": work.executor_handle, "code_key": record.code_ref.key}, services)
    services.store.end_step(work.run_id, Step.EXECUTE, Usage(), claim=digest(work.executor_handle))
    return work.next_round(services, services.store.get(work.run_id)) or dict(ENDED)
