"""Goes on with a run that was cut short: by a question to a person, or by a crash.

The script runs again in a further attempt. What it did before stands in the journal and is given to it from there, so that
nothing is done twice; what it does first that is new goes on from where it was.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agentic.agents.tools.further_script import ends_as
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError
from agentic.core.names import StackNames, new_handle
from agentic.core.values import Approval, CallState, PendingCall, RunError, RunStatus
from agentic.runs import RunRecord
from agentic.runs.leases import Held, LeaseLostError, always

# How often a run is taken up again whose function breaks each time.
_TRIES = 3
_RUN_AGAIN = "run the task again"
EXPIRED = "expired"
_ASKED_ANEW = "it was not sent, and the run has ended; run it again to be asked anew"


class Resumption:
    """For the front door of a stack: it alone may answer for a person. `services` give the clients.

    `held` says whether the run is still this process's to work on; where it is not, `LeaseLostError` is raised.
    """

    def __init__(self, services: Services, names: StackNames, held: Held = always) -> None:
        self._services = services
        self._names = names
        self._held = held

    def invoke(self, tool: str, arguments: Mapping[str, str]) -> RunError | None:
        """Invoke a tool's function and wait. What went wrong, if anything did."""
        from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

        try:
            answer = self._services.client("lambda").invoke(
                FunctionName=self._names.function(tool), Payload=json.dumps(arguments).encode()
            )
        except (BotoCoreError, ClientError) as error:
            return RunError("function", f"{tool} could not be asked: {error}")
        payload: Any = json.loads(answer["Payload"].read() or b"{}")
        if answer.get("FunctionError"):
            return RunError("function", f"{tool} failed: {payload.get('errorMessage', 'no reason given')}")
        if payload.get("isError"):
            return RunError("refused", f"{tool}: {payload['content'][0]['text']}")
        return None

    def allow(self, record: RunRecord, asked: PendingCall, by: str, *, every: bool) -> RunRecord:
        """Allow the write that `asked` showed to a person. `every`: and all that the script does as it stands.

        Raises `RefusedError` when the run waits with another one, was answered already, or the question has expired.
        """
        record = self._in_time(record)
        if record.pending and asked != record.pending:
            # An equal call that was asked for earlier, or under another script, is another question.
            raise RefusedError("this is not the call that the run waits with", hint="look at it again: `agentic runs show`")
        now = self._services.clock()
        approval = Approval(digest=asked.digest, account=asked.account, all=every, by=by[:200], at=now)
        return self._services.store.attempts.approve(record, approval)

    def reject(self, record: RunRecord, by: str) -> RunRecord:
        """Say no: the run ends as refused. Raises `RefusedError` when nothing waits, or it was answered or has expired."""
        record = self._in_time(record)
        asked = record.pending
        error = RunError("rejected", f"{by} did not allow {_named(asked)}" if asked else "", _ASKED_ANEW)
        return self._services.store.attempts.decline(record, RunStatus.REFUSED, error)

    def seen(self, record: RunRecord) -> RunRecord:
        """The record as it is from now on: a question that nobody has answered in time ends its run."""
        asked = record.pending
        waits = asked and record.status is RunStatus.PAUSED and not record.approval
        if not asked or not waits or self._services.clock() < asked.expires:
            return record
        hours = (asked.expires - asked.asked_at) / 3600
        error = RunError(
            EXPIRED, f"the question has expired: nobody allowed {_named(asked)} within {hours:.0f} h", "run it again"
        )
        try:
            return self._services.store.attempts.decline(record, RunStatus.FAILED, error)
        except RefusedError:
            # Somebody else has seen it too.
            return self._services.store.get(record.run_id)

    def _in_time(self, record: RunRecord) -> RunRecord:
        record = self.seen(record)
        if record.error and record.error.code == EXPIRED:
            raise RefusedError(f"too late: {record.error.message}", hint=record.error.hint)
        return record

    def go_on(self, record: RunRecord, *, dead: bool = False) -> RunRecord:
        """Execute the script (again) until it pauses or ends; it is validated first where it is not yet.

        `dead`: whoever worked on it is gone for sure.
        """
        problem: RunError | None = None
        for _ in range(_TRIES):
            if not self.can_go_on(record):
                return record
            handle = new_handle(record.run_id)
            try:
                record = self._services.store.attempts.admit(record, handle, dead=dead)
            except RefusedError:
                return self._services.store.get(record.run_id)
            arguments = {"handle": handle, "code_key": record.code_ref.key if record.code_ref else ""}
            problem = None if record.verdict else self.invoke("validate_code", arguments)
            if not problem and self.can_go_on(record := self._services.store.get(record.run_id)):
                problem = self.invoke("execute_code", arguments)
            record = self._services.store.get(record.run_id)
            self.check_held()
            if problem is None or problem.code == "refused":
                break
            # It broke off in the middle: nobody follows that attempt any more.
            dead = True
        # One that is paused here has its approval still: its script could not be executed, and never will be.
        if record.status in {RunStatus.EXECUTING, RunStatus.VALIDATING} or self.can_go_on(record):
            problem = problem or RunError("not_done", "the script was not executed to its end", _RUN_AGAIN)
            record = self._services.store.finish(record.run_id, RunStatus.FAILED, error=problem, paused=True)
        return record

    def check_held(self) -> None:
        """Raises `LeaseLostError` where somebody else may be at the run by now: nothing may be concluded here then."""
        if not self._held():
            raise LeaseLostError

    def can_go_on(self, record: RunRecord) -> bool:
        """Whether the script could run (again): it is valid or not looked at yet, and the run waits for nothing else."""
        approved = record.status is RunStatus.PAUSED and record.approval is not None
        return bool(record.code_ref) and (approved or record.status in {RunStatus.VALIDATING, RunStatus.EXECUTING})

    def recover(self, record: RunRecord) -> RunRecord:
        """End or finish a run in whose middle everything ended: for who knows that nobody works on it.

        Of the calls that nobody waits for any more it is said what is known.
        """
        record = self.seen(record)
        if record.status.final or record.waits:
            return record
        if self.can_go_on(record) and not record.secret_id:
            record = self.go_on(record, dead=True)
            if record.wanted and record.repair:
                # Whose model and credentials it was is not known any more: there is nobody who could write another script.
                status, problem = ends_as(record.repair)
                record = self._services.store.finish(record.run_id, status, error=problem)
            if record.status.final:
                self.settle(record)
            return record
        done, uncertain = self.settle(record)
        said = [f"{done} of its writes {'was' if done == 1 else 'were'} done before"] if done else []
        said += [f"of {uncertain} nobody knows whether it was done"] if uncertain else []
        message = "; ".join(("everything ended in the middle of this run", *said))
        hint = f"`agentic runs show {record.run_id}` tells which calls it had made; then run it again"
        error = RunError("interrupted", message, hint)
        return self._services.store.finish(record.run_id, RunStatus.FAILED, error=error, paused=True)

    def settle(self, record: RunRecord) -> tuple[int, int]:
        """Note of each call under way that it never left, or that nobody knows. Gives the writes done, and those uncertain."""
        journal, done, uncertain = self._services.store.journal, set[str](), 0
        sent = self._services.store.get(record.run_id).sent
        for entry in journal.entries(record.run_id):
            if entry.state is CallState.EXECUTING:
                unsent = entry.call.write and entry.key not in sent
                state, reason = (CallState.REFUSED, "it had not been sent yet") if unsent else (CallState.UNKNOWN, "")
                entry = journal.settle(record.run_id, replace(entry, call=replace(entry.call, state=state, refused=reason)))
            if entry.call.write and entry.state is CallState.APPLIED and (entry.call.status or 200) < 400:
                # The same key of the script's twice is one effect.
                done.add(entry.effect or entry.key)
            uncertain += entry.call.write and entry.state is CallState.UNKNOWN
        return len(done), uncertain


def _named(asked: PendingCall) -> str:
    return f"{asked.method} {asked.url}"
