"""The run record: the only authority on what a run may do and on what became of it."""

from agentic.runs.record import RunRecord, Step, TakenCall
from agentic.runs.store import NewRun, RunStore

__all__ = ["NewRun", "RunRecord", "RunStore", "Step", "TakenCall"]
