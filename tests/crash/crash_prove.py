"""The long form of the crash test: `python tests/crash/crash_prove.py`. Three hundred kills, and the same without effect ids.

Prints what was killed and where, how the runs ended, and what was done twice. Exits with 1 when a run was lost, stuck, or did
something twice, or when the control shows nothing.
"""

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

from crash_kills import Figures, Found, carried_out
from crash_plan import DELEGATED, control as control_plan, plan
from crash_rig import Rig

# What of the kills each backend gets; scripts are the same in all, so that the first one has them.
_SHARES = {"harness": 0.7, "classic": 0.15, "workflow": 0.15}


def main() -> int:
    parser = argparse.ArgumentParser(description="Kills the local cloud and its parts, and looks what became of the runs.")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--control", type=int, default=40, help="kills with an API that forgets effect ids")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=240.0, help="what all kills together may take; fewer are made then")
    parser.add_argument("--backend", choices=[*DELEGATED], action="append", help="only this one (again for another)")
    options = parser.parse_args()
    wrong = 0
    chosen = options.backend or [*_SHARES]
    for backend in chosen:
        kills = round(options.kills * _SHARES[backend] / sum(_SHARES[name] for name in chosen))
        seconds = options.minutes * 60 * kills / (options.kills + options.control)
        figures, left = _killed(kills, options.seed, backend, seconds)
        print(f"{backend}: {figures.table()}")
        print(f"  processes left behind: {len(left)} {left or ''}", flush=True)
        wrong += len(figures.faults) + len(left)
    seconds = options.minutes * 60 * options.control / (options.kills + options.control)
    control, _ = _killed(options.control, options.seed, "harness", seconds, deaf=True)
    print(f"control, effect ids forgotten: {control.killed} kills, effects duplicated: {control.duplicates}")
    return 1 if wrong or (options.control and not control.duplicates) else 0


def _killed(kills: int, seed: int, backend: str, seconds: float, *, deaf: bool = False) -> tuple[Figures, list[str]]:
    order = control_plan(seed) if deaf else plan(seed, backend)
    figures, end = Figures(), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, Rig(Path(folder), deaf=deaf, backend=backend) as rig:
        while figures.killed < kills and time.monotonic() < end:
            for found in carried_out(rig, itertools.islice(order, 1), figures):
                if sys.stderr.isatty():
                    print(f"\r\033[K{figures.killed} of {kills} kills; {found.status}", end="", file=sys.stderr, flush=True)
                if found.fault and not deaf:
                    print(_told(found), flush=True)
    return figures, rig.left


def _told(found: Found) -> str:
    killed = f"{found.kill.victim or 'at random'} {found.point or 'at no point'}"
    return f"{found.fault}: {found.work.name} {found.run_id} ({killed}) {dict(found.effects)} {found.seen}"


if __name__ == "__main__":
    sys.exit(main())
