"""The budgets of a run: how much of what it may use, and how it ends where one of them is used up."""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from agentic.core.errors import UsageError
from agentic.core.values import RunError

BUDGET = "budget"
"""The error code of a run that has used up one of its budgets."""

# What each is, in a sentence: "the run's limit of 5 writes is reached".
_WORDS = {
    "calls": "API calls",
    "writes": "writes",
    "seconds": "seconds",
    "output_bytes": "bytes of output",
    "model_calls": "model calls",
    "tokens": "tokens",
    "usd": "US dollars",
}
# A run without any of these cannot do anything; one that may not write, or has no money, can.
_MAY_BE_NOTHING = frozenset({"writes", "usd"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """What one run may use, in all its rounds and attempts together; `seconds` and `output_bytes` are for each attempt.

    `calls` and `writes` are calls of the script to its API, each counted once however often it is replayed. `output_bytes` are
    for each of stdout and stderr. `model_calls`, `tokens` (in and out) and `usd` (list prices) are the agents'. `lowered` names
    those that were lowered for this run below what its stack allows.
    """

    calls: int = 100
    writes: int = 50
    seconds: int = 30
    output_bytes: int = 16 * 1024 * 1024
    model_calls: int = 50
    tokens: int = 500_000
    usd: float = 1.0
    lowered: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From numbers of any kind by name, as JSON or Pulumi have them; what is missing has its default."""
        numbers: dict[str, Any] = {
            name: float(values[name]) if name == "usd" else int(values[name]) for name in NAMES if name in values
        }
        return cls(**numbers, lowered=tuple(values.get("lowered", ())))

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in NAMES}

    def lowered_to(self, asked: Mapping[str, float]) -> Self:
        """These limits with some lowered for one run. Raises `UsageError` for one that is unknown, or above the stack's."""
        changed: dict[str, Any] = {}
        for name, value in asked.items():
            allowed = getattr(self, _known(name))
            value = _number(name, value)
            if value > allowed:
                raise UsageError(
                    f"this stack allows a run {allowed:g} {_WORDS[name]} at most, not {value:g}",
                    hint=f"set agentic:run_{name} higher, or leave --limit {name} out",
                )
            changed[name] = value
        return dataclasses.replace(self, **changed, lowered=tuple(sorted({*self.lowered, *changed})))

    def reached(self, name: str) -> RunError:
        """How the run ends that has used up the budget `name`: which one it is, and how to raise it."""
        limit = getattr(self, name)
        shown = f"${limit:g}" if name == "usd" else f"{limit} {_WORDS[name]}"
        where = f"give it a higher --limit {name}" if name in self.lowered else f"set agentic:run_{name} higher"
        return RunError(BUDGET, f"the run's limit of {shown} is reached", where)


NAMES = tuple(item.name for item in dataclasses.fields(RunLimits) if item.name != "lowered")
"""The budgets there are."""


def read_limits(given: Iterable[str]) -> dict[str, float]:
    """Limits as people write them, `NAME=NUMBER` each. Raises `UsageError`."""
    asked: dict[str, float] = {}
    for text in given:
        name, equals, number = text.partition("=")
        if not equals:
            raise UsageError(f"{text!r} is no limit", hint="write NAME=NUMBER, such as --limit writes=3")
        asked[_known(name.strip())] = _number(name.strip(), number.strip())
    return asked


def _known(name: str) -> str:
    if name not in NAMES:
        raise UsageError(f"{name!r} is no limit of a run", hint=f"limits: {', '.join(NAMES)}")
    return name


def _number(name: str, value: object) -> float:
    """A number of the limit's kind; a whole one but for money."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    least = 0 if name in _MAY_BE_NOTHING else 1
    whole = name != "usd"
    if not math.isfinite(number) or number < least or (whole and number != int(number)):
        kind = "a whole number" if whole else "a number"
        raise UsageError(f"the limit {name} must be {kind}, at least {least}, not {value!r}"[:200])
    return int(number) if whole else number
