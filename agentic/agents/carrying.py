"""Carries a recorded run out: from its beginning, or from wherever it was left by a worker that died."""

from collections.abc import Sequence
from typing import Self

from agentic.agents.conversation import Reply, session_id, workflow
from agentic.agents.declaration import ApiToChoose, choosing_message, orchestrator_message, which_api
from agentic.agents.driving import Driving
from agentic.agents.resume import Resumption
from agentic.agents.tools.further_script import ends_as
from agentic.agents.tools.no_script import no_script
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError
from agentic.core.names import StackNames, new_handle
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord, RunStore
from agentic.runs.leases import Held, always

_NOT_DONE = "it broke off before the task was done"


class Carrying:
    """`orchestrator_arn` is what drives the stack's runs: an agent, or a state machine."""

    def __init__(self, services: Services, orchestrator_arn: str, resumption: Resumption, driving: Driving) -> None:
        self._services = services
        self._arn = orchestrator_arn
        self._resumption = resumption
        self._driving = driving

    @classmethod
    def of(cls, services: Services, names: StackNames, orchestrator_arn: str, held: Held = always) -> Self:
        """For who has a run as long as `held` says so; then `LeaseLostError` ends whatever is done here."""
        resumption = Resumption(services, names, held)
        return cls(services, orchestrator_arn, resumption, Driving(services, orchestrator_arn, resumption))

    @property
    def _store(self) -> RunStore:
        return self._services.store

    def delegate(self, record: RunRecord, handle: str, candidates: Sequence[ApiToChoose]) -> RunRecord:
        """Have the agents, or the workflow, do a run's task from its beginning, and see it through."""
        run_id, driver = record.run_id, self._driving.driver
        if workflow.is_workflow(self._arn):
            message = workflow.opening(handle)
            if not record.api:
                # There is no model in its control flow that could choose.
                return self._store.finish(run_id, RunStatus.ASKS, error=_which_api(candidates))
        elif self._store.spending.reserve(run_id, 1):
            message = _opening(record, handle, candidates)
        else:
            return self._store.get(run_id)
        try:
            reply, cut_off = self._driving.ask(record, session_id(run_id, driver), message)
        except AgenticError as error:
            self._resumption.check_held()
            self._driving.see_through(run_id)
            problem = RunError(error.code, f"the {driver} failed: {error.message}", error.hint)
            return self._store.finish(run_id, RunStatus.FAILED, error=problem)
        if reply.complete and not record.api and not self._store.get(run_id).api:
            return self._not_chosen(run_id, candidates, reply)
        left = self._store.get(run_id)
        record = self._driving.see_through(run_id)
        why = "" if reply.complete else f" (it stopped: {reply.stop_reason or 'no answer'})"
        problem = RunError("not_done", f"the {driver} ended before the task was done{why}", "try again, or another --model")
        problem = cut_off or problem
        # Takes effect only where the tools have not ended the run already. A run that waits for a person has no answer, and one
        # that went on with another script has not the one that these words are about.
        words = "" if record.status is RunStatus.PAUSED or record.round > left.round else _words(reply)
        return self._store.finish(run_id, RunStatus.FAILED, error=problem, answer=words, usage=reply.usage)

    def execute(self, record: RunRecord, handle: str) -> RunRecord:
        """Validate and run the person's script with the tools themselves: no model takes part."""
        arguments = {"handle": handle, "code_key": record.code_ref.key if record.code_ref else ""}
        problem = self._resumption.invoke("validate_code", arguments)
        if not problem and self._store.get(record.run_id).status is RunStatus.VALIDATING:
            problem = self._resumption.invoke("execute_code", arguments)
        # Whoever executed it has answered, or died.
        self._resumption.check_held()
        record = self._resumption.go_on(self._store.get(record.run_id), dead=True)
        problem = problem or RunError("not_done", "the script was not executed")
        return self._store.finish(record.run_id, RunStatus.FAILED, error=problem)

    def carry_on(self, run_id: str) -> RunRecord:
        """Bring a run to its end, or to its next question, from wherever it stands; for who alone has it.

        Nothing is done twice: what was executed runs again with what its journal has.
        """
        record = self._resumption.seen(self._store.get(run_id))
        if workflow.is_workflow(self._arn) and not _rests(record):
            record = self._attended(record)
        if _rests(record):
            return record
        record = self._seen_on(record)
        if not _rests(record):
            record = self._store.finish(run_id, RunStatus.FAILED, error=RunError("not_done", _NOT_DONE, "run the task again"))
        if record.status.final and record.attempt:
            self._resumption.settle(record)
        return record

    def _seen_on(self, record: RunRecord) -> RunRecord:
        match record.status:
            case RunStatus.QUEUED:
                return self._begin(record)
            case RunStatus.GENERATING if record.round:
                # Whoever wrote it may be gone. Who is not, has no handle any more.
                record = record if record.wanted else self._store.rounds.want_again(record)
            case RunStatus.GENERATING:
                again = self._store.begin_again(record)
                return self._begin(again) if again else self._driving.see_through(record.run_id)
            case RunStatus.VALIDATING | RunStatus.PAUSED:
                self._resumption.go_on(record, dead=record.status is RunStatus.VALIDATING)
            case _:
                pass
        return self._driving.see_through(record.run_id)

    def _begin(self, record: RunRecord) -> RunRecord:
        handle = new_handle(record.run_id)
        handed = self._store.hand(record.run_id, handle)
        if handed is None:
            return self._store.get(record.run_id)
        if handed.code_ref:
            return self.execute(handed, handle)
        return self.delegate(handed, handle, () if handed.api else self._candidates(handed))

    def _candidates(self, record: RunRecord) -> tuple[ApiToChoose, ...]:
        specs = self._services.specs
        known = [specs[name] for name in record.candidates if name in specs]
        return tuple(ApiToChoose(spec.name, spec.title, spec.words) for spec in known)

    def _attended(self, record: RunRecord) -> RunRecord:
        """Wait for the execution that a worker before this one has started; what it could not do, no other one can.

        There is one execution of a name, and it alone has the run's handle.
        """
        if record.status is RunStatus.PAUSED or (record.status is RunStatus.QUEUED and not record.handles):
            return record
        client, ended = self._services.client("stepfunctions"), ""
        for name in workflow.names_of(record.run_id, record.round):
            ended = workflow.attend(client, self._arn, name, sleep=self._services.sleep)
            self._resumption.check_held()
        record = self._store.get(record.run_id)
        if not ended or record.status not in {RunStatus.QUEUED, RunStatus.GENERATING}:
            return record
        why = "the workflow ended before the task was done"
        status, problem = RunStatus.FAILED, RunError("not_done", f"{why} (it stopped: {ended})", "run the task again")
        if record.repair:
            status, problem = ends_as(record.repair, "the workflow ended before another script was executed")
        return self._store.finish(record.run_id, status, error=problem)

    def _not_chosen(self, run_id: str, candidates: Sequence[ApiToChoose], reply: Reply) -> RunRecord:
        """The orchestrator has left it open which API is meant: the person is asked, unless none of them can do the task."""
        status, problem = no_script(reply)
        if status is not RunStatus.REFUSED:
            status, problem = RunStatus.ASKS, _which_api(candidates)
        return self._store.finish(run_id, status, error=problem, usage=reply.usage)


def _rests(record: RunRecord) -> bool:
    return record.status.final or record.waits


def _opening(record: RunRecord, handle: str, candidates: Sequence[ApiToChoose]) -> str:
    if record.api:
        return orchestrator_message(record.task, record.api, handle, record.before)
    return choosing_message(record.task, candidates, handle, record.before)


def _which_api(candidates: Sequence[ApiToChoose]) -> RunError:
    names = ", ".join(api.name for api in candidates)
    return RunError("asks", which_api([api.title for api in candidates]), f"name it in the task, or with --api: {names}")


def _words(reply: Reply) -> str:
    return reply.text if reply.complete else ""
