"""`SandboxPolicy`: everything that bounds one run of a script, as one frozen value. The mechanism is elsewhere."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from agentic.core.errors import UsageError

MEBIBYTE = 1024 * 1024

_SEED = re.compile(r"[0-9a-f]{32}")
# The year 9000: well inside of what `datetime` can say, whatever a script sleeps.
_LATEST = 221_845_392_000


@dataclass(frozen=True, slots=True)
class Pins:
    """What makes a script do again exactly what it did: the same `Pins`, the same code and the same answers, the same run.

    `seed` (32 hexadecimal digits) is where its random numbers come from. It must be fresh for each run, and the same for each
    attempt at it: two runs of one seed would use each other's idempotency keys. `started_at` (epoch seconds) is where its clock
    starts. `serial`: threads of pools and requests of asyncio's tasks take turns, in an order that does not depend on time.
    `skip_sleep`: its sleeps only move its clock (for a replay), until it has made one request more than the `replayed` ones;
    with None all the time. A convenience for honest code, never a wall.
    """

    seed: str
    started_at: float
    serial: bool = False
    skip_sleep: bool = False
    replayed: int | None = None

    def __post_init__(self) -> None:
        """Raises `UsageError`."""
        if not _SEED.fullmatch(self.seed) or not math.isfinite(self.started_at) or not 0 <= self.started_at < _LATEST:
            raise UsageError("pins need a seed of 32 hexadecimal digits and a start in epoch seconds")

    def to_json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "started_at": self.started_at,
            "serial": self.serial,
            "skip_sleep": self.skip_sleep,
            "replayed": self.replayed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        replayed = data.get("replayed")
        return cls(
            str(data["seed"]),
            float(data["started_at"]),
            bool(data.get("serial", False)),
            bool(data.get("skip_sleep", False)),
            None if replayed is None else int(replayed),
        )


@dataclass(frozen=True, slots=True)
class SandboxPolicy:
    """What a script may have. Sizes in bytes, times in seconds.

    `environment` is all that `os.environ` holds, apart from HOME=/nonexistent where it names none (SDKs look for
    settings there; without HOME they would ask the password file). `output_bytes` is how much of each stream is kept,
    the rest is dropped and the place marked; a script that writes more than `flood_bytes` is ended. `processes` is how
    many processes and threads a script may add to those its user has (not enforceable while it is root). `pins` says what of
    chance and time is fixed for it; None for nothing.
    """

    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 30.0
    output_bytes: int = 262_144
    flood_bytes: int = 16 * MEBIBYTE
    memory_bytes: int = 512 * MEBIBYTE
    open_files: int = 128
    processes: int = 64
    pins: Pins | None = None

    @property
    def full_environment(self) -> dict[str, str]:
        return {"HOME": "/nonexistent", **self.environment}

    def limits(self, tasks_now: int) -> dict[str, Any]:
        """The resource limits as the guest sets them; `tasks_now` is the user's number of tasks, 0 for root.

        Twice that number, because the person goes on working while the script runs. Root's scripts run as a user of the
        zygote's own, who has nothing but the zygote's other runs.
        """
        return {
            "cpu_seconds": math.ceil(self.seconds) + 1,
            "memory_bytes": self.memory_bytes,
            "open_files": self.open_files,
            "tasks": 2 * tasks_now + self.processes if tasks_now else 4 * self.processes,
        }
