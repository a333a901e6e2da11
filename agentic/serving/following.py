"""Following a run: a page of events that waits for something new, or a stream of server-sent events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from agentic.core.errors import AgenticError
from agentic.core.values import RunStatus, to_json
from agentic.serving import walls
from agentic.serving.asked import Asked
from agentic.serving.events import Cursor, Snapshot
from agentic.serving.operations.runs import own_run
from agentic.serving.problems import Problem
from agentic.serving.shapes import Event, Events, WantedEvents

_HEARTBEAT_SECONDS = 15.0
_COUNT_SECONDS = 3.0
_STREAM = "text/event-stream"


async def follow(asked: Asked, request: Request) -> Response:
    """Raises `Problem` 404 for a run that is not the caller's, 422 for a cursor that is none."""
    query = asked.query
    assert isinstance(query, WantedEvents)  # noqa: S101 # as the route declares
    told = Cursor.read(query.after or asked.headers.get("last-event-id", ""))
    looks = _Looks(asked)
    snapshot = await run_in_threadpool(looks.now)
    if asked.serving.streams and _STREAM in asked.headers.get("accept", "").lower():
        headers = {**walls.ALWAYS, "cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_stream(looks, snapshot, told), 200, headers, _STREAM)
    loop = asyncio.get_running_loop()
    until = loop.time() + query.wait
    while True:
        events, after = snapshot.since(told)
        if events or snapshot.done or loop.time() >= until or await request.is_disconnected():
            break
        await asyncio.sleep(min(looks.seconds, max(0.0, until - loop.time())))
        snapshot = await run_in_threadpool(looks.now)
    page = Events(events=events, next=str(after), done=snapshot.done)
    content = json.dumps(to_json(page), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, 200, {**walls.ALWAYS, "cache-control": "no-store"}, "application/json")


async def _stream(looks: "_Looks", snapshot: Snapshot, told: Cursor) -> AsyncIterator[bytes]:
    """The events as they come; ends behind the run's end, and when the server stops waiting for it."""
    loop = asyncio.get_running_loop()
    yield b": \n\n"
    spoken = loop.time()
    while True:
        events, told = snapshot.since(told)
        for event in events:
            yield _written(event)
        if snapshot.done:
            return
        if events:
            spoken = loop.time()
        elif loop.time() - spoken > _HEARTBEAT_SECONDS:
            yield b": \n\n"
            spoken = loop.time()
        await asyncio.sleep(looks.seconds)
        try:
            snapshot = await run_in_threadpool(looks.now)
        except (AgenticError, BotoCoreError, ClientError, Problem):
            # The stack went away in the middle: whoever listens goes on with another request.
            return


def _written(event: Event) -> bytes:
    """One server-sent event, in ASCII: whatever a reader takes for the end of a line, none begins another field."""
    data = json.dumps(to_json(event), separators=(",", ":"))
    return f"id: {event.id}\nevent: {event.type}\ndata: {data}\n\n".encode("ascii")


class _Looks:
    """One request's looks at its run. Its place in the queue is counted among all runs that wait: not at every look."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._position: int | None = None
        self._counted = -_COUNT_SECONDS
        self.seconds = asked.serving.look_seconds

    def now(self) -> Snapshot:
        record, calls = own_run(self._asked)
        if record.status is not RunStatus.QUEUED:
            return Snapshot(record, calls)
        if time.monotonic() - self._counted >= _COUNT_SECONDS:
            self._position, self._counted = self._asked.serving.submitter.position(record.run_id), time.monotonic()
        return Snapshot(record, calls, self._position)
