"""The rounds of generation: a script that validation refuses, or that fails when it runs, may be written anew.

One conditional write takes the script back, so that each (run, round) is claimed once, and never more of them than are
allowed. Each round has its own attempts; the journal keeps what the rounds before have done.
"""

from agentic.core.errors import RefusedError
from agentic.core.names import run_of
from agentic.core.values import Repair, RunStatus
from agentic.runs.items import RunItems, json_text
from agentic.runs.record import CLAIMED, WANTED, RunRecord, digest

_ORCHESTRATOR, _GENERATOR, _EXECUTOR = "orchestrator", "generator", "executor"
# What a record says of the script that it has, and what a further one begins without.
_OF_ONE_SCRIPT = (
    *("code_key", "code_sha256", "verdict", "execute_state", f"handle_{_EXECUTOR}"),
    *("attempt", "working", "grant_hash", "grant_expires", "outcome", "pending", "approval", "pins_seed", "pins_started"),
)


class Rounds:
    """Claims rounds after the first one, which `RunStore.claim_generate` claims."""

    def __init__(self, items: RunItems) -> None:
        self._items = items

    def claim_next(self, handle: str, record: RunRecord, generator_handle: str, allowed: int) -> RunRecord:
        """Take back the script of `record`, which validation refused, and claim the round after its own.

        `handle` is the orchestrator's; `allowed` are the rounds after the first one. Raises `RefusedError` when these are
        used up, when the handle is not the run's, and when the run has gone on since `record` was read.
        """
        if record.code_ref is None or record.round >= allowed:
            raise RefusedError("the run takes no further script", hint="set agentic:regenerations higher")
        values: dict[str, dict[str, str]] = {
            ":handle": {"S": digest(handle)},
            ":validating": {"S": RunStatus.VALIDATING},
            ":sha256": {"S": record.code_ref.sha256},
        }
        same_round = "attribute_not_exists(generate_round)"
        if record.round:
            same_round, values[":round"] = "generate_round = :round", {"N": str(record.round)}
        changed, done = self._items.change(
            run_of(handle),
            f"handle_{_ORCHESTRATOR} = :handle AND #status = :validating AND attribute_not_exists(attempt) "
            f"AND code_sha256 = :sha256 AND {same_round}",
            values,
            sets={
                "status": {"S": RunStatus.GENERATING},
                "generate_state": {"S": CLAIMED},
                "generate_round": {"N": str(record.round + 1)},
                "earlier": json_text([*record.earlier, record.code_ref]),
                f"handle_{_GENERATOR}": {"S": digest(generator_handle)},
            },
            remove=_OF_ONE_SCRIPT,
        )
        if not done:
            raise RefusedError(f"the run is {changed.status}; this step does not fit", hint="stop and tell the person")
        return changed

    def take_back(self, record: RunRecord, repair: Repair, allowed: int) -> RunRecord | None:
        """Take back the script of `record`, so that agents may write it anew: what is wrong with it is kept for them.

        None when that may not be: the person brought the script, the rounds are used up, a write of it waits for somebody, or
        the run has gone on since `record` was read. Whoever executed the script has no grant any more.
        """
        by_agents = _ORCHESTRATOR in record.handles and _GENERATOR in record.handles
        if record.code_ref is None or record.round >= allowed or not by_agents:
            return None
        values: dict[str, dict[str, str]] = {
            ":status": {"S": record.status},
            ":validating": {"S": RunStatus.VALIDATING},
            ":executing": {"S": RunStatus.EXECUTING},
            ":sha256": {"S": record.code_ref.sha256},
        }
        same_attempt = "attribute_not_exists(attempt)"
        if record.attempt:
            same_attempt, values[":attempt"] = "attempt = :attempt", {"N": str(record.attempt)}
        taken, done = self._items.change(
            record.run_id,
            f"#status = :status AND #status IN (:validating, :executing) AND code_sha256 = :sha256 AND {same_attempt}",
            values,
            sets={
                "status": {"S": RunStatus.GENERATING},
                "generate_state": {"S": WANTED},
                "earlier": json_text([*record.earlier, record.code_ref]),
                "repair": json_text(repair),
            },
            remove=_OF_ONE_SCRIPT,
        )
        return taken if done else None

    def claim_wanted(self, handle: str, generator_handle: str) -> RunRecord | None:
        """Claim the round for which a script was taken back. None when none was, or somebody has claimed it."""
        record, done = self._items.change(
            run_of(handle),
            f"handle_{_ORCHESTRATOR} = :handle AND #status = :generating AND generate_state = :wanted",
            {
                ":handle": {"S": digest(handle)},
                ":generating": {"S": RunStatus.GENERATING},
                ":wanted": {"S": WANTED},
            },
            sets={"generate_state": {"S": CLAIMED}, f"handle_{_GENERATOR}": {"S": digest(generator_handle)}},
            add={"generate_round": 1},
        )
        return record if done else None
