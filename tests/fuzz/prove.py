"""The long form of the fuzz tests: `python tests/fuzz/prove.py`. A million generated inputs over all targets.

Most come from a seed, in two processes; a part comes from atheris, guided by coverage, where that is installed. Scripts that
the validator accepted are run in a watched process, some thousands of them. Prints a table; exits with 1 when there was a
fault, whose smallest input is then in a file that it names.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from fuzzing.choices import Choices
from fuzzing.minimise import minimise
from fuzzing.seeded import Batch, run_batch
from fuzzing.target import Fault, Tally
from fuzzing.targets import TARGETS
from fuzzing.validator.watching import watch

_HERE = Path(__file__).parent
_BATCH = 1000
_GUIDED_PART = 0.08
"""The part of all inputs that atheris makes; with its measuring an input takes several times as long."""
_SAMPLED = 12
"""Of the accepted scripts one in so many is run and watched."""
_WATCHED_AT_ONCE = 500


@dataclass
class Results:
    """What all targets came to, by the target's name."""

    seeded: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in TARGETS})
    guided: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in TARGETS})
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict[tuple[str, str], Fault])
    sample: list[bytes] = field(default_factory=list[bytes])
    watched: int = 0

    @property
    def inputs(self) -> int:
        return sum(tally.inputs for tally in (*self.seeded.values(), *self.guided.values()))

    def add(self, tallies: dict[str, Tally], name: str, tally: Tally, faults: list[Fault]) -> None:
        mine = tallies[name]
        mine.inputs += tally.inputs
        mine.seconds += tally.seconds
        for outcome, count in tally.outcomes.items():
            mine.outcomes[outcome] = mine.outcomes.get(outcome, 0) + count
        for fault in faults:
            self.faults.setdefault((name, fault.kind), fault)


def main() -> int:
    options = _options()
    guided = _GUIDED_PART if importlib.util.find_spec("atheris") else 0.0
    if not guided:
        print("atheris is not installed (`make prove` installs it where there is a wheel): all inputs come from the seed.")
    results, started = Results(), time.perf_counter()
    _run_seeded(results, options, 1 - guided)
    if guided:
        _run_guided(results, options, guided)
    _run_watched(results)
    _progress(results, "")
    print(_table(results, time.perf_counter() - started))
    for (name, _), fault in results.faults.items():
        print(_saved(minimise(TARGETS[name], fault) if fault.data else fault, options.found))
    return 1 if results.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzzes validator, path rules, response scrubbing and relay HTTP parsing.")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="generated inputs in total")
    parser.add_argument("--seed", default="1", help="other seeds give other inputs")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--targets", nargs="+", choices=tuple(TARGETS), default=list(TARGETS))
    parser.add_argument("--found", type=Path, default=Path(".hypothesis/found"), help="folder for inputs that show a fault")
    return parser.parse_args()


def _shares(options: argparse.Namespace, part: float) -> dict[str, int]:
    """How many inputs each target gets; rounded up, so that the total is never short."""
    whole = sum(TARGETS[name].share for name in options.targets)
    return {name: -int(-options.inputs * part * TARGETS[name].share // whole) for name in options.targets}


def _run_seeded(results: Results, options: argparse.Namespace, part: float) -> None:
    with ProcessPoolExecutor(options.processes) as pool:
        jobs, pending = _jobs(options, part), set[Future[Batch]]()
        while True:
            for name, seed, count in jobs:
                pending.add(pool.submit(run_batch, name, seed, count, _SAMPLED if name == "validator" else 0))
                if len(pending) >= 2 * options.processes:
                    break
            if not pending:
                return
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for batch in (future.result() for future in done):
                results.add(results.seeded, batch.target, batch.tally, list(batch.faults.values()))
                results.sample += batch.sample
                _progress(results, f"{results.inputs:,} of {options.inputs:,} inputs, {len(results.faults)} kinds of fault")


def _jobs(options: argparse.Namespace, part: float) -> Iterator[tuple[str, str, int]]:
    """Batches of all targets by turns, so that a run that is stopped early has tried all of them."""
    left, number = _shares(options, part), 0
    while any(left.values()):
        number += 1
        for name in left:
            count = min(_BATCH, left[name])
            left[name] -= count
            if count:
                yield name, f"{options.seed} {number}", count


def _run_guided(results: Results, options: argparse.Namespace, part: float) -> None:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.processes) as pool:
        started = {
            pool.submit(_guided, name, count, options.seed, Path(folder)): name
            for name, count in _shares(options, part).items()
        }
        pending = set(started)
        while pending:
            _progress(results, f"{results.inputs:,} of {options.inputs:,} inputs, {len(pending)} targets left to atheris")
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                results.add(results.guided, started[future], *future.result())


def _guided(name: str, count: int, seed: str, folder: Path) -> tuple[Tally, list[Fault]]:
    result, corpus = folder / f"{name}.json", folder / name
    corpus.mkdir()
    command = [sys.executable, str(_HERE / "guided.py"), name, str(count), seed, str(result), str(corpus)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if not result.exists():
        raise SystemExit(f"atheris ended without a result for {name}:\n{ended.stderr[-2000:]}")
    state = json.loads(result.read_text())
    faults = [Fault(name, kind, error, case, bytes.fromhex(data)) for kind, error, case, data in state["faults"]]
    return Tally(state["inputs"], state["seconds"], state["outcomes"]), faults


def _run_watched(results: Results) -> None:
    """Runs the sample of accepted scripts; they were counted when they were generated."""
    for start in range(0, len(results.sample), _WATCHED_AT_ONCE):
        part = results.sample[start : start + _WATCHED_AT_ONCE]
        sources = [TARGETS["validator"].make(Choices(data)) for data in part]
        scripts = [source.decode() if isinstance(source, bytes) else source for source in sources]
        for source, found in zip(scripts, watch(scripts), strict=True):
            results.watched += 1
            for words in found:
                kind = f"an accepted script reached out: {words.split(' ')[0]}"
                results.faults.setdefault(("validator", kind), Fault("validator", kind, words, source, b""))
        _progress(results, f"{results.watched:,} accepted scripts were run and watched")


def _progress(results: Results, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)


def _table(results: Results, seconds: float) -> str:
    rows = [("target", "inputs", "of them guided", "seconds", "inputs/s", "outcomes", "faults")]
    for name in TARGETS:
        seeded, guided = results.seeded[name], results.guided[name]
        inputs, spent = seeded.inputs + guided.inputs, seeded.seconds + guided.seconds
        if not inputs:
            continue
        counts = {
            key: seeded.outcomes.get(key, 0) + guided.outcomes.get(key, 0) for key in {**seeded.outcomes, **guided.outcomes}
        }
        outcomes = ", ".join(f"{outcome} {count:,}" for outcome, count in sorted(counts.items()))
        kinds = sum(target == name for target, _ in results.faults)
        rows.append((name, f"{inputs:,}", f"{guided.inputs:,}", f"{spent:.0f}", f"{inputs / spent:,.0f}", outcomes, str(kinds)))
    rows.append(
        ("all", f"{results.inputs:,}", "", f"{seconds:.0f}", f"{results.inputs / seconds:,.0f}", "", str(len(results.faults)))
    )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((*lines, f"accepted scripts run and watched: {results.watched:,}"))


def _saved(fault: Fault, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{fault.target}-{fault.identity}.txt"
    path.write_text(
        f"{fault.kind}\n{fault.error}\n\ncase:\n{fault.case}\n\nchoices: {fault.data.hex()}\n", errors="backslashreplace"
    )
    return f"{fault.target}: {fault.kind}\n  {fault.error[:200]}\n  smallest input: {path}"


if __name__ == "__main__":
    sys.exit(main())
