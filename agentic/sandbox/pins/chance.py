"""Chance: everything that looks random to a script comes from the run's seed, per lane. TLS keeps the kernel's.

Bytes come from SHAKE-256 over seed, lane and a counter; Python's generators are seeded by such bytes. What a script seeds
itself does what it does without pins.
"""

import hashlib
import operator
import os
import random
import ssl
import sys
import uuid
from typing import Any, SupportsIndex

from agentic.sandbox.pins import lanes
from agentic.sandbox.pins.bindings import Bindings

_seed = b""
_seed_generator = random.Random.seed
_SEED_BYTES = 32


class LaneRandom(random.Random):
    """The generator behind `random.random` and the like: one per lane, or the script's own once it has called `random.seed`."""

    def __init__(self) -> None:  # pyright: ignore[reportMissingSuperCall] # it has no state of its own
        self._own: random.Random | None = None

    @property
    def _generator(self) -> Any:
        if self._own is not None:
            return self._own
        lane = lanes.current()
        if lane.random is None:
            lane.random = random.Random(_secret())  # noqa: S311 (it is to be repeated)
        return lane.random

    def random(self) -> float:
        return self._generator.random()

    def getrandbits(self, k: int, /) -> int:
        return self._generator.getrandbits(k)

    def seed(self, a: Any = None, version: int = 2) -> None:
        self._own = None
        if a is None:
            lanes.current().random = None
        else:
            self._own = random.Random()  # noqa: S311
            self._own.seed(a, version)

    def getstate(self) -> tuple[Any, ...]:
        return self._generator.getstate()

    def setstate(self, state: tuple[Any, ...]) -> None:
        self._own = random.Random()  # noqa: S311
        self._own.setstate(state)

    @property
    def gauss_next(self) -> float | None:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Half of what `gauss` computes, kept for its next call."""
        return self._generator.gauss_next

    @gauss_next.setter
    def gauss_next(self, value: float | None) -> None:
        self._generator.gauss_next = value


def start(seed: bytes) -> None:
    global _seed
    _seed = seed
    uuid._node = int.from_bytes(_drawn(b"node", 6)) | 1 << 40  # pyright: ignore[reportAttributeAccessIssue] # not a real card's
    tempfile: Any = sys.modules.get("tempfile")
    if tempfile is not None:
        tempfile._name_sequence = None


def plan(bindings: Bindings) -> None:
    bindings.everywhere(os.urandom, urandom)
    bindings.everywhere(ssl.RAND_bytes, urandom)
    bindings.at(os, "getrandom", getrandom)
    bindings.at(random.Random, "seed", seed_generator)
    shared, ours = random._inst, LaneRandom()  # pyright: ignore
    bindings.at(random, "_inst", ours)
    for name, value in list(vars(random).items()):
        if getattr(value, "__self__", None) is shared:
            bindings.everywhere(value, getattr(ours, name))
    # The C library's uuid1 asks the kernel; Python's own asks `time` and `random`.
    _drawn(b"", 1)  # The first call looks for the function, which a child need not do.
    for name in ("_generate_time_safe", "_UuidCreate", "_last_timestamp"):
        bindings.at(uuid, name, None)


def urandom(size: SupportsIndex, /) -> bytes:
    """In the place of `os.urandom`."""
    count = operator.index(size)
    if count < 0:
        raise ValueError("negative argument not allowed")
    lane = lanes.current()
    return _drawn(b"%s/%d" % (lane.path.encode(), next(lane.draws)), count)


def getrandom(size: int, flags: int = 0) -> bytes:
    """In the place of `os.getrandom`."""
    del flags
    return urandom(size)


def seed_generator(self: random.Random, a: Any = None, version: int = 2) -> None:
    """In the place of `random.Random.seed`: without a seed it would ask the kernel."""
    _seed_generator(self, _secret() if a is None else a, version)


def _secret() -> int:
    return int.from_bytes(urandom(_SEED_BYTES))


def _drawn(label: bytes, count: int) -> bytes:
    return hashlib.shake_256(_seed + b"/" + label).digest(count)
