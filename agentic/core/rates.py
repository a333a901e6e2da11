"""How many requests an API takes, as its plugin declares it: the broker keeps below that, so that the API need not refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from agentic.core.values import Target


@dataclass(frozen=True, slots=True)
class Rate:
    """One limit of the API's on requests with one key: `requests` in `seconds`, as a bucket that holds `burst` of them.

    It counts requests to `target`; with `writes` only those that change something, each as `write_cost`; with `family` only
    those of that family of operations; with `keys` ("test", "live") only those with such a key.
    """

    requests: int
    seconds: int
    burst: int
    writes: bool = False
    write_cost: int = 1
    family: str = ""
    keys: str = ""
    target: Target = Target.REAL

    def cost(self, *, target: Target, write: bool, family: str, keys: str) -> int:
        """How much of it one request takes; 0 for one that it does not count."""
        counts = self.target is target and (write or not self.writes)
        counts = counts and self.family in ("", family) and self.keys in ("", keys)
        return (self.write_cost if write else 1) if counts else 0

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        fields: dict[str, Any] = {**data, "target": Target(data["target"])}
        return cls(**fields)
