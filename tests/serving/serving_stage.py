"""A stack served without a cloud: the runs table in moto, and a queue whose workers the test itself plays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette

from agentic.agents.front_door import FrontDoor, RunRequest
from agentic.agents.tools.services import Services
from agentic.core.errors import UsageError
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_handle
from agentic.core.values import PendingCall, RunError, RunStatus, Target, Verdict
from agentic.registry import Registry
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.serving.app import app
from agentic.serving.looking import Looking
from agentic.serving.models import offline_only
from agentic.serving.quotas import RequestCounts
from agentic.serving.serving import Caller, Serving
from agentic.validator import ValidationPolicy, validate

ALICE, BOB = "alice's token", "bob's token"
HOST = "127.0.0.1:8460"


@dataclass
class Tokens:
    """Who carries which token. `switched_off` is the control of the tests of this wall."""

    switched_off: bool = False
    known: Mapping[str, Caller] = field(
        default_factory=lambda: {ALICE: Caller("alice", "alice"), BOB: Caller("bob", "bob")},
    )
    challenge = "Bearer"

    def caller(self, headers: Mapping[str, str], scope: Mapping[str, Any]) -> Caller | None:
        if self.switched_off:
            return self.known[ALICE]
        return self.known.get(headers.get("authorization", "").removeprefix("Bearer "))


@dataclass(frozen=True)
class Submission:
    run_id: str
    created: bool
    position: int


class Queue:
    """Takes runs in as `Submitter` does, and leaves their work to the test."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._keys: dict[tuple[str, str], tuple[str, RunRequest]] = {}
        self.waiting: list[str] = []
        self.handles: dict[str, str] = {}
        self.approved: list[tuple[str, PendingCall, str, bool]] = []

    @property
    def store(self) -> RunStore:
        return self._door.store

    def submit(self, request: RunRequest, *, caller: str, idempotency_key: str = "") -> Submission:
        if idempotency_key:
            known, body = self._keys.get((caller, idempotency_key), ("", request))
            if known and replace(body, run_id="") != replace(request, run_id=""):
                raise _UsedKeyError("the Idempotency-Key was used for another request")
            if known:
                return Submission(known, False, 0)
            self._keys[caller, idempotency_key] = (request.run_id, request)
        new = NewRun(
            run_id=request.run_id,
            api=request.api,
            task=request.task,
            target=request.target,
            limits=RunLimits().lowered_to(request.limits),
            writes=request.writes,
            model=request.model,
            session=request.session,
            caller=caller,
        )
        self.handles[request.run_id] = new_handle(request.run_id)
        self.store.create(new, self.handles[request.run_id])
        self.waiting.append(request.run_id)
        return Submission(request.run_id, True, len(self.waiting) - 1)

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunRecord:
        self.approved.append((run_id, asked, by, every))
        return self.store.get(run_id)

    def reject(self, run_id: str, by: str) -> object:
        return self._door.reject(run_id, by)

    def cancel(self, run_id: str) -> object:
        if run_id in self.waiting:
            self.waiting.remove(run_id)
        return self.store.finish(
            run_id, RunStatus.CANCELLED, error=RunError("cancelled", "cancelled by the person"), paused=True
        )

    def position(self, run_id: str) -> int | None:
        return self.waiting.index(run_id) if run_id in self.waiting else None


class _UsedKeyError(UsageError):
    code = "idempotency"


class Laptop:
    """The machine of a server that runs on one."""

    def plugins(self) -> list[dict[str, Any]]:
        return [{"name": "stripe", "status": "ok"}]

    def doctor(self) -> dict[str, Any]:
        return {"healthy": True, "items": [{"name": "Python", "state": "ok", "text": "3.12", "next": ""}]}


@dataclass
class Stage:
    """The parts, each of which a test may change before it asks for the app."""

    serving: Serving
    queue: Queue
    tokens: Tokens

    @property
    def store(self) -> RunStore:
        return self.queue.store

    def request(self, task: str) -> RunRequest:
        return RunRequest.of({"task": task}, tuple(self.serving.specs.values()), Target.FAKE, "offline")

    def app(self, **changes: Any) -> Starlette:
        return app(replace(self.serving, **changes))


def raised(error: Exception) -> None:
    """A fault of the program fails the test that found it."""
    raise error


def stage(dynamodb: Any, clock: Any, *, requests: int = 10_000) -> Stage:
    services = Services({"AGENTIC_TABLE": "runs"}, {"dynamodb": dynamodb}.__getitem__, clock=clock)
    door = FrontDoor(services, StackNames("dev"), "arn:aws:bedrock-agentcore:eu-central-1:1:harness/h", RunLimits())
    queue, tokens = Queue(door), Tokens()
    specs = {name: Registry.load().get(name) for name in ("stripe", "github")}

    def judge(api: str, code: bytes) -> Verdict:
        return validate(code, ValidationPolicy.for_spec(specs[api]))

    serving = Serving(
        door=door,
        looking=Looking(services, StackNames("dev")),
        submitter=queue,
        specs=specs,
        authentication=tokens,
        counting=RequestCounts(lambda: dynamodb, "runs", requests, clock),
        judge=judge,
        version="1",
        stack="dev",
        target=Target.FAKE,
        read_model=offline_only,
        hosts=frozenset({HOST}),
        scheme="http",
        machine=Laptop(),
        files={"index.html": b"<!doctype html>", "app.js": b"export {};"},
        look_seconds=0.01,
        unforeseen=raised,
    )
    return Stage(serving, queue, tokens)
