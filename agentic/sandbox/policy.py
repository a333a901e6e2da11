"""`SandboxPolicy`: everything that bounds one run of a script, as one frozen value. The mechanism is elsewhere."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SandboxPolicy:
    """What a script may have. Sizes in bytes, times in seconds.

    `environment` is all that `os.environ` holds, apart from HOME=/nonexistent where it names none (SDKs look for
    settings there; without HOME they would ask the password file). `output_bytes` is how much of each stream is kept,
    the rest is dropped and the place marked; a script that writes more than `flood_bytes` is ended. `processes` is how
    many processes and threads a script may add to those its user has (not enforceable while it is root).
    """

    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    seconds: float = 30.0
    output_bytes: int = 262_144
    flood_bytes: int = 16 * MEBIBYTE
    memory_bytes: int = 512 * MEBIBYTE
    open_files: int = 128
    processes: int = 64

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
