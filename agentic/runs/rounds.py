"""The rounds of generation: a script that validation refuses, or that fails when it runs, may be written anew.

One conditional write takes a script back, and one claims the round that it leaves to be written: so each (run, round) is
claimed once, and there are never more of them than are allowed. The journal keeps what the rounds before have done.
"""

from agentic.core.errors import UnknownRunError
from agentic.core.names import run_of
from agentic.core.values import Repair, RunStatus, Version
from agentic.runs.items import Attributes, RunItems, json_text
from agentic.runs.record import CLAIMED, WANTED, RunRecord, digest

_ORCHESTRATOR, _GENERATOR, _EXECUTOR = "orchestrator", "generator", "executor"
# What a record says of the script that it has, and what a further one begins without. Whoever worked on the script has no
# handle and no grant any more; attempts are counted on, so that nothing of an earlier script passes for one of this.
_OF_ONE_SCRIPT = (
    *("code_key", "code_sha256", "verdict", "execute_state", f"handle_{_GENERATOR}", f"handle_{_EXECUTOR}"),
    *("working", "grant_hash", "grant_expires", "outcome", "pending", "approval", "pins_seed", "pins_started"),
)


class Rounds:
    """Claims rounds after the first one, which `RunStore.claim_generate` claims."""

    def __init__(self, items: RunItems) -> None:
        self._items = items

    def take_back(self, record: RunRecord, repair: Repair, allowed: int) -> RunRecord | None:
        """Take back the script of `record`, so that agents may write it anew: what is wrong with it is kept for them.

        `allowed` are the rounds after the first one. None when it may not be: the person brought the script, the rounds are
        used up, a write of it waits for somebody, or the run has gone on since `record` was read.
        """
        by_agents = _ORCHESTRATOR in record.handles and _GENERATOR in record.handles
        if record.code_ref is None or record.round >= allowed or not by_agents:
            return None
        values: dict[str, dict[str, str]] = {
            ":status": {"S": record.status},
            ":validating": {"S": RunStatus.VALIDATING},
            ":executing": {"S": RunStatus.EXECUTING},
            ":key": {"S": record.code_ref.key},
        }
        same_attempt = "attribute_not_exists(attempt)"
        if record.attempt:
            same_attempt, values[":attempt"] = "attempt = :attempt", {"N": str(record.attempt)}
        taken, done = self._items.change(
            record.run_id,
            # A script's key is never used again, so it stands for the round.
            f"#status = :status AND #status IN (:validating, :executing) AND code_key = :key AND {same_attempt}",
            values,
            sets={
                "status": {"S": RunStatus.GENERATING},
                "generate_state": {"S": WANTED},
                "generate_round": {"N": str(record.round + 1)},
                "attempts_before": {"N": str(record.attempt)},
                "earlier": json_text([*record.earlier, Version(record.code_ref, repair.error)]),
                "repair": json_text(repair),
            },
            remove=_OF_ONE_SCRIPT,
        )
        return taken if done else None

    def claim_wanted(self, handle: str, generator_handle: str) -> RunRecord | None:
        """Claim the round for which a script was taken back. None when none was, or somebody has claimed it.

        `handle` is the orchestrator's.
        """
        if not run_of(handle):
            return None
        try:
            record, done = self._items.change(
                run_of(handle),
                f"handle_{_ORCHESTRATOR} = :handle AND {_IS_WANTED}",
                {":handle": {"S": digest(handle)}, **_WANTED_VALUES},
                sets={
                    "status": {"S": RunStatus.GENERATING},
                    "generate_state": {"S": CLAIMED},
                    f"handle_{_GENERATOR}": {"S": digest(generator_handle)},
                },
            )
        except UnknownRunError:
            return None
        return record if done else None

    def want_again(self, record: RunRecord) -> RunRecord:
        """A round that was being written when whoever drove it died is wanted once more. Who still writes has no handle then.

        Gives the record; as it is, where the run has gone on.
        """
        again, _ = self._items.change(
            record.run_id,
            "#status = :generating AND generate_round = :round AND attribute_exists(repair)",
            {":generating": {"S": RunStatus.GENERATING}, ":round": {"N": str(record.round)}},
            sets={"generate_state": {"S": WANTED}},
            remove=("code_key", "code_sha256", "execute_state", f"handle_{_GENERATOR}", f"handle_{_EXECUTOR}"),
        )
        return again

    def hand_over(self, record: RunRecord, handle: str) -> bool:
        """Give the orchestrator's part to whoever gets `handle`, where a script is wanted and the one before has left."""
        _, done = self._items.change(
            record.run_id,
            f"{_IS_WANTED} AND generate_round = :round",
            {":round": {"N": str(record.round)}, **_WANTED_VALUES},
            sets={f"handle_{_ORCHESTRATOR}": {"S": digest(handle)}},
        )
        return done


_IS_WANTED = "#status = :generating AND generate_state = :wanted"
_WANTED_VALUES: Attributes = {":generating": {"S": RunStatus.GENERATING}, ":wanted": {"S": WANTED}}
