"""The console as a browser meets it: the real app on a loopback port, over tables in moto, and a worker whom the test plays."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from playwright.sync_api import Page, expect

from agentic.agents.front_door import FrontDoor
from agentic.agents.tools.generate_code import store_script
from agentic.agents.tools.services import Services
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_handle
from agentic.core.values import Approval, Call, CallState, Finding, Outcome, PendingCall, RunError, Target, Usage, Verdict
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.journal import Entry
from agentic.runs.record import Step
from agentic.serving.app import app
from agentic.serving.console_files import console_files
from agentic.serving.looking import Looking
from tests.serving.serving_stage import ALICE, Laptop, Queue, Stage, stage

API = "https://api.stripe.com"
BUCKET = "agentic-dev-code"
SCRIPT = """import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
customer = stripe.Customer.create(name="Alice")
print(f"Created customer {customer.id}: {customer.name}")
"""


class SickLaptop(Laptop):
    """A plugin that works and one that does not; a check that passes, a note, and one that fails."""

    def plugins(self) -> list[dict[str, Any]]:
        of_package = {"package": "agentic-api-developer", "version": "0.1.0", "built_in": True}
        stripe = {
            "name": "stripe",
            "title": "Stripe",
            "surface_version": 1,
            "hosts": ["api.stripe.com", "files.stripe.com"],
            "operations": 107,
            "sdk": {"requirement": "stripe>=14,<17", "distribution": "stripe", "installed": "16.1.0", "fits": True},
            "secrets": [{"field": "api_key", "title": "Stripe secret key", "found": "", "kind": ""}],
            "key_check": True,
            "fake": True,
            "recipes": 47,
        }
        return [
            {"name": "stripe", **of_package, "status": "ok", "error": "", "apis": [stripe]},
            {"name": "slack", **of_package, "status": "broken", "error": "it cannot be imported", "apis": []},
        ]

    def doctor(self) -> dict[str, Any]:
        return {
            "healthy": False,
            "items": [
                {"name": "Python", "state": "ok", "text": "3.12.1", "next": ""},
                {"name": "keyring", "state": "note", "text": "none here", "next": ""},
                {"name": "plugin slack", "state": "problem", "text": "it cannot be imported", "next": "reinstall it"},
                {"name": "layer seccomp", "state": "ok", "text": "stops system calls", "next": ""},
            ],
        }


class ApprovingQueue(Queue):
    """Decides in the record as the submitter does; the worker who goes on is the test."""

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunRecord:
        super().approve(run_id, asked, by, every=every)
        record = self.store.get(run_id)
        return self.store.attempts.approve(
            record, Approval(digest=asked.digest, account=asked.account, all=every, by=by, at=time.time())
        )


@dataclass(frozen=True)
class Console:
    """A served stack: `url` is the console's, `worker` carries its runs out."""

    url: str
    stage: Stage
    worker: "Worker"

    def link(self, place: str = "") -> str:
        """The link that signs in; `place` is a page of the console's, such as `runs`."""
        return f"{self.url}/#token={ALICE}" if not place else f"{self.url}/#/{place}"

    def open(self, page: Page, place: str = "") -> Page:
        """Sign in and go to a page."""
        page.goto(self.link())
        expect(page.get_by_role("heading", name="New run")).to_be_visible()
        if place:
            page.goto(self.link(place))
        return page


@dataclass(frozen=True)
class Worker:
    """Plays the agents and the broker: writes into the records what they would."""

    services: Services
    queue: Queue

    @property
    def store(self) -> RunStore:
        return self.services.store

    def new_run(self, run_id: str, task: str) -> "Work":
        handle = new_handle(run_id)
        new = NewRun(
            run_id=run_id,
            api="stripe",
            task=task,
            target=Target.FAKE,
            limits=RunLimits(),
            model="offline",
            caller="alice",
            person="alice",
            # Billionths of a dollar for a token in and one out.
            rates={"generator": (1000, 2000)},
            priced=True,
        )
        self.store.create(new, handle)
        return Work(self, run_id, handle)

    def taken(self, run_id: str) -> "Work":
        """A run that a browser has submitted."""
        self.queue.waiting.remove(run_id)
        return Work(self, run_id, self.queue.handles[run_id])


@dataclass
class Work:
    """One run being carried out, step by step."""

    worker: Worker
    run_id: str
    orchestrator: str
    attempt: Any = None
    number: int = 0

    @property
    def store(self) -> RunStore:
        return self.worker.store

    def generates(self) -> None:
        self.generator = new_handle(self.run_id)
        _, claimed = self.store.claim_generate(self.orchestrator, self.generator)
        assert claimed

    def writes_script(self, code: str = SCRIPT) -> None:
        self.code_ref = store_script(self.worker.services, "stripe", "a task", code.encode())
        self.store.record_code(self.generator, self.code_ref)
        self.store.end_step(self.run_id, Step.GENERATE, Usage(2, 1200, 140))
        self.executor = new_handle(self.run_id)
        self.store.claim_execute(self.orchestrator, self.code_ref.key, self.executor)

    def validates(self, findings: Sequence[Finding] = ()) -> None:
        self.store.record_verdict(self.run_id, Verdict(not findings, tuple(findings)))

    def executes(self) -> None:
        self.grant = new_handle(self.run_id)
        self.attempt = self.store.attempts.open(self.store.get(self.run_id), self.grant, 60)

    def calls(
        self, method: str = "POST", path: str = "/v1/customers", params: Any = None, status: int = 200, body: str = "{}"
    ) -> None:
        taken = self.store.ledger.take_call(self.grant, "stripe", method != "GET")
        self.number += 1
        call = Call(self.number, method, API + path, params or {}, write=method != "GET", at=time.time())
        entry = Entry(
            round=0,
            attempt=taken.attempt,
            number=self.number,
            digest=f"{self.number:064x}",
            call=call,
            request=HttpRequest(method, API + path, (), b""),
            account="a" * 32,
            until=time.time() + 60,
        )
        self.store.ledger.begin(taken, entry)
        done = replace(call, status=status, state=CallState.APPLIED, duration_ms=12.5)
        answer = HttpResponse(status, (("Content-Type", "application/json"),), body.encode())
        self.store.ledger.settle(taken, replace(entry, call=done, response=answer))

    def pauses(self, **changes: Any) -> PendingCall:
        taken = self.store.ledger.take_call(self.grant, "stripe", True)
        pending = PendingCall(
            digest="d" * 64,
            method="POST",
            url=f"{API}/v1/customers",
            body="name=Alice&metadata%5Bnote%5D=first+one",
            what="POST /v1/customers (customers)",
            target=Target.FAKE,
            account="a" * 32,
            code_sha256=self.code_ref.sha256,
            asked_at=time.time(),
            expires=time.time() + 86_400,
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            lane="0",
        )
        pending = replace(pending, **changes)
        assert self.store.ledger.pause(taken, pending)
        return pending

    def ends(self, stdout: str = "", stderr: str = "", error: RunError | None = None) -> None:
        outcome = Outcome(error is None, stdout, stderr, 0 if error is None else 1, 214.8, ("seccomp",))
        self.store.attempts.close(self.attempt, outcome, error)

    def through(self, stdout: str = "Created customer cus_1: Alice\n") -> None:
        """All of it, as it goes when nothing is asked and nothing fails."""
        self.generates()
        self.writes_script()
        self.validates()
        self.executes()
        self.calls(params={"name": "Alice"}, body='{"id": "cus_1", "name": "Alice"}')
        self.ends(stdout)


@contextmanager
def served_console(dynamodb: Any, s3: Any) -> Iterator[Console]:
    """`s3` has the bucket."""
    made = stage(dynamodb, time.time)
    clients = {"dynamodb": dynamodb, "s3": s3}
    services = Services({"AGENTIC_TABLE": "runs", "AGENTIC_BUCKET": BUCKET}, clients.__getitem__)
    names = StackNames("dev")
    door = FrontDoor(services, names, "arn:aws:bedrock-agentcore:eu-central-1:1:harness/h", RunLimits())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        queue = ApprovingQueue(door)
        serving = replace(
            made.serving,
            door=door,
            looking=Looking(services, names),
            submitter=queue,
            hosts=frozenset({host}),
            files=console_files(),
            machine=SickLaptop(),
            look_seconds=0.05,
        )
        made = Stage(serving, queue, made.tokens)
        with _answering(app(serving), listening):
            yield Console(f"http://{host}", made, Worker(services, queue))


@contextmanager
def _answering(application: Any, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(application, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
