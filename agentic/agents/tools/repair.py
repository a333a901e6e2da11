"""What a generator is told of its script that was refused, or failed when it ran; and when it is asked at all."""

from agentic.agents.tools.services import Services
from agentic.core.values import CallState, Finding, Outcome, Repair, RunError, Verdict
from agentic.runs import RunRecord

# The model that always writes the same script for a task, which failing would not change.
OFFLINE = "offline"
_FINDINGS_TOLD = 10
_CALLS_TOLD = 30
_OUTPUT_TOLD = 2000
# A record holds 400 KB in all.
_SCRIPT_TOLD = 64 * 1024
_TOO_LONG = "(too long to be repeated)"


def after_validation(services: Services, record: RunRecord, verdict: Verdict, body: bytes) -> RunRecord | None:
    """Take back a script that validation refuses, with the findings; None when it is not to be written anew."""
    error = RunError("validation_failed", f"Code validation failed: {verdict.summary}")
    told = ("Validation refused it:", *(told_finding(finding) for finding in verdict.findings[:_FINDINGS_TOLD]))
    return _taken_back(services, record, Repair(told, _script(body), error))


def after_running(services: Services, record: RunRecord, outcome: Outcome, error: RunError, body: bytes) -> RunRecord | None:
    """Take back a script that ended with an error of its own or of the API, with what it said and what it has done."""
    if error.code != "script_failed":
        return None
    entries = services.store.journal.entries(record.run_id)
    done = [
        f"{entry.call.method} {entry.call.url} {dict(entry.call.params)} answered {entry.call.status}"
        for entry in entries
        if entry.call.write and entry.state is CallState.APPLIED
    ]
    told = [
        f"It ended with status {outcome.exit}. It printed to stderr:",
        outcome.stderr[-_OUTPUT_TOLD:].strip() or "(nothing)",
    ]
    if done:
        told += ["These writes are done already, and must not be done again; go on from them:", *done[:_CALLS_TOLD]]
    return _taken_back(services, record, Repair(tuple(told), _script(body), error))


def told_finding(finding: Finding) -> str:
    where = f"line {finding.line}: " if finding.line else ""
    return f"{where}{finding.rule}: {finding.message}" + (f" ({finding.fix})" if finding.fix else "")


def _taken_back(services: Services, record: RunRecord, repair: Repair) -> RunRecord | None:
    if record.model == OFFLINE:
        return None
    return services.store.rounds.take_back(record, repair, int(services.setting("regenerations")))


def _script(body: bytes) -> str:
    return body.decode(errors="replace") if len(body) <= _SCRIPT_TOLD else _TOO_LONG
