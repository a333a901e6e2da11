"""The rounds of generation: where a workflow drives the run, a script that validation refuses may be written anew.

One conditional write takes the refused script back and claims the next round, so that each (run, round) is claimed once,
and never more of them than are allowed. An attempt to execute is no part of this: a run has one.
"""

import json

from agentic.core.errors import RefusedError
from agentic.core.names import run_of
from agentic.core.values import RunStatus, to_json
from agentic.runs.items import RunItems
from agentic.runs.record import CLAIMED, RunRecord, digest

_ORCHESTRATOR, _GENERATOR, _EXECUTOR = "orchestrator", "generator", "executor"


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
                "earlier": {"S": json.dumps(to_json([*record.earlier, record.code_ref]))},
                f"handle_{_GENERATOR}": {"S": digest(generator_handle)},
            },
            remove=("code_key", "code_sha256", "verdict", "execute_state", f"handle_{_EXECUTOR}", "approval", "pending"),
        )
        if not done:
            raise RefusedError(f"the run is {changed.status}; this step does not fit", hint="stop and tell the person")
        return changed
