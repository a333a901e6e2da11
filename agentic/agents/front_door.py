"""The front door: the one place where a person's task becomes a run, and a run's record becomes an answer.

Only here are API, write mode, target, limits and (for `exec`) the script chosen. It speaks to a stack with AWS clients
only, so it serves the local cloud and a deployed stack alike.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agentic.agents.aws_errors import told
from agentic.agents.carrying import Carrying
from agentic.agents.conversation import workflow
from agentic.agents.declaration import TURNS
from agentic.agents.driving import Driving
from agentic.agents.memory import Memory
from agentic.agents.notifying import Notifier
from agentic.agents.request import RunRequest, check_request
from agentic.agents.resume import Resumption
from agentic.agents.tools.execute_code import serial
from agentic.agents.tools.generate_code import store_script
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import read_script
from agentic.core.errors import AgenticError, UsageError
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_handle
from agentic.core.values import CodeRef, PendingCall, RunError, RunResult, RunStatus
from agentic.costs.prices import token_rates
from agentic.runs import NewRun, RunRecord, RunStore
from agentic.runs.recording import Recording
from agentic.runs.wanted import Wanted

__all__ = ["FrontDoor", "RunRequest"]

_MOST_UNFINISHED = 10_000


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
        self._carrying = Carrying(services, orchestrator_arn, self._resumption, self._driving)
        self._memory = Memory(services)
        self._notifier = Notifier(services, names.environment)

    @property
    def store(self) -> RunStore:
        return self._services.store

    def run(self, request: RunRequest) -> RunResult:
        """Carry out a task and wait for its end. What goes wrong inside the run is in the result, not raised."""
        started = time.perf_counter()
        request = self.checked(request)
        with told():
            self.begin_turn(request)
            handle = new_handle(request.run_id)
            carrying = self._carrying
            if request.code is not None:
                record = carrying.execute(self.store.create(self.new_run(request, self.script_of(request)), handle), handle)
            else:
                record = carrying.delegate(self.store.create(self.new_run(request), handle), handle, request.candidates)
            self._notifier.tell(record)
            result = self._result(record)
        total = (time.perf_counter() - started) * 1000
        return replace(result, timings_ms={"total": round(total, 1), **result.timings_ms})

    def checked(self, request: RunRequest) -> RunRequest:
        """The request as it is to be recorded, with what its session knows. Raises `UsageError` for one that cannot be."""
        check_request(request)
        self._check_limits(request)
        return self.in_session(request)

    def begin_turn(self, request: RunRequest) -> None:
        """Give a run that is about to begin its place in its session, where it is of one."""
        if request.session:
            self._memory.begin(request.person, request.session, request.run_id)

    def script_of(self, request: RunRequest) -> CodeRef | None:
        """Store the script that the person brings; None where they bring none."""
        if request.code is None:
            return None
        return store_script(self._services, request.api, request.task, request.code.encode())

    def in_session(self, request: RunRequest) -> RunRequest:
        """The request with what its session knows; where its task tells no API, the one that the session was about last."""
        if not request.session or request.before is not None:
            return request
        with told():
            before = self._memory.of(request.person, request.session)
        last = next((turn.api for turn in reversed(before) if turn.api and turn.status != RunStatus.REFUSED), "")
        if request.api or request.names_api or last not in [api.name for api in request.candidates]:
            return replace(request, before=before)
        return replace(request, before=before, api=last, candidates=())

    def sessions(self, action: str, person: str, name: str) -> Any:
        """List a person's sessions, show or clear one of them; gives JSON values."""
        with told():
            return self._memory.answer(action, person, name)

    def result(self, run_id: str) -> RunResult:
        """A run as its record has it. Raises `UnknownRunError`."""
        with told():
            record = self._resumption.seen(self.store.get(run_id))
            result = self._result(record)
        if not record.status.final or len(record.steps) < 2:
            return result
        total = (record.steps[-1].at - record.steps[0].at) * 1000
        return replace(result, timings_ms={"total": round(total, 1), **result.timings_ms})

    def recording(self, run_id: str) -> Recording:
        """The last execution of a run's script, to do it again offline. Raises `UnknownRunError`, `UsageError`."""
        with told():
            record, journal = self.store.get(run_id), self.store.journal
            code = read_script(self._services, record.code_ref).decode() if record.code_ref else ""
            entries = tuple(journal.whole(entry) for entry in journal.entries(run_id))
            return Recording.of(record, code, entries, serial=serial(record))

    def recent(self, limit: int, wanted: Wanted | None = None) -> tuple[RunRecord, ...]:
        """The newest runs first, of those that are wanted."""
        with told():
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
            if not record.waits
            # What was submitted goes through the queue again.
            and not record.submitted
            and not (record.steps and record.steps[-1].at >= before)
        )

    def recover(self, run_id: str) -> RunResult:
        """Finish a run in whose middle everything ended, or fail it with the reason: for who knows that nobody works on it."""
        with told():
            record = self._resumption.recover(self.store.get(run_id))
            self._notifier.tell(record)
            return self._result(record)

    def approve(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunResult:
        """Allow the write that `asked` showed to a person, and go on to the run's end or next question.

        Raises `UnknownRunError`, and `RefusedError` when the run waits with another call or with none.
        """
        started = time.perf_counter()
        with told():
            before = len(self.store.calls(run_id))
            self._resumption.go_on(self._resumption.allow(self.store.get(run_id), asked, by, every=every))
            record = self._driving.see_through(run_id)
            self._notifier.tell(record)
            result = self._result(record)
        total = (time.perf_counter() - started) * 1000
        # The calls before had their time in the attempts before.
        api = sum(call.duration_ms + call.waited_ms for call in result.calls[before:])
        return replace(result, timings_ms={"total": round(total, 1), "api": round(api, 1)})

    def allow(self, run_id: str, asked: PendingCall, by: str, *, every: bool = False) -> RunRecord:
        """As `approve`, but only to decide: whoever works on the run next goes on with it."""
        with told():
            return self._resumption.allow(self.store.get(run_id), asked, by, every=every)

    def reject(self, run_id: str, by: str) -> RunResult:
        """Do not allow it: the run ends. Raises as `approve`."""
        with told():
            return self._result(self._resumption.reject(self.store.get(run_id), by))

    def cancel(self, run_id: str) -> None:
        """End a run: its grant is revoked, its agents' tools refuse. A run that has ended stays as it is."""
        with told():
            error = RunError("cancelled", "cancelled by the person")
            self.store.finish(run_id, RunStatus.CANCELLED, error=error, paused=True)
        if workflow.is_workflow(self._orchestrator_arn):
            for name in workflow.names_of(run_id, self.store.get(run_id).round):
                workflow.stop(self._services.client("stepfunctions"), self._orchestrator_arn, name)

    def new_run(
        self, request: RunRequest, code_ref: CodeRef | None = None, *, caller: str = "", submitted: bool = False
    ) -> NewRun:
        """What the record of a request's run begins with. `submitted`: by `caller`, through the queue."""
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
            caller=caller,
            person=request.person,
            submitted=submitted,
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
            timings_ms={"api": round(sum(call.duration_ms + call.waited_ms for call in calls), 1)},
            error=record.error,
            pending=record.pending if record.status is RunStatus.PAUSED else None,
            created_at=record.created_at,
            steps=record.steps,
            earlier=record.earlier,
        )
