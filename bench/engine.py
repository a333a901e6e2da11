"""What the real Pulumi engine costs beside the in-process path, on the local cloud: `make bench`. Prints times and ratios.

In process: the same program under Pulumi's in-process runtime, as each start of the local cloud runs it (no diff, no state),
and its plan from the cache. Both make the same resources of the stack dev.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from agentic import LocalCloud, Stack
from agentic.core.errors import AgenticError
from agentic.local import control
from agentic.local.stacks import ledger


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_process(folder: Path) -> tuple[float, float]:
    """A start that runs the program, and one that takes its plan; without what is only the start's own."""
    fresh = {"agentic:run_calls": str(100 + int(time.time()) % 10_000)}
    times: list[float] = []
    for _ in range(2):
        cloud = LocalCloud(folder, config=fresh)
        times.append(seconds(cloud.start))
        cloud.close()
    return times[0], times[1]


def engine(home: Path) -> tuple[dict[str, float], int]:
    """Times of a stack's life with the real engine, and the number of its resources."""
    control.ensure(home, lambda text: None)
    times: dict[str, float] = {}
    with Stack("bench", local=True, home=home) as stack:
        times["preview"] = seconds(stack.preview)
        times["up from nothing"] = seconds(stack.up)
        count = len(ledger.read(home / "stacks" / "bench" / "resources.jsonl"))
        times["up without changes"] = seconds(stack.up)
        stack.set("agentic:log_retention_days", "14")
        times["up that changes log groups"] = seconds(stack.up)
        times["refresh"] = seconds(stack.refresh)
        times["destroy"] = seconds(stack.destroy)
    control.stop(home)
    return times, count


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        program, planned = in_process(Path(folder) / "process")
        try:
            times, count = engine(Path(folder) / "engine")
        except AgenticError as error:
            print(f"the engine cannot be measured: {error.message} ({error.hint})")
            return 1
    print(f"{count} resources; in-process start: program {program:.2f} s, from its plan {planned:.2f} s\n")
    print(f"{'real engine':<28}{'seconds':>9}{'of the in-process program':>28}")
    for name, taken in times.items():
        print(f"{name:<28}{taken:>9.2f}{taken / program:>27.1f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
