"""execute_code, the launcher: checks the script once more, opens a grant, has the wall run it, stores the outcome.

Everything the wall answers is a claim: sizes and types are checked, calls are taken from the journal only.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from agentic.agents.declaration import EXECUTOR
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.repair import after_running
from agentic.agents.tools.services import Services
from agentic.agents.tools.unsettled import unsettled
from agentic.agents.tools.validate_code import judge, read_script, recorded_code
from agentic.broker.replay import LOOK_AT_IT, left_undone
from agentic.core.errors import RefusedError
from agentic.core.names import execution_key, function_name, new_grant
from agentic.core.values import Outcome, RunError, RunStatus, WriteMode, to_json
from agentic.runs import Entry, RunRecord

OUTPUT_BYTES = 64 * 1024
# DynamoDB's items end at 400 KB: stdout and stderr, as JSON, leave room for a question, a script to be repaired and the rest.
_KEPT_BYTES = OUTPUT_BYTES * 3 // 2
# What the grant lives beyond the script's own limit: start and end of the wall.
_GRACE_SECONDS = 30.0
_SHOWN = 2000
_REASON = re.compile(r"[a-z_]{0,32}")
_LAYER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:/+-]{0,63}")
_LAYERS = 32
_BROKE_OFF = Outcome(success=False, reason="sandbox", stderr="the sandbox could not be asked, or ended before it could answer")
# Reasons that say nothing about the script: the broker's function has broken several times in a row, or the zygote under it.
_NOT_THE_SCRIPTS = {"broker", "broke_off"}
_STOPPED = {
    "killed": "the script was killed by a signal: its own, or the machine's for want of memory",
    "memory": "the script was stopped: it used more memory than it may have",
}
# How often a script is executed at most, where a function breaks under it; the journal gives it what was done before.
_TRIES = 3


def execute_code(arguments: Arguments, services: Services) -> dict[str, Any]:
    """Execute the run's script: for the first time after validation, or again where a pause or a crash has cut it short."""
    record = services.store.of_handle(name_of(arguments, "handle"), EXECUTOR)
    body = read_script(services, recorded_code(record, name_of(arguments, "code_key")))
    # The verdict in the record is about the same digest; these are the bytes that run, so they are what is judged.
    verdict = judge(services, record.api, body)
    if not verdict.valid:
        raise RefusedError(f"the script is not valid: {verdict.summary}")
    for number in range(_TRIES):
        record, outcome = _attempt(services, record, body.decode(), last=number + 1 == _TRIES)
        if outcome is not None:
            break
    if record.status is not RunStatus.GENERATING:
        _log(services, record)
    return told(record)


def _attempt(services: Services, record: RunRecord, code: str, *, last: bool) -> tuple[RunRecord, Outcome | None]:
    """One execution; no outcome when a function on the way broke: that says nothing about the script, another may begin."""
    # The function has time for so long a script, whatever a record says.
    seconds, grant = float(min(record.limits.seconds, int(services.setting("run_seconds")))), new_grant(record.run_id)
    record = services.store.attempts.open(record, grant, seconds + _GRACE_SECONDS)
    outcome: Outcome | None = None
    try:
        outcome = _run(services, record, code, grant, seconds)
    # Whatever kept the wall from being asked: it says nothing about the script either.
    except Exception:
        if last:
            raise
    finally:
        # Whatever happened: an attempt that nobody follows any more must not keep its grant.
        if outcome is None and not last:
            record = services.store.attempts.abandon(record)
        else:
            record = _ended(services, record, outcome or _BROKE_OFF, code, seconds)
    return record, outcome


def _ended(services: Services, record: RunRecord, outcome: Outcome, code: str, seconds: float) -> RunRecord:
    """Close the attempt with its outcome; a script that failed by itself is given back to be written anew, if that may be."""
    left, sent = unsettled(services, record)
    problem = _not_known(left) or _problem(services, record, outcome, seconds)
    if problem and (taken := after_running(services, record, outcome, problem, code.encode())):
        # For the log: the run's record keeps nothing of an earlier script but where it is, and why it was given up.
        _log(services, replace(record, status=RunStatus.FAILED, outcome=outcome, error=problem))
        return taken
    closed = services.store.attempts.close(record, outcome, problem, sent=sent)
    if closed.status is RunStatus.EXECUTING and closed.attempt == record.attempt:
        # A write has left since. No further one will: the grant is revoked.
        return _ended(services, record, outcome, code, seconds)
    return closed


def _not_known(left: Sequence[Entry]) -> RunError | None:
    if not left:
        return None
    calls = ", ".join(f"{entry.call.method} {entry.call.url}" for entry in left[:5])
    ended = "the script ended without waiting for an answer"
    return RunError("unknown", f"nobody knows whether {calls} was done: {ended}", LOOK_AT_IT)


def serial(record: RunRecord) -> bool:
    """Whether an execution's threads take turns: where it will have to be done again in the same order, and where it is."""
    return record.writes is WriteMode.APPROVE or record.again


def told(record: RunRecord) -> dict[str, Any]:
    """What the executor is told of its script's end."""
    outcome = record.outcome or _BROKE_OFF
    if record.status is RunStatus.PAUSED:
        return {"status": record.status, "message": "a write waits for the person's approval; report that, and stop"}
    if record.status is RunStatus.GENERATING:
        return {"status": "failed", "message": "the script failed; report that, and stop"}
    return {
        "status": record.status,
        "exit": outcome.exit,
        "stdout": outcome.stdout[:_SHOWN],
        "stderr": outcome.stderr[-_SHOWN:],
    }


def _run(services: Services, record: RunRecord, code: str, grant: str, seconds: float) -> Outcome | None:
    """The wall's claim; None when it broke off."""
    brief = {
        "code": code,
        "grant": grant,
        "seconds": seconds,
        "output_bytes": min(OUTPUT_BYTES, record.limits.output_bytes),
        "flood_bytes": record.limits.output_bytes,
        "pins": {
            "seed": record.pins_seed,
            "started_at": record.pins_started,
            "serial": serial(record),
            "skip_sleep": record.again,
            # As many requests as the attempts before have made; after that it asks the API, which may want it to wait.
            "replayed": len(services.store.journal.entries(record.run_id, record.round)) if record.again else 0,
        },
    }
    answer = services.client("lambda").invoke(
        FunctionName=function_name(services.setting("prefix"), "run_code", record.api),
        TenantId=f"{record.run_id}-{record.attempt}",
        Payload=json.dumps(brief).encode(),
    )
    payload = answer["Payload"].read()
    if answer.get("FunctionError"):
        return None
    outcome = claimed(payload, seconds + _GRACE_SECONDS)
    return None if outcome.reason in _NOT_THE_SCRIPTS else outcome


def claimed(payload: bytes, longest: float) -> Outcome:
    """The wall's answer as an outcome, whatever it is made of: known fields only, bounded, free of contradictions.

    `longest` are the seconds that a run can take. What is missing or makes no sense is left out, never an error.
    """
    try:
        answer: Any = json.loads(payload)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Outcome(success=False, reason="sandbox", stderr="the sandbox gave an answer that is no outcome")
    claim = cast("dict[str, Any]", answer)
    status, reason, layers = claim.get("exit"), claim.get("reason") or "", claim.get("layers")
    if not isinstance(reason, str) or not _REASON.fullmatch(reason):
        reason = "sandbox"
    if not isinstance(status, int) or isinstance(status, bool) or not 0 <= status <= 255:
        status = None
    success = claim.get("success") is True and status == 0 and not reason
    if not success and not status and not reason:
        reason = "sandbox"
    return Outcome(
        success=success,
        stdout=_text(claim.get("stdout")),
        stderr=_text(claim.get("stderr")),
        exit=status,
        duration_ms=_milliseconds(claim.get("duration_ms"), longest),
        layers=tuple(filter(_is_layer, cast("list[Any]", layers)))[:_LAYERS] if isinstance(layers, list) else (),
        reason=reason,
    )


def _text(value: object) -> str:
    """At most OUTPUT_BYTES of it, and so much that the record's item can hold it however it is escaped."""
    if not isinstance(value, str):
        return ""
    kept = value.encode("utf-8", "replace")[:OUTPUT_BYTES].decode("utf-8", "ignore")
    while len(json.dumps(kept, ensure_ascii=False).encode()) > _KEPT_BYTES:
        kept = kept[: len(kept) * 3 // 4]
    return kept


def _milliseconds(value: object, longest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    # Not a number compares with nothing, and a number too large for a float still compares.
    return float(value) if 0 <= value <= longest * 1000 else 0.0


def _is_layer(value: object) -> bool:
    return isinstance(value, str) and bool(_LAYER.fullmatch(value))


def _problem(services: Services, record: RunRecord, outcome: Outcome, seconds: float) -> RunError | None:
    left = ()
    if record.again and not outcome.reason:
        now = services.store.get(record.run_id)
        left = left_undone(services.store.journal.entries(record.run_id), record.round, record.attempt, now.sent)
    if left:
        calls = ", ".join(f"{entry.call.method} {entry.call.url}" for entry in left[:5])
        return RunError("diverged", f"run again, the script did not ask any more for what it had done: {calls}")
    if outcome.success:
        return None
    if outcome.reason == "timeout":
        hint = record.limits.reached("seconds").hint
        return RunError("timeout", f"the script took longer than {seconds:g} s and was stopped", hint)
    if outcome.reason == "output":
        return record.limits.reached("output_bytes")
    if outcome.reason == "sandbox" and outcome.stderr:
        why, _, what_to_do = outcome.stderr.partition("\n")
        return RunError("sandbox", why[:500], what_to_do.strip()[:500])
    if outcome.reason:
        return RunError("sandbox", _STOPPED.get(outcome.reason, f"the script was stopped: {outcome.reason}"))
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
    # Two scripts of a run may end in the same second.
    name = f"{record.run_id}_{record.round}" if record.round else record.run_id
    services.client("s3").put_object(
        Bucket=services.setting("bucket"),
        Key=execution_key(record.api, status, services.now(), name),
        Body=json.dumps(content, ensure_ascii=False, indent=1).encode(),
        ContentType="application/json",
    )
