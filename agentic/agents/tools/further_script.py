"""A round of generation from its beginning to its end: what the generator is asked, and how a run ends without its script."""

from dataclasses import replace

from agentic.agents.declaration import generator_message, generator_message_again
from agentic.core.values import Repair, RunError, RunStatus
from agentic.runs import RunRecord


def message_for(record: RunRecord, generator_handle: str) -> str:
    """What the generator is asked in the round that the record is in."""
    repair = record.repair
    if repair is None:
        return generator_message(record.task, record.api, generator_handle, record.before)
    return generator_message_again(record.task, record.api, generator_handle, repair.script, repair.told, record.before)


def ends_as(repair: Repair, hint: str = "") -> tuple[RunStatus, RunError]:
    """How a run ends whose script was taken back, and for which nobody writes another one: as that script did."""
    status = RunStatus.REFUSED if repair.error.code == "validation_failed" else RunStatus.FAILED
    return status, replace(repair.error, hint=hint or repair.error.hint)
