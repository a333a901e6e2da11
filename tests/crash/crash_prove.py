"""The long form of the crash test: `python tests/crash/crash_prove.py`. Three hundred kills, and the same without effect ids.

Prints what was killed and where, how the runs ended, and what was done twice. Exits with 1 when a run was lost, stuck, or did
something twice, or when the control shows nothing.
"""

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

from crash_kills import Figures, carried_out, plan
from crash_rig import Rig


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills the local cloud and its parts, and looks what became of the runs.")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--control", type=int, default=40, help="kills with an API that forgets effect ids")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = _killed(options.kills, options.seed, deaf=False)
    print(figures.table())
    for found in figures.faults:
        print(f"{found.fault}: {found.work.name} {found.run_id} {found.status} {found.error} {dict(found.effects)}")
    control = _killed(options.control, options.seed, deaf=True)
    print(f"control, effect ids forgotten: {control.killed} kills, effects duplicated: {control.duplicates}")
    return 1 if figures.faults or not control.duplicates else 0


def _killed(kills: int, seed: int, *, deaf: bool) -> Figures:
    figures, order = Figures(), plan(seed)
    with tempfile.TemporaryDirectory() as folder, Rig(Path(folder), deaf=deaf) as rig:
        while figures.killed < kills:
            for found in carried_out(rig, itertools.islice(order, 1), figures):
                if sys.stderr.isatty():
                    print(f"\r\033[K{figures.killed} of {kills} kills; {found.status}", end="", file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
