"""What a fuzz target is, and how one of its inputs is tried."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fuzzing.choices import Choices


class Disagreement(AssertionError):  # noqa: N818 (the subject's own word)
    """The project's code accepted something that the second reader refuses, or changed what it should have left.

    `rule` names what is wrong in general, `detail` shows it in this case.
    """

    def __init__(self, rule: str, detail: object = "") -> None:
        super().__init__(f"{rule}: {detail}" if detail != "" else rule)
        self.rule = rule


@dataclass(frozen=True)
class Target[Case]:
    """`make` turns choices into a case; `check` raises for a case that shows a fault: `Disagreement`, or whatever broke.

    `check` returns a word for what became of the case ("accepted", "refused"), which is counted. `sizes` are the lengths of
    choice strings worth trying; `share` is the target's part of all inputs (the shares of all targets add up to 1).
    """

    name: str
    make: Callable[[Choices], Case]
    check: Callable[[Case], str]
    share: float
    sizes: tuple[int, ...] = (24, 64, 160, 400)


@dataclass(frozen=True)
class Fault:
    """An input that shows a fault, and how. `kind` is what faults that are alike have in common."""

    target: str
    kind: str
    error: str
    case: str
    data: bytes

    @property
    def identity(self) -> str:
        return hashlib.sha256((self.case + self.kind).encode("utf-8", "replace")).hexdigest()[:12]


@dataclass
class Tally:
    """What trying inputs came to."""

    inputs: int = 0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, outcome: str) -> None:
        self.inputs += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1


def attempt(target: Target[Any], data: bytes) -> str | Fault:
    """What became of the input, or the fault that it shows. Never raises for what the project's code does."""
    case = target.make(Choices(data))
    try:
        return target.check(case)
    except Exception as error:  # noqa: BLE001 (any exception of the code under test is a fault)
        kind = error.rule if isinstance(error, Disagreement) else f"crash: {type(error).__name__}"
        return Fault(target.name, kind, f"{type(error).__name__}: {error}", repr(case), data)
