"""Sees a run through that whoever drove it has left in the middle: its script, and further scripts where that one failed.

For the front door. A run is left when its agents end while a tool is at work, and when a write of it waits for a person.
"""

from agentic.agents.conversation import Bounds, Patience, Reply, converse, session_id, workflow
from agentic.agents.declaration import ANSWER_TOKENS, ORCHESTRATOR, TURNS, orchestrator_message
from agentic.agents.resume import Resumption
from agentic.agents.tools.further_script import ends_as
from agentic.agents.tools.services import Services
from agentic.core.errors import AgenticError
from agentic.core.limits import BUDGET
from agentic.core.names import new_handle
from agentic.core.values import RunError, RunStatus
from agentic.runs import RunRecord
from agentic.runs.record import DONE
from agentic.runs.spending import answer_tokens

# How often to look whether a script has ended that its agents do not wait for.
_LOOK_SECONDS = 0.5


class Driving:
    """`orchestrator_arn` is what drives the stack's runs: an agent, or a state machine."""

    def __init__(self, services: Services, orchestrator_arn: str, resumption: Resumption) -> None:
        self._services = services
        self._arn = orchestrator_arn
        self._resumption = resumption

    @property
    def driver(self) -> str:
        """What the stack's runs are driven by, for a person."""
        return "workflow" if workflow.is_workflow(self._arn) else ORCHESTRATOR

    def see_through(self, run_id: str) -> RunRecord:
        """The run once nothing of it is under way any more: ended, waiting for a person, or never come to a script."""
        record = self._executed(run_id)
        while record.wanted:
            record = self._written_anew(record)
        return record

    def _executed(self, run_id: str) -> RunRecord:
        """See a script through, by waiting or by executing it again.

        Agents may have ended while their tool is still at work; it may be dead too. Its grant says how long that can take.
        """
        services = self._services
        while (record := services.store.get(run_id)).status is RunStatus.EXECUTING:
            self._resumption.check_held()
            if record.execute_state == DONE or not record.working or record.grant_expires < services.clock():
                return self._resumption.go_on(record, dead=True)
            services.sleep(_LOOK_SECONDS)
        return record

    def _written_anew(self, record: RunRecord) -> RunRecord:
        """Have agents write and execute another script for the last one; where they do not, the run ends as that did."""
        run_id, store, handle = record.run_id, self._services.store, new_handle(record.run_id)
        if record.repair is None or not store.rounds.hand_over(record, handle):
            return store.get(run_id)
        why, cut_off = f"the {self.driver} ended before another script was executed", None
        try:
            if not workflow.is_workflow(self._arn) and not store.spending.reserve(run_id, 1):
                return store.get(run_id)
            reply, cut_off = self._asked(record, handle)
        except AgenticError as error:
            self._resumption.check_held()
            why = f"no other script was written: {error.message}"
        else:
            store.count(run_id, ORCHESTRATOR, reply.usage)
        now = self._executed(run_id)
        going_on = now.wanted and now.round > record.round
        if now.status.final or now.status is RunStatus.PAUSED or going_on:
            return now
        status, problem = ends_as(now.repair or record.repair, why)
        return store.finish(run_id, RunStatus.FAILED if cut_off else status, error=cut_off or problem)

    def ask(self, record: RunRecord, session: str, message: str) -> tuple[Reply, RunError | None]:
        """Have the driver carry out `message` and wait: its last words, and which of the run's limits cut it off, if one did.

        Raises `AgenticError`, and `LeaseLostError` where somebody else may be at the run by now.
        """
        limits = record.limits
        most, name = answer_tokens(record, ORCHESTRATOR)
        bounds = Bounds(
            limits.model_calls if limits.model_calls < TURNS[ORCHESTRATOR] else None,
            most if most < ANSWER_TOKENS[ORCHESTRATOR] else None,
            lambda: not self._beyond_budget(record.run_id),
        )
        patience = Patience(sleep=self._services.sleep)
        reply = converse(self._services.client, self._arn, session, message, record.model, bounds, patience)
        self._resumption.check_held()
        if not bounds.reached(reply):
            return reply, None
        return reply, limits.reached("model_calls" if "iterations" in reply.stop_reason else name)

    def _beyond_budget(self, run_id: str) -> bool:
        error = self._services.store.get(run_id).error
        return error is not None and error.code == BUDGET

    def _asked(self, record: RunRecord, handle: str) -> tuple[Reply, RunError | None]:
        session = session_id(record.run_id, f"{self.driver}-{record.round}")
        message = workflow.opening(handle)
        if not workflow.is_workflow(self._arn):
            message = orchestrator_message(record.task, record.api, handle, record.before)
        return self.ask(record, session, message)
