"""The front door: the one place where a person's task becomes a run, and a run's record becomes an answer.

Only here are API, write mode, target, limits and (for `exec`) the script chosen. It speaks to a stack with AWS clients
only, so it serves the local cloud and a deployed stack alike.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self, cast

from agentic.agents.conversation import Reply, aws_words, session_id, workflow
from agentic.agents.declaration import (
    TURNS,
    ApiToChoose,
    choosing_message,
    orchestrator_message,
    which_api,
)
from agentic.agents.driving import Driving
from agentic.agents.memory import Memory
from agentic.agents.notifying import Notifier
from agentic.agents.resume import Resumption
from agentic.agents.routing import Routable, route
from agentic.agents.tools.execute_code import serial
from agentic.agents.tools.generate_code import MAX_SCRIPT_BYTES, store_script
from agentic.agents.tools.no_script import no_script
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import read_script
from agentic.core.errors import AgenticError, StorageError, UsageError
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_handle, new_run_id
from agentic.core.turns import Turn
from agentic.core.values import PendingCall, RunError, RunResult, RunStatus, Target, WriteMode
from agentic.costs.prices import token_rates
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.recording import Recording
from agentic.runs.wanted import Wanted

MAX_TASK_LENGTH = 4000
_MOST_UNFINISHED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for. `code` is given by `exec`: the person's own script instead of a generated one.

    `api` is empty where the task does not tell it: then it may be for one of `candidates` (`agentic.agents.routing`).
    `session` is one of `person`'s, who is told by whoever took the request in and never by the request itself. `names_api`
    says that the task names an API; `before` is what the session knows, once `FrontDoor.in_session` has looked. `limits` are
    the budgets to be lower than the stack's (`RunLimits`).
    """

    api: str
    task: str
    target: Target
    writes: WriteMode | None = None
    model: str = ""
    session: str = ""
    secret_id: str = ""
    code: str | None = None
    candidates: tuple[ApiToChoose, ...] = ()
    names_api: bool = False
    person: str = ""
    before: tuple[Turn, ...] | None = None
    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    run_id: str = field(default_factory=new_run_id)

    @classmethod
    def of(cls, fields: Mapping[str, Any], apis: Sequence[Routable], target: Target, model: str, *, person: str = "") -> Self:
        """A request from JSON fields (task, api, writes, session, limits, code) to a stack with `apis`, whose API it chooses.

        Raises `UnknownApiError`, and `UsageError` for a script that does not tell its API.
        """
        task, code = str(fields.get("task") or ""), None if fields.get("code") is None else str(fields["code"])
        limits: Any = fields.get("limits") or {}
        if not isinstance(limits, Mapping):
            raise UsageError("the limits must be numbers by name", hint='such as {"writes": 3}')
        choice = route(apis, name=str(fields.get("api") or ""), task=task, code=code)
        return cls(
            api=choice.api,
            task=task,
            target=target,
            writes=WriteMode(fields["writes"]) if fields.get("writes") else None,
            model=model,
            session=str(fields.get("session") or ""),
            person=person,
            limits=cast("Mapping[str, float]", limits),
            names_api=choice.named,
            code=code,
            candidates=()
            if choice.api
            else tuple(ApiToChoose(api.name, api.title, api.words) for api in apis if api.name in choice.candidates),
        )


class FrontDoor:
    """Starts runs on one stack and reads them. `services` give the clients and the settings `table` and `bucket`.

    `limits` are what the stack allows each run, `models` the agents' own, by agent.
    """

    def __init__(
        self,
        services: Services,
        names: StackNames,
        orchestrator_arn: str,
        limits: RunLimits,
        models: Mapping[str, str] | None = None,
    ) -> None:
        self._services = services
        self._names = names
        self._orchestrator_arn = orchestrator_arn
        self._limits = limits
        self._models = dict(models or {})
        self._resumption = Resumption(services, names)
        self._driving = Driving(services, orchestrator_arn, self._resumption)
        self._memory = Memory(services)
        self._notifier = Notifier(services, names.environment)

    @property
    def store(self) -> RunStore:
        return self._services.store

    def run(self, request: RunRequest) -> RunResult:
        """Carry out a task and wait for its end. What goes wrong inside the run is in the result, not raised."""
        started = time.perf_counter()
        _check(request)
        self._check_limits(request)
        request = self.in_session(request)
        with _told():
            if request.session:
                self._memory.begin(request.person, request.session, request.run_id)
            record = self._execute(request) if request.code is not None else self._delegate(request)
            self._notifier.tell(record)
            result = self._result(record)
        total = (time.perf_counter() - started) * 1000
        return replace(result, timings_ms={"total": round(total, 1), **result.timings_ms})

    def in_session(self, request: RunRequest) -> RunRequest:
        """The request with what its session knows; where its task tells no API, the one that the session was about last."""
        if not request.session or request.before is not None:
            return request
        with _told():
            before = self._memory.of(request.person, request.session)
        last = next((turn.api for turn in reversed(before) if turn.api and turn.status != RunStatus.REFUSED), "")
        if request.api or request.names_api or last not in [api.name for api in request.candidates]:
            return replace(request, before=before)
        return replace(request, before=before, api=last, candidates=())

    def sessions(self, action: str, person: str, name: str) -> Any:
        """List a person's sessions, show or clear one of them; gives JSON values."""
        with _told():
            return self._memory.answer(action, person, name)

    def result(self, run_id: str) -> RunResult:
        """A run as its record has it. Raises `UnknownRunError`."""
        with _told():
            record = self._resumption.seen(self.store.get(run_id))
            result = self._result(record)
        if not record.status.final or len(record.steps) < 2:
            return result
        total = (record.steps[-1].at - record.steps[0].at) * 1000
        return replace(result, timings_ms={"total": round(total, 1), **result.timings_ms})

    def recording(self, run_id: str) -> Recording:
        """The last execution of a run's script, to do it again offline. Raises `UnknownRunError`, `UsageError`."""
        with _told():
            record, journal = self.store.get(run_id), self.store.journal
            code = read_script(self._services, record.code_ref).decode() if record.code_ref else ""
            entries = tuple(journal.whole(entry) for entry in journal.entries(run_id))
            return Recording.of(record, code, entries, serial=serial(record))

    def recent(self, limit: int, wanted: Wanted | None = None) -> tuple[RunRecord, ...]:
        """The newest runs first, of those that are wanted."""
        with _told():
            return self.store.recent(limit, wanted, self._resumption.seen)

    def unfinished(self, before: float) -> tuple[str, ...]:
        """The runs that have not ended, wait for nobody, and have been left alone since `before` (epoch seconds).

        However old: a run may have waited long for the approval with which it went on.
        """
        going_on = tuple(status for status in RunStatus if not status.final)
        found = self.recent(_MOST_UNFINISHED, Wanted(statuses=going_on))
        return tuple(
            record.run_id
            for record in found
            if not (record.status is RunStatus.PAUSED and record.approval is None)
            and not (record.steps and record.steps[-1].at >= before)
        )

    def recover(self, run_id: str) -> RunResult:
        """Finish a run in whose middle everything ended, or fail it with the reason: for who knows that nobody works on it."""
        with _told():
            record = self._resumption.recover(self.store.get(run_id))
            self._notifier.tell(record)
            return self._result(record)

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunResult:
        """Allow the write that `asked` showed to a person, and go on to the run's end or next question.

        Raises `UnknownRunError`, and `RefusedError` when the run waits with another call or with none.
        """
        started = time.perf_counter()
        with _told():
            before = len(self.store.calls(run_id))
            self._resumption.approve(self.store.get(run_id), asked, by, every=every)
            record = self._driving.see_through(run_id)
            self._notifier.tell(record)
            result = self._result(record)
        total = (time.perf_counter() - started) * 1000
        # The calls before had their time in the attempts before.
        api = sum(call.duration_ms for call in result.calls[before:])
        return replace(result, timings_ms={"total": round(total, 1), "api": round(api, 1)})

    def reject(self, run_id: str, by: str) -> RunResult:
        """Do not allow it: the run ends. Raises as `approve`."""
        with _told():
            return self._result(self._resumption.reject(self.store.get(run_id), by))

    def cancel(self, run_id: str) -> None:
        """End a run: its grant is revoked, its agents' tools refuse. A run that has ended stays as it is."""
        with _told():
            error = RunError("cancelled", "cancelled by the person")
            self.store.finish(run_id, RunStatus.CANCELLED, error=error, paused=True)
        if workflow.is_workflow(self._orchestrator_arn):
            rounds = range(1, self.store.get(run_id).round + 1)
            for name in (run_id, *(f"{run_id}-{number}" for number in rounds)):
                workflow.stop(self._services.client("stepfunctions"), self._orchestrator_arn, name)

    def _delegate(self, request: RunRequest) -> RunRecord:
        handle = new_handle(request.run_id)
        record = self.store.create(self._new_run(request), handle)
        driver, message = self._driving.driver, _opening(request, handle)
        if workflow.is_workflow(self._orchestrator_arn):
            message = workflow.opening(handle)
            if not request.api:
                # There is no model in its control flow that could choose.
                return self.store.finish(request.run_id, RunStatus.ASKS, error=_which_api(request))
        elif not self.store.spending.reserve(request.run_id, 1):
            return self.store.get(request.run_id)
        try:
            reply, cut_off = self._driving.ask(record, session_id(request.run_id, driver), message)
        except AgenticError as error:
            self._driving.see_through(request.run_id)
            problem = RunError(error.code, f"the {driver} failed: {error.message}", error.hint)
            return self.store.finish(request.run_id, RunStatus.FAILED, error=problem)
        if reply.complete and not request.api and not self.store.get(request.run_id).api:
            return self._not_chosen(request, reply)
        left = self.store.get(request.run_id)
        record = self._driving.see_through(request.run_id)
        why = "" if reply.complete else f" (it stopped: {reply.stop_reason or 'no answer'})"
        problem = RunError("not_done", f"the {driver} ended before the task was done{why}", "try again, or another --model")
        problem = cut_off or problem
        # Takes effect only where the tools have not ended the run already. A run that waits for a person has no answer, and one
        # that went on with another script has not the one that these words are about.
        words = "" if record.status is RunStatus.PAUSED or record.round > left.round else _words(reply)
        return self.store.finish(request.run_id, RunStatus.FAILED, error=problem, answer=words, usage=reply.usage)

    def _not_chosen(self, request: RunRequest, reply: Reply) -> RunRecord:
        """The orchestrator has left it open which API is meant: the person is asked, unless none of them can do the task."""
        status, problem = no_script(reply)
        if status is not RunStatus.REFUSED:
            status, problem = RunStatus.ASKS, _which_api(request)
        return self.store.finish(request.run_id, status, error=problem, usage=reply.usage)

    def _execute(self, request: RunRequest) -> RunRecord:
        """Validate and run the person's script with the tools themselves: no model takes part."""
        code_ref = store_script(self._services, request.api, request.task, (request.code or "").encode())
        handle = new_handle(request.run_id)
        self.store.create(self._new_run(request, code_ref), handle)
        arguments = {"handle": handle, "code_key": code_ref.key}
        problem = self._resumption.invoke("validate_code", arguments)
        if not problem and self.store.get(request.run_id).status is RunStatus.VALIDATING:
            problem = self._resumption.invoke("execute_code", arguments)
        # Whoever executed it has answered, or died.
        record = self._resumption.go_on(self.store.get(request.run_id), dead=True)
        problem = problem or RunError("not_done", "the script was not executed")
        return self.store.finish(record.run_id, RunStatus.FAILED, error=problem)

    def _new_run(self, request: RunRequest, code_ref: Any = None) -> NewRun:
        rates = self._rates(request)
        return NewRun(
            run_id=request.run_id,
            api=request.api,
            task=request.task,
            target=request.target,
            limits=self._limits.lowered_to(request.limits),
            rates=rates,
            priced=len(rates) == len(TURNS) and any(map(any, rates.values())),
            writes=request.writes,
            model=request.model,
            session=request.session,
            secret_id=request.secret_id,
            candidates=tuple(api.name for api in request.candidates),
            before=request.before or (),
            code_ref=code_ref,
        )

    def _rates(self, request: RunRequest) -> dict[str, tuple[int, int]]:
        """What a token costs with each agent's model, of those whose price is known."""
        found = {agent: token_rates(request.model or self._models.get(agent, "")) for agent in TURNS}
        return {agent: rate for agent, rate in found.items() if rate}

    def _check_limits(self, request: RunRequest) -> None:
        self._limits.lowered_to(request.limits)
        unknown = "usd" in request.limits and request.code is None and len(self._rates(request)) < len(TURNS)
        if unknown:
            model = request.model or ", ".join(sorted(set(self._models.values()))) or "the stack's model"
            raise UsageError(f"no price is known for {model}", hint="bound the run with --limit tokens=N instead")

    def _result(self, record: RunRecord) -> RunResult:
        code = ""
        if record.code_ref:
            try:
                code = read_script(self._services, record.code_ref).decode(errors="replace")
            except AgenticError as error:
                code = f"# {error.message}\n"
        calls = self.store.calls(record.run_id, ended=record.status.final) if record.attempt else ()
        completed = record.status is RunStatus.COMPLETED
        # The orchestrator's words are the answer only of a run whose record says that it was done.
        answer = record.answer if completed and record.answer else ""
        if not answer and record.outcome and completed:
            answer = record.outcome.stdout.strip()
        return RunResult(
            run_id=record.run_id,
            status=record.status,
            api=record.api,
            task=record.task,
            answer=answer or (record.error.message if record.error else ""),
            code_ref=record.code_ref,
            code=code,
            verdict=record.verdict,
            outcome=record.outcome,
            calls=calls,
            usage=replace(record.usage, model=record.model),
            timings_ms={"api": round(sum(call.duration_ms for call in calls), 1)},
            error=record.error,
            pending=record.pending if record.status is RunStatus.PAUSED else None,
            created_at=record.created_at,
            steps=record.steps,
            earlier=record.earlier,
        )


@contextmanager
def _told() -> Generator[None]:
    """AWS's own errors as ours: a full disk, a missing permission, a service that does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    try:
        yield
    except ClientError as error:
        message, kind = aws_words(error)
        raise StorageError(message, kind=kind) from error
    except BotoCoreError as error:
        raise StorageError(f"the stack does not answer: {error}") from error


def _opening(request: RunRequest, handle: str) -> str:
    if request.api:
        return orchestrator_message(request.task, request.api, handle, request.before or ())
    return choosing_message(request.task, request.candidates, handle, request.before or ())


def _which_api(request: RunRequest) -> RunError:
    names = ", ".join(api.name for api in request.candidates)
    return RunError(
        "asks", which_api([api.title for api in request.candidates]), f"name it in the task, or with --api: {names}"
    )


def _check(request: RunRequest) -> None:
    if not request.task.strip():
        raise UsageError("the task is empty", hint='try: agentic run "Create a Stripe customer named Alice"')
    if not request.api and (request.code is not None or not request.candidates):
        raise UsageError("no API is named", hint="name it with --api")
    if len(request.task) > MAX_TASK_LENGTH:
        raise UsageError(f"the task has {len(request.task)} characters; at most {MAX_TASK_LENGTH} are allowed")
    if request.code is not None and len(request.code.encode()) > MAX_SCRIPT_BYTES:
        raise UsageError(f"the script is larger than {MAX_SCRIPT_BYTES} bytes")


def _words(reply: Reply) -> str:
    return reply.text if reply.complete else ""
