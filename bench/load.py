"""A thousand queued runs with several workers that are killed at random: `make prove`. Prints throughput, times and memory.

Offline model, fake API, local cloud, this machine. Exits with 1 when a run is lost, stuck, or did other than it says.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from load_stage import Load, dead_letters, poisoned

from agentic.core.values import RunStatus


class Shown(Load):
    """Tells a terminal how far it is."""

    def progress(self, done: int, of: int) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{done} of {of} runs", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Submits many runs, kills who works on them, and looks what became of each.")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill-each", type=float, default=4.0, help="seconds between two kills")
    parser.add_argument("--throughput-runs", type=int, default=40, help="runs for each number of workers; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed = False
    for workers in (1, 2, 4, 8) if options.throughput_runs else ():
        with tempfile.TemporaryDirectory() as folder, Shown(Path(folder) / ".agentic", workers=workers) as load:
            load.carried_out(4)
            figures = load.carried_out(options.throughput_runs)
            failed |= not figures.well
            rate = len(figures.submitted) / figures.seconds
            p50, p95 = figures.percentile(0.5), figures.percentile(0.95)
            print(f"{workers} at once: {rate:.2f} runs a second, platform time p50 {p50:.0f} ms, p95 {p95:.0f} ms", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Shown(Path(folder) / ".agentic", workers=options.workers, seed=options.seed) as load,
    ):
        figures = load.carried_out(options.runs, kill_each=options.kill_each, doubled=0.1)
        print(f"{options.workers} at once, with kills:\n{figures}", flush=True)
        for fault in (*figures.lost, *figures.stuck, *figures.wrong):
            print(f"  {fault}")
        run_id = poisoned(load)
        record = load.stack.door.store.get(run_id)
        shown = record.status is RunStatus.FAILED and record.error is not None and record.error.code == "poison"
        kept = any(run_id in body for body in dead_letters(load))
        print(f"a poison message: {'shown' if shown else 'NOT shown'}, {'kept' if kept else 'NOT kept'}")
    return 1 if failed or not figures.well or not (shown and kept) else 0


if __name__ == "__main__":
    sys.exit(main())
