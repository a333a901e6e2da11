"""The one table of routes: the app answers them, the OpenAPI document tells them, and a stack's API Gateway has them.

Light on purpose: whoever only needs to know the paths imports no web framework.
"""

from dataclasses import dataclass
from enum import StrEnum

from agentic.serving import shapes


class Access(StrEnum):
    """Who may ask. `open` routes hold no data of anybody; `local` ones are there in `agentic serve` only."""

    OPEN = "open"
    CALLER = "caller"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path. `status` is the one of success; `problems` what else it answers, beside what any route does."""

    method: str
    path: str
    operation: str
    summary: str
    answer: type
    status: int = 200
    body: type | None = None
    query: type | None = None
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    stream: bool = False
    problems: tuple[int, ...] = ()
    access: Access = Access.CALLER

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file of the web console; it holds no data of anybody, and needs no caller."""

    path: str


IDEMPOTENCY_KEY = "Idempotency-Key"
LAST_EVENT_ID = "Last-Event-ID"
_RUN = "/runs/{run_id}"

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/runs",
        operation="submit_run",
        summary="Submit a run; it is carried out by a worker",
        body=shapes.NewRun,
        answer=shapes.Accepted,
        status=202,
        request_headers=(IDEMPOTENCY_KEY,),
        response_headers=("Location",),
        problems=(409,),
    ),
    Route(
        method="GET",
        path="/runs",
        operation="list_runs",
        summary="The newest runs of the caller",
        query=shapes.WantedRuns,
        answer=shapes.Runs,
    ),
    Route(
        method="GET",
        path=_RUN,
        operation="show_run",
        summary="One run: what happened when, its script, its result",
        answer=shapes.RunView,
        problems=(404,),
    ),
    Route(
        method="GET",
        path=f"{_RUN}/events",
        operation="follow_run",
        summary="What happens in a run: a page of events, or a stream of server-sent events by `Accept: text/event-stream`",
        query=shapes.WantedEvents,
        answer=shapes.Events,
        request_headers=(LAST_EVENT_ID,),
        stream=True,
        problems=(404,),
    ),
    Route(
        method="GET",
        path=f"{_RUN}/calls/{{seq}}",
        operation="show_call",
        summary="What one call of a run sent and was answered, redacted",
        answer=shapes.CallBodies,
        problems=(404,),
    ),
    Route(
        method="POST",
        path=f"{_RUN}/approve",
        operation="approve_run",
        summary="Allow the write that a paused run waits with",
        body=shapes.Approve,
        answer=shapes.RunState,
        status=202,
        problems=(404, 409),
    ),
    Route(
        method="POST",
        path=f"{_RUN}/reject",
        operation="reject_run",
        summary="Do not allow it: the run ends",
        answer=shapes.RunState,
        problems=(404, 409),
    ),
    Route(
        method="POST",
        path=f"{_RUN}/cancel",
        operation="cancel_run",
        summary="End a run; one that has ended stays as it is",
        answer=shapes.RunState,
        problems=(404, 409),
    ),
    Route(method="GET", path="/apis", operation="list_apis", summary="The APIs of this stack", answer=shapes.Apis),
    Route(
        method="POST",
        path="/validate",
        operation="validate_script",
        summary="Judge a script without running it",
        body=shapes.Validate,
        answer=shapes.Judged,
    ),
    Route(
        method="GET", path="/sessions", operation="list_sessions", summary="The caller's sessions", answer=shapes.SessionList
    ),
    Route(
        method="GET",
        path="/sessions/{name}",
        operation="show_session",
        summary="What the next run in a session is told",
        answer=shapes.SessionView,
    ),
    Route(
        method="DELETE",
        path="/sessions/{name}",
        operation="clear_session",
        summary="Forget a session; its runs stay",
        answer=shapes.Forgotten,
    ),
    Route(
        method="GET",
        path="/plugins",
        operation="list_plugins",
        summary="The plugins installed on this machine",
        answer=shapes.Plugins,
        access=Access.LOCAL,
    ),
    Route(
        method="GET",
        path="/doctor",
        operation="doctor",
        summary="What works on this machine",
        answer=shapes.Doctor,
        access=Access.LOCAL,
    ),
    Route(method="GET", path="/about", operation="about", summary="This server, and who is asking", answer=shapes.About),
    Route(
        method="GET",
        path="/openapi.json",
        operation="document",
        summary="This document",
        answer=shapes.Document,
    ),
    Route(
        method="GET",
        path="/health",
        operation="health",
        summary="Whether it answers",
        answer=shapes.Health,
        access=Access.OPEN,
    ),
)

PAGES: tuple[Page, ...] = (Page(path="/"), Page(path="/static/{name}"))
