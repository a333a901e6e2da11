"""What an operation is given of a request, and what it gives back; neither knows the web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentic.runs import RunRecord
from agentic.serving.problems import Problem
from agentic.serving.serving import Caller, Serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `body` and `query` are of the types that the route declares; `headers` by lower-case name."""

    serving: Serving
    caller: Caller
    path: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    query: Any = None

    @property
    def run_id(self) -> str:
        return self.path["run_id"]

    def own(self, record: RunRecord) -> RunRecord:
        """The record, if it is one that the caller may see: others are as if they were not there."""
        if not self.caller.may_see(record):
            raise unknown_run(record.run_id)
        return record


@dataclass(frozen=True, slots=True)
class Answer:
    """A value of the type that the route declares, to go out as JSON."""

    value: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Operation = Callable[[Asked], Answer]


def unknown_run(run_id: str) -> Problem:
    return Problem(404, "unknown_run", f"no run {run_id!r}", hint="GET /runs lists the runs there are")
