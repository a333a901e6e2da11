"""The run record's storage: DynamoDB, where each change of state is one conditional write.

Nothing here trusts its caller: handles, grants and states are checked by the table in the same write that acts on them.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agentic.core.errors import RefusedError, UnknownRunError
from agentic.core.limits import RunLimits
from agentic.core.names import run_of
from agentic.core.turns import Turn
from agentic.core.values import (
    Call,
    CodeRef,
    RunError,
    RunStatus,
    Target,
    Usage,
    Verdict,
    WriteMode,
)
from agentic.runs.attempts import Attempts
from agentic.runs.items import RUN_ITEM, Attributes, RunItems, json_text
from agentic.runs.journal import KEEP_SECONDS, Bodies, Journal, calls_of
from agentic.runs.leases import Leases
from agentic.runs.ledger import RunLedger
from agentic.runs.record import CLAIMED, DONE, Item, RunRecord, Step, digest, is_of, limits_item
from agentic.runs.rounds import Rounds
from agentic.runs.spending import Spending, beyond
from agentic.runs.steps import noted
from agentic.runs.submissions import Submissions
from agentic.runs.wanted import Wanted

# How many runs a filtered list reads at a time.
_PAGE = 100
_ORCHESTRATOR, _GENERATOR, _EXECUTOR = "orchestrator", "generator", "executor"
_AGENTS = {Step.GENERATE: _GENERATOR, Step.EXECUTE: _EXECUTOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What the front door says of a run. `code_ref` is given when the person brings the script.

    `api` is empty where the orchestrator is to choose one of `candidates`. `before` are the turns of its session. `rates` are
    as in the record; `priced`: the price of every agent's model is among them. `submitted`, `caller` and `person` are as there.
    """

    run_id: str
    api: str
    task: str
    target: Target
    limits: RunLimits = field(default_factory=RunLimits)
    writes: WriteMode | None = None
    model: str = ""
    session: str = ""
    secret_id: str = ""
    candidates: tuple[str, ...] = ()
    before: tuple[Turn, ...] = ()
    code_ref: CodeRef | None = None
    rates: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    priced: bool = False
    caller: str = ""
    person: str = ""
    submitted: bool = False


class RunStore:
    """The runs table. `dynamodb` is a boto3 client (or anything with its methods); `clock` gives epoch seconds."""

    def __init__(
        self, dynamodb: Any, table: str, *, clock: Callable[[], float] = time.time, bodies: Bodies | None = None
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._items = RunItems(dynamodb, table, clock)
        self._clock = clock
        self.rounds = Rounds(self._items)
        """The rounds of generation after the first one."""
        self.spending = Spending(self._items)
        """What its agents may spend."""
        self.attempts = Attempts(self._items, clock)
        """The executions of a run's script."""
        self.leases = Leases(self._items, clock)
        """Which worker is at a submitted run."""
        self.submissions = Submissions(dynamodb, table, clock)
        """What is kept of submitted runs beside their records."""
        self.journal = Journal(dynamodb, table, clock, bodies)
        self.ledger = RunLedger(self._items, self.journal, clock)
        """The broker's part."""

    # --- the front door -------------------------------------------------------------------------------------------

    def create(self, run: NewRun, handle: str = "") -> RunRecord:
        """A new run. `handle` goes to the orchestrator, or to the executor's tools when the person brings the script.

        A submitted one has none until somebody begins it (`hand`).
        """
        now = self._clock()
        item: Item = {
            "run_id": {"S": run.run_id},
            "item": {"S": RUN_ITEM},
            "kind": {"S": "run"},
            "created_at": {"S": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")},
            "expires": {"N": str(int(now) + KEEP_SECONDS)},
            "status": {"S": RunStatus.QUEUED},
            "task": {"S": run.task},
            "target": {"S": run.target},
            "calls_made": {"N": "0"},
            "writes_made": {"N": "0"},
            "model_calls_taken": {"N": "0"},
            "priced": {"BOOL": run.priced},
            **limits_item(run.limits),
            "effect_seed": {"S": secrets.token_hex(16)},
        }
        for name in ("api", "writes", "model", "session", "secret_id", "caller", "person"):
            if value := getattr(run, name):
                item[name] = {"S": value}
        if run.candidates and not run.api:
            item["candidates"] = {"SS": list(run.candidates)}
        if run.rates:
            item["rates"] = json_text(run.rates)
        if run.before:
            item["before"] = json_text(run.before)
        if run.submitted:
            item["submitted"] = {"BOOL": True}
        if run.code_ref:
            item |= {"code_key": {"S": run.code_ref.key}, "code_sha256": {"S": run.code_ref.sha256}}
        if handle:
            item |= _handed(handle, brought=run.code_ref is not None)
        item |= noted({"status": item["status"]}, now)
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(run_id)")
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            # The answer to this very write may have been lost, and the client has sent it again.
            if (there := self._items.get(run.run_id)) is None or there.effect_seed != item["effect_seed"]["S"]:
                raise
        return RunRecord.from_item(item)

    def hand(self, run_id: str, handle: str) -> RunRecord | None:
        """Give a submitted run that waits to whoever gets `handle`, as `create` does; None when it waits no more.

        Whoever had it before, and has not come to claim the first step, has it no longer. Raises `UnknownRunError`.
        """
        brought = self.get(run_id).code_ref is not None
        record, handed = self._items.change(
            run_id,
            "#status = :queued AND attribute_exists(submitted) AND attribute_not_exists(generate_state)",
            {":queued": {"S": RunStatus.QUEUED}},
            sets=_handed(handle, brought=brought),
        )
        return record if handed else None

    def begin_again(self, record: RunRecord) -> RunRecord | None:
        """Let a submitted run wait once more whose first script was being written when its worker died; None if it goes on.

        Nothing of it was executed, and whoever still writes has no handle any more.
        """
        again, changed = self._items.change(
            record.run_id,
            "#status = :generating AND attribute_exists(submitted) AND attribute_not_exists(attempt) "
            "AND attribute_not_exists(generate_round)",
            {":generating": {"S": RunStatus.GENERATING}},
            sets={"status": {"S": RunStatus.QUEUED}},
            remove=(
                *("generate_state", "execute_state", "code_key", "code_sha256", "verdict"),
                *(f"handle_{agent}" for agent in (_ORCHESTRATOR, _GENERATOR, _EXECUTOR)),
            ),
        )
        return again if changed else None

    def get(self, run_id: str) -> RunRecord:
        """Raises `UnknownRunError`."""
        record = self._items.get(run_id)
        if record is None:
            raise UnknownRunError(f"no run {run_id!r}", hint="`agentic runs list` shows the runs there are")
        return record

    def recent(
        self,
        limit: int = 20,
        wanted: Wanted | None = None,
        seen: Callable[[RunRecord], RunRecord] = lambda record: record,
    ) -> tuple[RunRecord, ...]:
        """The newest runs first, of those that are `wanted`; `seen` gives each as it is now."""
        wanted = wanted or Wanted()
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "recent",
            "KeyConditionExpression": "kind = :kind",
            "ExpressionAttributeValues": {":kind": {"S": "run"}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if wanted.since:
            request["KeyConditionExpression"] += " AND created_at >= :since"
            request["ExpressionAttributeValues"][":since"] = {"S": wanted.since}
        found: list[RunRecord] = []
        while True:
            answer = self._dynamodb.query(**request)
            found += filter(wanted, map(seen, map(RunRecord.from_item, answer["Items"])))
            if len(found) >= limit or "LastEvaluatedKey" not in answer:
                return tuple(found[:limit])
            request |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": max(limit, _PAGE)}

    def calls(self, run_id: str, *, ended: bool = False) -> tuple[Call, ...]:
        """The calls of a run, in order. `ended`: of one that has, in which none can be under way for long."""
        return calls_of(self.journal.entries(run_id), self._clock() if ended else 0.0)

    def finish(
        self,
        run_id: str,
        status: RunStatus,
        *,
        error: RunError | None = None,
        answer: str = "",
        usage: Usage | None = None,
        paused: bool = False,
    ) -> RunRecord:
        """Close a run that is not closed yet, and add the front door's own words and usage. Gives the record.

        One that is paused waits for a person: only who speaks for them closes it (`paused`).
        """
        sets: dict[str, Any] = {}
        if answer:
            sets["answer"] = {"S": answer}
        counts = self.spending.counts(run_id, _ORCHESTRATOR, usage)
        record = self._change(run_id, sets=sets, add=counts) if sets or counts else self.get(run_id)
        kept = [state for state in RunStatus if state.final or (state is RunStatus.PAUSED and not paused)]
        if record.status in kept:
            return record
        closing = {"status": {"S": status}} | ({"error": json_text(error)} if error else {})
        names = {f":kept{number}": {"S": state} for number, state in enumerate(kept)}
        outcome = self._items.change(
            run_id, f"NOT #status IN ({', '.join(names)})", names, sets=closing, remove=("grant_hash", "approval")
        )
        return outcome[0]

    def note_told(self, run_id: str, condition: str) -> None:
        """People were told of the run in this condition (`agentic.agents.notifying`)."""
        self._change(run_id, sets={"told": {"S": condition}}, add={})

    # --- the orchestrator's tools ---------------------------------------------------------------------------------

    def claim_generate(self, handle: str, generator_handle: str, api: str = "") -> tuple[RunRecord, bool]:
        """Claim the generate step. True means that the caller does the work; False, that somebody already does or did.

        `api` is what the orchestrator chose: it becomes the run's in the same write, if the run has none yet and it is one of
        its candidates. Raises `RefusedError` when it is neither that nor the run's own, when the run has none and none is
        chosen, when the handle is not the run's, and when the run's state does not fit.
        """
        values: dict[str, dict[str, str]] = {":queued": {"S": RunStatus.QUEUED}}
        sets: dict[str, dict[str, str]] = {
            "status": {"S": RunStatus.GENERATING},
            "generate_state": {"S": CLAIMED},
            f"handle_{_GENERATOR}": {"S": digest(generator_handle)},
        }
        known = "attribute_exists(api)"
        if api:
            known = "(api = :api OR (attribute_not_exists(api) AND contains(candidates, :api)))"
            values[":api"] = sets["api"] = {"S": api}
        return self._claim(
            handle,
            f"attribute_not_exists(generate_state) AND #status = :queued AND {known}",
            values,
            sets=sets,
            attached=lambda record: bool(record.generate_state) and api in ("", record.api),
            misfit=lambda record: _not_its_api(record, api) or _misfit(record),
        )

    def claim_execute(self, handle: str, code_key: str, executor_handle: str) -> tuple[RunRecord, bool]:
        """Claim the execute step for the script recorded under `code_key`; else as `claim_generate`."""
        return self._claim(
            handle,
            "attribute_not_exists(execute_state) AND #status = :generating AND generate_state = :done AND code_key = :key",
            {":generating": {"S": RunStatus.GENERATING}, ":done": {"S": DONE}, ":key": {"S": code_key}},
            sets={
                "status": {"S": RunStatus.VALIDATING},
                "execute_state": {"S": CLAIMED},
                f"handle_{_EXECUTOR}": {"S": digest(executor_handle)},
            },
            attached=lambda record: bool(record.execute_state) and bool(record.code_ref and record.code_ref.key == code_key),
        )

    def end_step(
        self,
        run_id: str,
        step: Step,
        usage: Usage,
        status: RunStatus | None = None,
        error: RunError | None = None,
        *,
        claim: str = "",
    ) -> RunRecord:
        """Mark a claimed step as done; `status` and `error` end the run as well, unless it has ended already.

        `claim` is the digest of the handle that the step was claimed with. Where the record has another one by now, somebody
        else is at the step, or its script was taken back: then only `usage` counts. A run whose script was executing is left
        so: its execution broke off, and may be taken up again.
        """
        done = {f"{step}_state": {"S": DONE}}
        counts = self.spending.counts(run_id, _AGENTS[step], usage)
        if claim:
            held, values = f"handle_{_AGENTS[step]} = :claim", {":claim": {"S": claim}}
            record, mine = self._items.change(run_id, held, values, sets=done, add=counts)
            if not mine:
                return self.count(run_id, _AGENTS[step], usage)
        else:
            record = self._change(run_id, sets=done, add=counts)
        ends = status and not record.status.final and record.status is not RunStatus.EXECUTING
        if status and ends:
            return self.finish(run_id, status, error=error)
        over = beyond(record)
        return self.spending.end(run_id, over) if over else record

    def count(self, run_id: str, agent: str, usage: Usage) -> RunRecord:
        """Add what a conversation of `agent` has used."""
        counts = self.spending.counts(run_id, agent, usage)
        return self._change(run_id, sets={}, add=counts) if counts else self.get(run_id)

    # --- the generator's tool -------------------------------------------------------------------------------------

    def with_handle(self, handle: str, agent: str, status: RunStatus) -> RunRecord:
        """The run that `handle` gives `agent` access to, in state `status`. Raises `RefusedError`."""
        record = self.of_handle(handle, agent)
        if record.status is not status:
            raise RefusedError(f"the run is {record.status}, not {status}")
        return record

    def of_handle(self, handle: str, agent: str) -> RunRecord:
        """The run that `handle` gives `agent` access to, whatever its state. Raises `RefusedError`."""
        run_id = run_of(handle)
        try:
            record = self.get(run_id) if run_id else None
        except UnknownRunError:
            record = None
        if record is None or not is_of(handle, record.handles.get(agent, "")):
            raise RefusedError("the handle is not one of this run and agent", hint="pass the handle exactly as given")
        return record

    def record_code(self, handle: str, code_ref: CodeRef) -> RunRecord:
        """Record the generated script, if the run has none yet. Gives the record, whose script may be an earlier one.

        Raises `RefusedError` when the handle is not the run's or the run is past that.
        """
        record, changed = self._items.change(
            run_of(handle),
            f"handle_{_GENERATOR} = :handle AND #status = :generating AND attribute_not_exists(code_key)",
            {":handle": {"S": digest(handle)}, ":generating": {"S": RunStatus.GENERATING}},
            sets={"code_key": {"S": code_ref.key}, "code_sha256": {"S": code_ref.sha256}},
        )
        if not changed and not (is_of(handle, record.handles.get(_GENERATOR, "")) and record.code_ref):
            raise RefusedError("the run takes no script now", hint="stop and tell the person")
        return record

    # --- the executor's tools -------------------------------------------------------------------------------------

    def record_verdict(self, run_id: str, verdict: Verdict, code_ref: CodeRef | None = None) -> None:
        """Record the validator's verdict, which is about `code_ref` and no other script; a refused script ends the run."""
        sets: dict[str, Mapping[str, str]] = {"verdict": json_text(verdict)}
        if not verdict.valid:
            error = RunError("validation_failed", f"Code validation failed: {verdict.summary}", _first_fix(verdict))
            sets |= {"status": {"S": RunStatus.REFUSED}, "error": json_text(error)}
        condition = "#status = :validating"
        values: dict[str, dict[str, str]] = {":validating": {"S": RunStatus.VALIDATING}}
        if code_ref:
            condition, values[":key"] = f"{condition} AND code_key = :key", {"S": code_ref.key}
        _, changed = self._items.change(run_id, condition, values, sets=sets)
        if not changed:
            raise RefusedError("the run is not being validated")

    # --- what several of these share ------------------------------------------------------------------------------

    def _claim(
        self,
        handle: str,
        condition: str,
        values: Attributes,
        *,
        sets: Attributes,
        attached: Callable[[RunRecord], bool],
        misfit: Callable[[RunRecord], RefusedError] | None = None,
    ) -> tuple[RunRecord, bool]:
        refused = RefusedError("the handle is not one of this run and agent", hint="pass the handle exactly as given")
        if not run_of(handle):
            raise refused
        try:
            record, changed = self._items.change(
                run_of(handle),
                f"handle_{_ORCHESTRATOR} = :handle AND {condition}",
                {":handle": {"S": digest(handle)}, **values},
                sets=sets,
            )
        except UnknownRunError:
            raise refused from None
        if not is_of(handle, record.handles.get(_ORCHESTRATOR, "")):
            raise refused
        if not changed and not attached(record):
            raise (misfit or _misfit)(record)
        return record, changed

    def _change(self, run_id: str, *, sets: Attributes, add: Mapping[str, int]) -> RunRecord:
        record, changed = self._items.change(run_id, "attribute_exists(run_id)", {}, sets=sets, add=add)
        if not changed:
            raise UnknownRunError(f"no run {run_id!r}")
        return record


def _handed(handle: str, *, brought: bool) -> Item:
    """What a record says of a run from when somebody has it. `brought`: the person brings the script."""
    if not brought:
        return {f"handle_{_ORCHESTRATOR}": {"S": digest(handle)}}
    return {
        "status": {"S": RunStatus.VALIDATING},
        "generate_state": {"S": DONE},
        "execute_state": {"S": CLAIMED},
        f"handle_{_EXECUTOR}": {"S": digest(handle)},
    }


def _misfit(record: RunRecord) -> RefusedError:
    return RefusedError(f"the run is {record.status}; this step does not fit", hint="stop and tell the person")


def _not_its_api(record: RunRecord, api: str) -> RefusedError | None:
    """Why a chosen API (or none) does not fit the run; None when something else is the reason."""
    if record.api:
        return RefusedError(f"the run is for the API {record.api} and no other one") if api not in ("", record.api) else None
    if api not in record.candidates:
        hint = f"pass as api one of: {', '.join(record.candidates)}"
        return RefusedError("the run can be for none but these APIs" if api else "the run has no API yet", hint=hint)
    return None


def _first_fix(verdict: Verdict) -> str:
    return next((finding.fix for finding in verdict.findings if finding.fix), "")
