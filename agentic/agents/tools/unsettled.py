"""Writes that a script has left behind: it ended, or was ended, while their answers were still awaited.

Their broker goes on with them. A run must not be called done while nobody knows whether one of them was.
"""

from agentic.agents.tools.services import Services
from agentic.core.values import CallState, RunStatus
from agentic.runs import Entry, RunRecord

_LOOK_SECONDS = 0.5
# A broker may take so much longer than it thought when it began: the journal is another service.
_GRACE_SECONDS = 5.0


def unsettled(services: Services, record: RunRecord) -> tuple[tuple[Entry, ...], int]:
    """Waits for them. Gives those of which it is not known then whether they were done, and how many writes have left in all.

    Of a run that has been stopped there are none: its journal tells the next attempt.
    """
    while True:
        now = services.store.get(record.run_id)
        if not now.sent or now.status is not RunStatus.EXECUTING or now.attempt != record.attempt:
            return (), len(now.sent)
        left = tuple(
            entry
            for entry in services.store.journal.entries(record.run_id, record.round)
            if entry.key in now.sent and entry.state in {CallState.EXECUTING, CallState.UNKNOWN}
        )
        under_way = [entry for entry in left if entry.state is CallState.EXECUTING]
        if not any(services.clock() < entry.until + _GRACE_SECONDS for entry in under_way):
            return left, len(now.sent)
        services.sleep(_LOOK_SECONDS)
