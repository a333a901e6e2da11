"""Tries inputs that come from a seed: the same seed gives the same inputs, on every machine."""

import random
import signal
import time
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from fuzzing.target import Fault, Tally, Target, attempt
from fuzzing.targets import TARGETS

_SECONDS = 30.0
"""What one input may take. None takes a thousandth of it; what reaches it hangs."""


class Hang(Exception):  # noqa: N818 (a kind of fault, shown by its name)
    """An input took too long."""


@dataclass
class Batch:
    """What trying a number of inputs came to. `sample` are inputs that were accepted, for a closer look."""

    target: str
    tally: Tally = field(default_factory=Tally)
    faults: dict[str, Fault] = field(default_factory=dict[str, Fault])
    sample: list[bytes] = field(default_factory=list[bytes])


def run_batch(name: str, seed: str, count: int, sampled: int = 0) -> Batch:
    """`try_seeded` for the target of that name: what another process can be asked for."""
    return try_seeded(TARGETS[name], seed, count, sampled)


def try_seeded(target: Target[Any], seed: str, count: int, sampled: int = 0, seconds: float = _SECONDS) -> Batch:
    """Tries `count` inputs of the target. Of each kind of fault the first is kept; every `sampled`-th accepted input too.

    An input that takes longer than `seconds` is a fault. Only for a process's main thread.
    """
    batch = Batch(target.name)
    generator = random.Random(f"{target.name} {seed}")
    before = signal.signal(signal.SIGALRM, _ring)
    started = time.perf_counter()
    try:
        for _ in range(count):
            data = generator.randbytes(generator.choice(target.sizes))
            signal.setitimer(signal.ITIMER_REAL, seconds)
            outcome = attempt(target, data)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if isinstance(outcome, Fault):
                batch.faults.setdefault(outcome.kind, outcome)
                batch.tally.add("fault")
                continue
            batch.tally.add(outcome)
            if sampled and outcome == "accepted" and batch.tally.outcomes[outcome] % sampled == 0:
                batch.sample.append(data)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    batch.tally.seconds = time.perf_counter() - started
    return batch


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise Hang("an input took too long")
