"""What a run's agents spend: model calls, tokens and money, against the run's limits.

Model calls are reserved before a conversation, in one conditional write, and what it has not used is given back. Tokens and
money are known when a conversation has ended: they are added then, and none begins once they are used up. A script that is
executing is never cut off for what its agents cost.
"""

from collections.abc import Mapping

from agentic.core.errors import UnknownRunError
from agentic.core.values import RunError, RunStatus, Usage
from agentic.runs.items import RunItems, json_text
from agentic.runs.record import RunRecord

NANOS = 1_000_000_000
"""How many of the record's units of money are a US dollar: prices of single tokens are whole numbers of them."""

_BEFORE_EXECUTION = (RunStatus.QUEUED, RunStatus.GENERATING, RunStatus.VALIDATING)
_TRIES = 10


class Spending:
    """Of the runs in a table."""

    def __init__(self, items: RunItems) -> None:
        self._items = items

    def reserve(self, run_id: str, calls: int) -> int:
        """Set model calls aside, `calls` or as many as there are left. Gives their number.

        0 where nothing is left to spend: the run ends with that, unless its script has begun. Raises `UnknownRunError`.
        """
        record = self._record(run_id)
        for _ in range(_TRIES):
            left = record.limits.model_calls - record.model_calls_taken
            error = used_up(record) or (record.limits.reached("model_calls") if left <= 0 else None)
            if error:
                self.end(run_id, error)
                return 0
            taken = min(calls, left)
            record, done = self._items.change(
                run_id,
                "model_calls_taken <= :most",
                {":most": {"N": str(record.limits.model_calls - taken)}},
                add={"model_calls_taken": taken},
            )
            if done:
                return taken
        return 0

    def give_back(self, run_id: str, reserved: int, made: int) -> None:
        """Of the `reserved` model calls only `made` were made."""
        if reserved != made:
            self._items.change(run_id, "attribute_exists(run_id)", {}, add={"model_calls_taken": made - reserved})

    def end(self, run_id: str, error: RunError) -> RunRecord:
        """Fail the run, unless its script has begun to execute. Gives the record as it is then."""
        names = {f":before{number}": {"S": status} for number, status in enumerate(_BEFORE_EXECUTION)}
        record, _ = self._items.change(
            run_id,
            f"#status IN ({', '.join(names)})",
            names,
            sets={"status": {"S": RunStatus.FAILED}, "error": json_text(error)},
        )
        return record

    def counts(self, run_id: str, agent: str, usage: Usage | None) -> dict[str, int]:
        """What to add to the run's record for what `agent` has used."""
        if not usage:
            return {}
        counts = {
            "model_calls": usage.model_calls,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
        }
        if usage.input_tokens or usage.output_tokens:
            read, written = self._record(run_id).rates.get(agent, (0, 0))
            counts["cost_nanos"] = read * usage.input_tokens + written * usage.output_tokens
        return {name: count for name, count in counts.items() if count}

    def _record(self, run_id: str) -> RunRecord:
        record = self._items.get(run_id)
        if record is None:
            raise UnknownRunError(f"no run {run_id!r}")
        return record


def used_up(record: RunRecord) -> RunError | None:
    """Why no further model call may begin; None while there are tokens and money left."""
    if record.tokens_used >= record.limits.tokens:
        return record.limits.reached("tokens")
    if _priced(record.rates) and record.cost_nanos >= record.limits.usd * NANOS:
        return record.limits.reached("usd")
    return None


def beyond(record: RunRecord) -> RunError | None:
    """Which limit the run has gone beyond with what its agents used; None for none."""
    if record.tokens_used > record.limits.tokens:
        return record.limits.reached("tokens")
    return record.limits.reached("usd") if record.cost_nanos > record.limits.usd * NANOS else None


def answer_tokens(record: RunRecord, agent: str) -> tuple[int, str]:
    """How many tokens an answer of `agent` may have by what the run has left, and which limit says so."""
    left, name = max(1, record.limits.tokens - record.tokens_used), "tokens"
    _, written = record.rates.get(agent, (0, 0))
    if written:
        affordable = max(1, int((record.limits.usd * NANOS - record.cost_nanos) // written))
        if affordable < left:
            left, name = affordable, "usd"
    return left, name


def _priced(rates: Mapping[str, tuple[int, int]]) -> bool:
    return any(read or written for read, written in rates.values())
