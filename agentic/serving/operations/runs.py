"""Submitting, listing, showing and deciding on runs. A run of another caller is as if it were not there."""

import dataclasses
import re
from datetime import UTC, datetime
from typing import Any

from agentic.agents.front_door import RunRequest
from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.values import Call, PendingCall, RunResult, RunStatus
from agentic.runs import RunRecord
from agentic.runs.wanted import Wanted
from agentic.serving import paging
from agentic.serving.asked import Answer, Asked, unknown_run
from agentic.serving.bodies import shown_body, shown_headers
from agentic.serving.problems import Problem
from agentic.serving.shapes import Accepted, Approve, CallBodies, Links, NewRun, RunRow, Runs, RunState, RunView, WantedRuns

_RUN_ID = re.compile(r"run_[0-9a-f]{16}")
_LONGEST_KEY = 200


def submit_run(asked: Asked) -> Answer:
    """Raises `Problem`, and the errors of `RunRequest.of` and `Submitter.submit`."""
    serving, body = asked.serving, asked.body
    assert isinstance(body, NewRun)  # noqa: S101 # as the route declares
    key = asked.headers.get("idempotency-key", "")
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise Problem(422, "invalid", f"the Idempotency-Key must have at most {_LONGEST_KEY} printable characters")
    fields = {item.name: getattr(body, item.name) for item in dataclasses.fields(body)}
    model = serving.read_model(body.model)
    request = RunRequest.of(fields, tuple(serving.specs.values()), serving.target, model, person=asked.caller.person)
    submission = serving.submitter.submit(request, caller=asked.caller.name, idempotency_key=key)
    run_id = submission.run_id
    # The same key again: the run may be far by now.
    status = RunStatus.QUEUED if submission.created else serving.looking.run(run_id)[0].status
    position = submission.position if status is RunStatus.QUEUED else None
    links = Links(run=f"/runs/{run_id}", events=f"/runs/{run_id}/events")
    accepted = Accepted(run_id=run_id, status=status, created=submission.created, position=position, links=links)
    return Answer(accepted, {"Location": links.run})


def list_runs(asked: Asked) -> Answer:
    """Raises `UsageError` for a status or a time that is none, `Problem` for a cursor that is none."""
    query = asked.query
    assert isinstance(query, WantedRuns)  # noqa: S101 # as the route declares
    fields = {"status": query.status, "api": query.api, "task": query.words, "since": query.since}
    wanted = Wanted.of(fields, datetime.now(UTC))

    def chosen(record: RunRecord) -> bool:
        fits = not query.session or record.session == query.session
        return fits and asked.caller.may_see(record) and wanted(record)

    page = asked.serving.looking.page(int(query.limit), chosen, wanted.since, paging.read(query.cursor))
    return Answer(Runs(runs=tuple(map(_row, page.runs)), next=paging.write(page.next)))


def show_run(asked: Asked) -> Answer:
    """Raises `Problem` 404."""
    record = _own(asked)
    result = asked.serving.door.result(record.run_id)
    facts: dict[str, Any] = {item.name: getattr(result, item.name) for item in dataclasses.fields(RunResult)}
    view = RunView(
        **facts,
        position=_position(asked, record),
        caller=record.caller,
        session=record.session,
        target=record.target,
        writes=record.writes,
        limits=record.limits.to_json(),
    )
    return Answer(view)


def show_call(asked: Asked) -> Answer:
    """Raises `Problem` 404."""
    record, number = _own(asked), asked.path["seq"]
    entry = asked.serving.looking.entry(record.run_id, int(number)) if re.fullmatch(r"[1-9]\d{0,5}", number, re.ASCII) else None
    if entry is None:
        raise Problem(
            404, "unknown_call", f"the run has no call {number[:20]!r}", hint="its `calls` have their numbers as `seq`"
        )
    request, response = entry.request, entry.response
    bodies = CallBodies(
        seq=int(number),
        request_body=shown_body(request.headers, request.body) if request else "",
        response_status=response.status if response else entry.call.status,
        response_headers=shown_headers(response.headers) if response else {},
        response_body=shown_body(response.headers, response.body) if response else "",
    )
    return Answer(bodies)


def approve_run(asked: Asked) -> Answer:
    """Raises `Problem` 404, and `RefusedError` where the run waits with another call or with none."""
    record, body = _own(asked), asked.body
    assert isinstance(body, Approve)  # noqa: S101 # as the route declares
    pending = _shown(record, body)
    asked.serving.submitter.approve(record.run_id, pending, asked.caller.name, every=body.every)
    return _state(asked)


def reject_run(asked: Asked) -> Answer:
    """Raises as `approve_run`."""
    asked.serving.submitter.reject(_own(asked).run_id, asked.caller.name)
    return _state(asked)


def cancel_run(asked: Asked) -> Answer:
    """Raises `Problem` 404."""
    asked.serving.submitter.cancel(_own(asked).run_id)
    return _state(asked)


def own_run(asked: Asked) -> tuple[RunRecord, tuple[Call, ...]]:
    """The run of the path and its calls. Raises `Problem` 404 for one that is not there, or not the caller's."""
    if not _RUN_ID.fullmatch(asked.run_id):
        raise unknown_run(asked.run_id[:40])
    try:
        record, calls = asked.serving.looking.run(asked.run_id)
    except UnknownRunError:
        # In the very words for one that is another caller's.
        raise unknown_run(asked.run_id) from None
    return asked.own(record), calls


def _own(asked: Asked) -> RunRecord:
    return own_run(asked)[0]


def _shown(record: RunRecord, body: Approve) -> PendingCall:
    pending = record.pending
    if record.status is not RunStatus.PAUSED or pending is None:
        raise RefusedError(f"the run is {record.status}; nothing waits for approval", hint="look at it again")
    same = body.digest == pending.digest
    same = same and body.lane in (None, pending.lane) and body.asked_at in (None, pending.asked_at)
    if not same:
        raise RefusedError("this is not the call that the run waits with", hint="look at its `pending` again")
    return pending


def _state(asked: Asked) -> Answer:
    record, _ = asked.serving.looking.run(asked.run_id)
    return Answer(RunState(run_id=record.run_id, status=record.status, position=_position(asked, record)))


def _position(asked: Asked, record: RunRecord) -> int | None:
    return asked.serving.submitter.position(record.run_id) if record.status is RunStatus.QUEUED else None


def _row(record: RunRecord) -> RunRow:
    return RunRow(
        run_id=record.run_id,
        created_at=record.created_at,
        status=record.status,
        api=record.api,
        task=record.task,
        session=record.session,
        model=record.model,
        calls_made=record.calls_made,
        error=record.error,
        caller=record.caller,
    )
