"""The long form of the fault tests: `python tests/faults/faults_prove.py`. Every service in every way, at another moment.

Prints how the runs ended, by service and fault. Exits with 1 when a run hung, was left without an end, told its caller
nothing, or did other than it says; and when the control (faults that nobody could survive) shows nothing.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fault_plan import Fault, Kind, planned
from faults_stage import Found, opened


def main() -> int:
    parser = argparse.ArgumentParser(description="Lets services fail under runs, and looks what became of these.")
    parser.add_argument("--runs", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="what all runs together may take; fewer are made then")
    options = parser.parse_args()
    found: list[Found] = []
    end = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / ".agentic") as stage:
        for fault in itertools.islice(planned(options.seed), options.runs):
            if time.monotonic() > end:
                break
            found.append(stage.suffered(fault))
            if sys.stderr.isatty():
                print(f"\r\033[K{len(found)} of {options.runs} runs", end="", file=sys.stderr, flush=True)
            if found[-1].wrong:
                print(found[-1], flush=True)
        control = stage.suffered(Fault("dynamodb", Kind.FAILS, times=1000))
    print(_table([one for one in found if one.fault.hit]))
    wrong = sum(bool(one.wrong) for one in found)
    print(f"{len(found)} runs, {sum(bool(one.fault.hit) for one in found)} of them met their fault; wrong: {wrong}")
    print(f"control, a table that is gone: {control.told}")
    return 1 if wrong or control.told == "completed" else 0


def _table(found: list[Found]) -> str:
    """Service and fault, and how the runs that met it ended."""
    ends = Counter((one.fault.service, str(one.fault.kind), one.status) for one in found)
    kinds = sorted({(service, kind) for service, kind, _ in ends})
    lines = [
        f"{service:9} {kind:10} "
        + ", ".join(f"{status} {count}" for (of, how, status), count in sorted(ends.items()) if (of, how) == (service, kind))
        for service, kind in kinds
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
