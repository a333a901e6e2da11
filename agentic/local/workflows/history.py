"""An execution's history: its events in order, in the form of GetExecutionHistory."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from agentic.local.workflows.definition import CONVERSE, Choice, Fail, State, Succeed, Task

Event = dict[str, Any]

# resourceType and resource of each task (botocore, TaskScheduledEventDetails).
_RESOURCES = {"lambda:invoke": ("lambda", "invoke"), CONVERSE: ("aws-sdk:bedrockruntime", "converse")}
_KINDS = {Task: "Task", Choice: "Choice", Succeed: "Succeed", Fail: "Fail"}


class History:
    """Written by the execution's one thread and whoever stops it, each under the execution's lock."""

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self.events = list(events)

    def add(self, kind: str, detail: str = "", facts: Mapping[str, Any] | None = None) -> None:
        """One event of type `kind`; `detail` is the name of the field with its `facts`, without `EventDetails`."""
        number = len(self.events) + 1
        event: Event = {"timestamp": round(time.time(), 3), "type": kind, "id": number, "previousEventId": number - 1}
        if detail:
            event[f"{detail}EventDetails"] = {name: value for name, value in (facts or {}).items() if value is not None}
        self.events.append(event)

    def entered(self, state: State, data: Any) -> None:
        self.add(f"{_KINDS[type(state)]}StateEntered", "stateEntered", {"name": state.name, "input": text(data)})

    def exited(self, state: State, data: Any) -> None:
        self.add(f"{_KINDS[type(state)]}StateExited", "stateExited", {"name": state.name, "output": text(data)})

    def task(self, kind: str, task: str, **facts: Any) -> None:
        """`kind` is `Scheduled`, `Started`, `Succeeded`, `Failed` or `TimedOut`."""
        resource_type, resource = _RESOURCES[task]
        self.add(f"Task{kind}", f"task{kind}", {"resourceType": resource_type, "resource": resource, **facts})


def text(data: Any) -> str:
    """Data as the service shows it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
