"""The run record: the only authority on what a run may do and on what became of it."""

from agentic.runs.journal import Bodies, Entry, Journal
from agentic.runs.ledger import RunLedger
from agentic.runs.record import RunRecord, Step, TakenCall
from agentic.runs.store import NewRun, RunStore

__all__ = ["Bodies", "Entry", "Journal", "NewRun", "RunLedger", "RunRecord", "RunStore", "Step", "TakenCall"]
