"""When a run went from one step to the next: noted in the same write that changes its record.

A step is one more attribute of the record, named by its time and what it is, so that no two writers take each other's away.
"""

import json
from collections.abc import Mapping
from typing import Any

from agentic.core.values import RunStep

_PREFIX = "step_"
_SHOWN = 200
# What of a written value a person wants to know, by the attribute that has it.
_FACTS = {
    "verdict": ("valid",),
    "pending": ("method", "url", "what"),
    "approval": ("by", "all"),
    "outcome": ("reason", "exit", "duration_ms"),
    "error": ("code", "message"),
    "repair": ("code", "message"),
}
# What a change without a new state is called, by the attribute that it writes.
_NAMES = {
    "verdict": "validated",
    "approval": "approved",
    "code_key": "generated",
    "repair": "given_up",
    "outcome": "ended",
}


def noted(sets: Mapping[str, Mapping[str, Any]], now: float) -> dict[str, dict[str, str]]:
    """The attribute that notes what is changed by `sets`; none for what is no step of a run. `now` in epoch seconds."""
    if "approval" in sets and json.loads(sets["approval"]["S"]).get("returned"):
        # The person has said it once.
        return {}
    name = next((step for attribute, step in _NAMES.items() if attribute in sets), "")
    if "status" in sets and name in {"", "ended"}:
        name = sets["status"]["S"]
    if not name:
        return {}
    facts: dict[str, Any] = {}
    for attribute, wanted in _FACTS.items():
        if attribute in sets:
            value: dict[str, Any] = json.loads(sets[attribute]["S"])
            if attribute == "repair":
                value = value["error"]
            facts |= {fact: _short(value[fact]) for fact in wanted if value.get(fact) not in (None, "")}
    for attribute, fact in (("attempt", "attempt"), ("generate_round", "round")):
        if attribute in sets:
            facts[fact] = int(sets[attribute]["N"])
    step = json.dumps({"name": name, "facts": facts}, ensure_ascii=False, separators=(",", ":"))
    return {f"{_PREFIX}{now:017.6f}_{name}": {"S": step.encode("utf-8", "replace").decode()}}


def steps_of(item: Mapping[str, Mapping[str, Any]]) -> tuple[RunStep, ...]:
    """The steps that a record's item has, in order."""
    found = sorted((name, value["S"]) for name, value in item.items() if name.startswith(_PREFIX))
    steps: list[RunStep] = []
    for name, text in found:
        step: dict[str, Any] = json.loads(text)
        steps.append(RunStep(float(name.removeprefix(_PREFIX).partition("_")[0]), step["name"], step["facts"]))
    return tuple(steps)


def _short(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
