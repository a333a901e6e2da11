"""Leases: at most one worker is at a submitted run, and one that has died holds nobody up for long.

A lease only spares work that would be done twice. What must not happen twice is seen to by the record's own conditions, which
hold for two workers as well.
"""

import time
from collections.abc import Callable

from agentic.runs.items import RunItems
from agentic.runs.record import RunRecord

Held = Callable[[], bool]
"""Whether a run is still in the hands of who asks."""


def always() -> bool:
    """For who needs no lease: nobody else works on the run."""
    return True


class LeaseLostError(Exception):
    """The run may be in somebody else's hands by now. No fault: what became of it is told by who has it."""


class Leases:
    """`clock` gives epoch seconds. An owner is any text that no other one has."""

    def __init__(self, items: RunItems, clock: Callable[[], float] = time.time) -> None:
        self._items = items
        self._clock = clock

    def take(self, run_id: str, owner: str, seconds: float) -> RunRecord | None:
        """The record, with the run in `owner`'s hands for so long; None while it is in another one's.

        Each time it is taken counts (`RunRecord.takes`). Raises `UnknownRunError`.
        """
        now = self._clock()
        record, taken = self._items.change(
            run_id,
            "attribute_exists(run_id) AND (attribute_not_exists(lease_until) OR lease_until <= :now)",
            {":now": {"N": f"{now:.3f}"}},
            sets={"lease_owner": {"S": owner}, "lease_until": {"N": f"{now + seconds:.3f}"}},
            add={"takes": 1},
        )
        return record if taken else None

    def renew(self, run_id: str, owner: str, seconds: float) -> bool:
        """Hold it for so long from now on; False when it is not the owner's any more."""
        return self._until(run_id, owner, self._clock() + seconds)

    def release(self, run_id: str, owner: str) -> bool:
        """Let go of it now, if it is still the owner's."""
        return self._until(run_id, owner, self._clock())

    def void(self, run_id: str) -> None:
        """End whoever's lease, for who knows that they are gone."""
        self._items.change(run_id, "attribute_exists(run_id)", {}, sets={"lease_until": {"N": f"{self._clock():.3f}"}})

    def _until(self, run_id: str, owner: str, until: float) -> bool:
        _, changed = self._items.change(
            run_id,
            "lease_owner = :owner AND lease_until > :now",
            {":owner": {"S": owner}, ":now": {"N": f"{self._clock():.3f}"}},
            sets={"lease_until": {"N": f"{until:.3f}"}},
        )
        return changed
