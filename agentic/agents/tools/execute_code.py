"""execute_code, the launcher: checks the script once more, opens a grant, has the wall run it, stores the outcome.

Everything the wall answers is a claim: sizes and types are checked, calls are taken from the journal only.
"""

import json
from typing import Any

from agentic.agents.declaration import EXECUTOR
from agentic.agents.tools.events import Arguments, text
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import judge, read_script, recorded_code
from agentic.core.errors import RefusedError
from agentic.core.names import execution_key, function_name, new_grant
from agentic.core.values import Outcome, RunError, RunStatus, to_json
from agentic.runs import RunRecord

OUTPUT_BYTES = 64 * 1024
# What the grant lives beyond the script's own limit: start and end of the wall.
_GRACE_SECONDS = 30.0
_SHOWN = 2000


def execute_code(arguments: Arguments, services: Services) -> dict[str, Any]:
    record = services.store.with_handle(text(arguments, "handle"), EXECUTOR, RunStatus.VALIDATING)
    body = read_script(services, recorded_code(record, text(arguments, "code_key")))
    # The verdict in the record is about the same digest; these are the bytes that run, so they are what is judged.
    verdict = judge(services, record.api, body)
    if not verdict.valid:
        raise RefusedError(f"the script is not valid: {verdict.summary}")
    seconds, grant = float(services.setting("run_seconds")), new_grant(record.run_id)
    services.store.open_attempt(record, grant, seconds + _GRACE_SECONDS)
    outcome = _run(services, record, body.decode(), grant, seconds)
    record = services.store.close_attempt(record.run_id, outcome, _problem(outcome, seconds))
    _log(services, record)
    return {
        "status": record.status,
        "exit": outcome.exit,
        "stdout": outcome.stdout[:_SHOWN],
        "stderr": outcome.stderr[-_SHOWN:],
    }


def _run(services: Services, record: RunRecord, code: str, grant: str, seconds: float) -> Outcome:
    answer = services.client("lambda").invoke(
        FunctionName=function_name(services.setting("prefix"), "run_code", record.api),
        TenantId=f"{record.run_id}-1",
        Payload=json.dumps({"code": code, "grant": grant, "seconds": seconds, "output_bytes": OUTPUT_BYTES}).encode(),
    )
    payload = answer["Payload"].read()
    if answer.get("FunctionError"):
        return Outcome(success=False, reason="sandbox", stderr="the sandbox ended before it could answer")
    return _claimed(payload)


def _claimed(payload: bytes) -> Outcome:
    """The wall's answer as an outcome, whatever it is made of."""
    try:
        claim: dict[str, Any] = dict(json.loads(payload))
        status = claim.get("exit")
        return Outcome(
            success=claim.get("success") is True,
            stdout=str(claim.get("stdout", ""))[:OUTPUT_BYTES],
            stderr=str(claim.get("stderr", ""))[:OUTPUT_BYTES],
            exit=status if isinstance(status, int) else None,
            duration_ms=float(claim.get("duration_ms", 0.0)),
            layers=tuple(str(layer)[:64] for layer in claim.get("layers", ()))[:32],
            reason=str(claim.get("reason", ""))[:64],
        )
    except (ValueError, TypeError):
        return Outcome(success=False, reason="sandbox", stderr="the sandbox gave an answer that is no outcome")


def _problem(outcome: Outcome, seconds: float) -> RunError | None:
    if outcome.success:
        return None
    if outcome.reason == "timeout":
        return RunError(
            "timeout", f"the script took longer than {seconds:g} s and was stopped", "set agentic:run_seconds higher"
        )
    if outcome.reason:
        return RunError("sandbox", f"the script was stopped: {outcome.reason}")
    lines = [line for line in outcome.stderr.splitlines() if line.strip()]
    said = f": {lines[-1].strip()[:300]}" if lines else ""
    return RunError("script_failed", f"the script ended with status {outcome.exit}{said}")


def _log(services: Services, record: RunRecord) -> None:
    content = {
        "run_id": record.run_id,
        "api": record.api,
        "task": record.task,
        "status": record.status,
        "code_ref": to_json(record.code_ref),
        "verdict": to_json(record.verdict),
        "outcome": to_json(record.outcome),
        "calls": to_json(services.store.calls(record.run_id)),
        "error": to_json(record.error),
    }
    status = "success" if record.status is RunStatus.COMPLETED else str(record.status)
    services.client("s3").put_object(
        Bucket=services.setting("bucket"),
        Key=execution_key(record.api, status, services.now(), record.run_id),
        Body=json.dumps(content, ensure_ascii=False, indent=1).encode(),
        ContentType="application/json",
    )
