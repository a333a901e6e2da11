"""What the HTTP API takes and gives: every request's and answer's shape, declared once for reader, writer and document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agentic.agents.request import MAX_TASK_LENGTH
from agentic.core.limits import NAMES
from agentic.core.turns import Turn
from agentic.core.values import Finding, RunError, RunResult, RunStatus, Target, WriteMode
from agentic.runs.sessions import Session
from agentic.serving.declared import declared

_SCRIPT_LENGTH = 256 * 1024
_NAME = {"maxLength": 100}


# --- requests -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A task to carry out, or (with `code`) a script of the caller's own."""

    task: str = declared("what to do, in words", minLength=1, maxLength=MAX_TASK_LENGTH, pattern=r"\S", words="is empty")
    api: str = declared("the API to use; empty: the one that the task or the script tells", "", **_NAME)
    writes: WriteMode | None = declared("may the script change things; null: by the key", None)  # noqa: RUF009 # a field
    model: str = declared("the model that takes the place of the stack's own; empty: these", "", maxLength=200)
    session: str = declared("a name: runs under it know what the earlier ones did", "", **_NAME)
    limits: Mapping[str, float] = declared("budgets below the stack's, by name", {}, keys=NAMES)
    code: str | None = declared("the caller's own script, instead of one that is written", None, maxLength=_SCRIPT_LENGTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRuns:
    """Which runs a list has; what is empty counts not."""

    limit: int = declared("how many at most", 50, minimum=1, maximum=200)
    cursor: str = declared("`next` of the page before", "", maxLength=2000)
    status: str = declared("only these, by commas: failed,refused", "", maxLength=200)
    api: str = declared("only runs for this API", "", **_NAME)
    words: str = declared("only tasks that have all these words", "", maxLength=400)
    since: str = declared("30m, 2h, 7d ago, or a date with or without a time (UTC)", "", maxLength=40)
    session: str = declared("only runs of this session", "", **_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEvents:
    """Where to go on, and how long to wait for something new."""

    after: str = declared("`next` of the page before, or the id of the last event seen", "", maxLength=4000)
    wait: float = declared("seconds to wait at most while there is nothing new", 0.0, minimum=0, maximum=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Leave for the write that was shown: `pending` of the run, as read. `lane` and `asked_at` are compared when given."""

    digest: str = declared("`digest` of the pending call that was shown", minLength=1, maxLength=200)
    lane: str | None = declared("its `lane`", None, maxLength=200)
    asked_at: float | None = declared("its `asked_at`", None)
    every: bool = declared("and all further writes of the same script", False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validate:
    """A script to be judged; nothing is stored or run."""

    code: str = declared("the script", maxLength=_SCRIPT_LENGTH)
    api: str = declared("the API it is for; empty: the one that its imports and addresses tell", "", **_NAME)


# --- answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the run is found."""

    run: str
    events: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A run that was taken in. `created` is false where the Idempotency-Key had made it before. `position`: runs before it."""

    run_id: str
    status: RunStatus
    created: bool
    position: int | None
    links: Links


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A run after it was acted on."""

    run_id: str
    status: RunStatus
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run in a list."""

    run_id: str
    created_at: str
    status: RunStatus
    api: str
    task: str
    session: str
    model: str
    calls_made: int
    error: RunError | None
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """The newest runs first. `next` is the cursor of the next page; empty at the end. A page may have fewer than `limit`."""

    runs: tuple[RunRow, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView(RunResult):
    """A run: all that its record says. `position`: runs before it in the queue, null once it has begun."""

    position: int | None = None
    caller: str = ""
    session: str = ""
    target: Target = Target.FAKE
    writes: WriteMode | None = None
    limits: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run. `id` says where to go on, `at` when it was (seconds since the epoch).

    `type`: `step` (name, facts), `call` (as in the run's `calls`), `pending` (the call that waits for leave), `status`
    (status, position), `end` (status, error, answer).
    """

    id: str
    type: str
    at: float
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What happened since. `next` goes on from here; `done`: nothing more will come."""

    events: tuple[Event, ...]
    next: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A task that is known to work."""

    name: str
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API of this stack. `writes` counts where a run says nothing: `allow`, or `by_key` (a test key: allow, else: ask)."""

    name: str
    title: str
    families: tuple[str, ...]
    closed: tuple[str, ...]
    hosts: tuple[str, ...]
    examples: tuple[Example, ...]
    writes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apis:
    apis: tuple[Api, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The validator's verdict."""

    api: str
    valid: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionList:
    """The caller's sessions, the one used last first."""

    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """What the next run in a session is told, the oldest turn first."""

    name: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """So many turns of the session were forgotten; the runs themselves stay."""

    name: str
    forgotten: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBodies:
    """What one call sent and was answered. Values that look secret are redacted; `…` follows where a body was cut off."""

    seq: int
    request_body: str
    response_status: int | None
    response_headers: Mapping[str, str]
    response_body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """The installed plugins, as `agentic plugins list --json` has them."""

    plugins: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """What works on this machine, as `agentic doctor --json` has it."""

    healthy: bool
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """This server: `local` is true for `agentic serve`, which alone has `/plugins` and `/doctor`. `model` is what runs use."""

    version: str
    local: bool
    target: Target
    model: str
    caller: str
    stack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """It answers; nothing else is said to who has not shown who they are."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """An error (RFC 9457). `code` is stable, `detail` one line for a person, `hint` the next step."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An OpenAPI document."""

    openapi: str
    info: Mapping[str, Any]
    paths: Mapping[str, Any]
