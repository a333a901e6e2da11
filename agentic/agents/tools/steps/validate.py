"""The workflow's step after a script is stored: validate it, and when it is refused, begin the next round or end the run."""

from agentic.agents.declaration import EXECUTOR, ORCHESTRATOR, generator_message_again
from agentic.agents.tools.events import Arguments
from agentic.agents.tools.repair import told_finding
from agentic.agents.tools.services import Services
from agentic.agents.tools.steps.work import ENDED, EXECUTE, GENERATE, Answer, StepWork
from agentic.agents.tools.validate_code import judge, read_script
from agentic.core.errors import RefusedError, UsageError
from agentic.core.values import CodeRef, RunStatus, Verdict
from agentic.runs import RunRecord
from agentic.runs.record import is_of

_FINDINGS_TOLD = 10
# A state of an execution holds 256 KB in all; a longer script is not repeated to the model.
_SCRIPT_TOLD = 64 * 1024


def validate_steps(arguments: Arguments, services: Services) -> Answer:
    """The step `validate` of the function validate_code; `regenerations` are the rounds allowed after the first one."""
    if arguments.get("step") != "validate":
        raise UsageError(f"validate_code has no step {arguments.get('step')!r}")
    work, allowed = StepWork.of(arguments), arguments.get("regenerations")
    if not isinstance(allowed, int) or isinstance(allowed, bool) or allowed < 0:
        raise UsageError("the argument 'regenerations' must be a whole number")
    record = services.store.of_handle(work.handle, ORCHESTRATOR)
    if record.status.final:
        return dict(ENDED)
    if record.round == work.round + 1 and record.status is RunStatus.GENERATING and record.earlier:
        # This very step got so far when it was tried before: the same bytes give the same findings.
        code_ref = record.earlier[-1]
        return _again(work, record, *_judged(services, record, code_ref))
    if record.round != work.round or record.code_ref is None:
        raise RefusedError(f"the run is {record.status} in round {record.round}; this step does not fit")
    record, _ = services.store.claim_execute(work.handle, record.code_ref.key, work.executor_handle)
    if not is_of(work.executor_handle, record.handles.get(EXECUTOR, "")) or record.code_ref is None:
        raise RefusedError("the run is under way already")
    verdict, body = _judged(services, record, record.code_ref)
    if verdict.valid or record.round >= allowed:
        if record.verdict is None:
            services.store.record_verdict(record.run_id, verdict)
        going_on = {"next": EXECUTE, "round": work.round, "message": "", "api": record.api}
        return going_on if verdict.valid else dict(ENDED)
    services.store.rounds.claim_next(work.handle, record, work.generator_handle(record.round + 1), allowed)
    if not services.store.spending.reserve(work.run_id, 1):
        return dict(ENDED)
    return _again(work, record, verdict, body)


def _judged(services: Services, record: RunRecord, code_ref: CodeRef) -> tuple[Verdict, bytes]:
    body = read_script(services, code_ref)
    return judge(services, record.api, body), body


def _again(work: StepWork, record: RunRecord, verdict: Verdict, body: bytes) -> Answer:
    number = work.round + 1
    script = body.decode(errors="replace") if len(body) <= _SCRIPT_TOLD else "(too long to be repeated)"
    findings = [told_finding(finding) for finding in verdict.findings[:_FINDINGS_TOLD]]
    handle = work.generator_handle(number)
    message = generator_message_again(record.task, record.api, handle, script, findings, record.before)
    return {"next": GENERATE, "round": number, "message": message, "api": record.api}
