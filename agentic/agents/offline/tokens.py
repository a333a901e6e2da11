"""What a task is made of: its words, and the values among them, each with its place in the text."""

from dataclasses import dataclass
from enum import StrEnum

from agentic.agents.offline.money import Money


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    MARK = "mark"
    MONEY = "money"
    CURRENCY = "currency"
    PERCENT = "percent"
    EMAIL = "email"
    ID = "id"
    INTERVAL = "interval"
    NUMBER = "number"
    QUOTED = "quoted"
    NAME = "name"
    # "owner/name", or a branch "feature/search": which of the two, its place in the sentence says.
    SLASHED = "slashed"
    # "@octocat".
    HANDLE = "handle"
    URL = "url"
    # A version, a date, a hash: nothing to count with.
    CODE = "code"
    COORDINATES = "coordinates"
    # Something with a value that cannot be told: no recipe covers it.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A point in decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the task. `value` is what a parameter gets; `sure` marks a name that was called one or quoted.

    `stem` is what a word is compared by, slips corrected; empty for all that is no word. `slip` marks a corrected one.
    """

    kind: Kind
    text: str
    start: int
    end: int
    value: str | int | float | Money | Coordinates | None = None
    sure: bool = False
    stem: str = ""
    slip: bool = False

    @property
    def lower(self) -> str:
        return self.text.casefold()
