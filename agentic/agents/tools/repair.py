"""What a generator is told of its script that was refused, or failed when it ran; and when it is asked at all.

All of it is data of others: a script prints what it likes, and an API's answers hold texts of anybody. So it is bounded,
without what looks like a secret, and reaches the generator as lines of JSON in a block that no text in it can end.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from agentic.agents.tools.services import Services
from agentic.broker.replay import may_be_done
from agentic.core.key_forms import key_forms, looks_like_key
from agentic.core.spec import ApiSpec
from agentic.core.values import CallState, Finding, Outcome, Repair, RunError, Verdict
from agentic.runs import Entry, RunRecord

# The model that always writes the same script for a task, which failing would not change.
OFFLINE = "offline"
# A record's item holds 400 KB in all, and the data of a workflow's state 256 KB: a script, twice escaped, must leave room.
_SCRIPT_TOLD = 32 * 1024
_TOO_LONG = "(too long to be repeated)"
_FINDINGS_TOLD, _FINDING_TOLD = 10, 500
_OUTPUT_TOLD, _ERROR_TOLD = 2000, 300
_CALLS_TOLD, _CALL_TOLD, _ANSWER_TOLD, _NAME_TOLD = 20, 500, 400, 100
# What an API calls an object by, in its answer.
_NAMES = ("id", "number", "full_name", "sha", "html_url")
_DONE, _MAY_BE_DONE = "done", "may be done"
_HIDDEN = "[hidden]"
_WORD = re.compile(r"[^\s\"'`,;()\[\]{}<>]+")
# As the sandbox calls the script (`agentic.sandbox.guest`).
_PLACE = re.compile(r'File "script\.py", line (\d{1,6})')


def after_validation(services: Services, record: RunRecord, verdict: Verdict, body: bytes) -> RunRecord | None:
    """Take back a script that validation refuses, with the findings; None when it is not to be written anew."""
    error = RunError("validation_failed", f"Code validation failed: {verdict.summary}", _first_fix(verdict))
    told = [("validation", _clean(_finding(finding), _FINDING_TOLD)) for finding in verdict.findings[:_FINDINGS_TOLD]]
    # Nothing was done since the last script was taken back.
    done = [fact for fact in (record.repair.told if record.repair else ()) if fact[0] in (_DONE, _MAY_BE_DONE)]
    return _taken_back(services, record, Repair((*told, *done), _script(body), error))


def after_running(services: Services, record: RunRecord, outcome: Outcome, error: RunError, body: bytes) -> RunRecord | None:
    """Take back a script that ended with an error of its own or of the API, with what was said and what it has done."""
    if error.code != "script_failed":
        return None
    spec = services.specs[record.api]
    script = _script(body)
    told = [("exit", str(outcome.exit)), ("stderr", _clean(outcome.stderr[-4 * _OUTPUT_TOLD :], -_OUTPUT_TOLD, spec))]
    told += [("raised at", _clean(place, _ERROR_TOLD, spec)) for place in _raised_at(outcome.stderr, script)]
    entries = services.store.journal.entries(record.run_id, record.round)
    failed = [entry for entry in entries if entry.given == record.attempt and _went_wrong(entry)]
    told += [("call that failed", _clean(_answered(entry), _CALL_TOLD, spec)) for entry in failed[-_CALLS_TOLD:]]
    return _taken_back(services, record, Repair((*told, *_done(services, record)), script, error))


def _taken_back(services: Services, record: RunRecord, repair: Repair) -> RunRecord | None:
    if record.model == OFFLINE:
        return None
    return services.store.rounds.take_back(record, repair, int(services.setting("regenerations")))


def _done(services: Services, record: RunRecord) -> Iterator[tuple[str, str]]:
    """The writes of all scripts so far that have an effect, or may have."""
    spec = services.specs[record.api]
    done = [entry for entry in services.store.journal.entries(record.run_id) if may_be_done(entry)]
    if left_out := len(done) - _CALLS_TOLD:
        yield from [(_DONE, f"{left_out} writes before these")] if left_out > 0 else []
    for entry in done[-_CALLS_TOLD:]:
        what = _DONE if entry.state is CallState.APPLIED else _MAY_BE_DONE
        yield what, _clean(f"{_call(entry)} answered {entry.call.status or 'nothing yet'}{_names(entry)}", _CALL_TOLD, spec)


def _names(entry: Entry) -> str:
    """What the API calls the object that it answered with."""
    try:
        answer: Any = json.loads(entry.response.body) if entry.response else None
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    fields = cast("dict[str, Any]", answer)
    named = {name: str(fields[name])[:_NAME_TOLD] for name in _NAMES if isinstance(fields.get(name), str | int)}
    return f" with {json.dumps(named, ensure_ascii=False)}" if named else ""


def _went_wrong(entry: Entry) -> bool:
    return bool(entry.call.refused) or (entry.call.status or 0) >= 400


def _answered(entry: Entry) -> str:
    if entry.call.refused:
        return f"{_call(entry)} was refused: {entry.call.refused}"
    said = entry.response.body[: 4 * _ANSWER_TOLD].decode("utf-8", "replace")[:_ANSWER_TOLD] if entry.response else ""
    return f"{_call(entry)} answered {entry.call.status}: {said}"


def _call(entry: Entry) -> str:
    params = json.dumps(dict(entry.call.params), ensure_ascii=False, default=str)
    return f"{entry.call.method} {entry.call.url} {params[:_ANSWER_TOLD]}"


def _raised_at(stderr: str, script: str) -> Sequence[str]:
    """The script's line at which the last error was raised, if a traceback names one that there is."""
    numbers = _PLACE.findall(stderr)
    lines = script.splitlines()
    if not numbers or not 0 < int(numbers[-1]) <= len(lines):
        return ()
    return (f"line {numbers[-1]}: {lines[int(numbers[-1]) - 1].strip()}",)


def _finding(finding: Finding) -> str:
    where = f"line {finding.line}: " if finding.line else ""
    return f"{where}{finding.rule}: {finding.message}" + (f" ({finding.fix})" if finding.fix else "")


def _first_fix(verdict: Verdict) -> str:
    return next((finding.fix for finding in verdict.findings if finding.fix), "")


def _script(body: bytes) -> str:
    return body.decode(errors="replace") if len(body) <= _SCRIPT_TOLD else _TOO_LONG


def _clean(text: str, longest: int, spec: ApiSpec | None = None) -> str:
    """`text` without what looks like a secret: its beginning, or with a negative `longest` its end."""
    forms = key_forms([spec]) if spec else ()

    def told(word: re.Match[str]) -> str:
        return _HIDDEN if "_secret" in word[0].lower() or looks_like_key(word[0], forms) else word[0]

    # A key block's lines are words like others.
    text = _HIDDEN if "PRIVATE KEY--" in text else _WORD.sub(told, text)
    text = text.strip()
    if len(text) <= abs(longest):
        return text
    return f"{text[: longest - 1]}…" if longest > 0 else f"…{text[longest + 1 :]}"
