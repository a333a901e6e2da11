"""Writes that a script has left behind: it ended, or was ended, while their answers were still awaited.

Their broker goes on with them. A run must not be called done while nobody knows whether one of them was.
"""

from agentic.agents.tools.services import Services
from agentic.core.values import CallState, RunStatus
from agentic.runs import Entry, RunRecord

_LOOK_SECONDS = 0.5
# A broker may take so much longer than it thought when it began: the journal is another service.
_GRACE_SECONDS = 5.0


def unsettled(services: Services, record: RunRecord) -> tuple[Entry, ...]:
    """Waits for them; those of which it is still not known then whether they were done. None of a run that has been stopped."""
    while left := _open(services, record):
        now = services.store.get(record.run_id)
        # What has not left by now never will: its attempt is over for the broker as well.
        left = tuple(entry for entry in left if entry.key in now.sent)
        under_way = [entry for entry in left if entry.state is CallState.EXECUTING]
        if now.status is not RunStatus.EXECUTING or now.attempt != record.attempt:
            return ()
        if not any(services.clock() < entry.until + _GRACE_SECONDS for entry in under_way):
            return left
        services.sleep(_LOOK_SECONDS)
    return ()


def _open(services: Services, record: RunRecord) -> tuple[Entry, ...]:
    return tuple(
        entry
        for entry in services.store.journal.entries(record.run_id, record.round)
        if entry.call.write and entry.state in {CallState.EXECUTING, CallState.UNKNOWN}
    )
