"""What the local cloud tells while it works: one event per step, for the live view and for timings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One step. `kind` is `agent`, `tool`, `function`, `model`, `resource`, `request` (to a service) or `queue` (the run waits
    for its turn); `phase` is `start` or `end`.

    `run_id` is empty where the step belongs to no run. `name` is the agent's, tool's, function's or model's name.
    `facts` are small JSON values for people: never a secret, never a whole script. `duration_ms` is set at the end.
    """

    kind: str
    phase: str
    name: str
    run_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    duration_ms: float = 0.0


Observer = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The observer that nobody listens to."""
