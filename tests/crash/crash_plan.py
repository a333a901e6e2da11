"""Which kills, in which order: without end, so that a short part of them has something of everything, a long one every step."""

import itertools
import random
from collections.abc import Iterator

from crash_kills import CLOUD, DISK, WHILE_PAUSED, Kill
from crash_scripts import APPROVED, KEYLESS, TASK, TURN, WORKS, Work

# What of the local cloud can die alone: every function, what starts all of them, the script and what starts it.
SCRIPTED = ("call-api", "execute-code", "run-code", "script", "validate-code", "sandbox", "zygote")
# By the backend that has it: who takes part in a run that begins with words.
DELEGATED = {
    "harness": ("invoke-executor", "generate-code", "invoke-generator", "execute-code"),
    "classic": ("invoke-executor", "generate-code", "invoke-generator", "execute-code"),
    "workflow": ("generate-code", "validate-code", "execute-code", "run-code", "call-api"),
}
# Multiples of it, less their whole parts, fill the time from a run's begin to its end evenly, however many there are.
_GOLDEN = 0.6180339887
# Each point of a call: taken, to be written down, written down, sent, answered, and delivered. `{}` is what differs by the API.
_POINTS = (
    "after dynamodb UpdateItem",
    "before dynamodb PutItem",
    "after dynamodb PutItem",
    "before fake POST {path}",
    "after fake POST {path}",
    "after function call-api-{api}",
)
_PATHS = {"stripe": "/v1/customers", "github": "/repos/acme/widgets/issues"}


def points(api: str) -> tuple[str, ...]:
    return tuple(point.format(path=_PATHS[api], api=api) for point in _POINTS)


def plan(seed: int = 1, backend: str = "harness") -> Iterator[Kill]:
    """Scripts do not see the backend: with another one than the harness, only runs that begin with words are killed."""
    return _scripts_and_tasks(seed) if backend == "harness" else _tasks(backend)


def control(seed: int = 1) -> Iterator[Kill]:
    """Kills after which only the effect id tells the API that it has done a write already: nobody else has noted it."""
    chance = random.Random(seed)
    for turn in itertools.count():
        work = (*WORKS, APPROVED)[turn % (len(WORKS) + 1)]
        yield Kill((work,), (CLOUD, "call-api", "call-api")[turn % 3], point=points("stripe")[4], call=chance.randint(1, 2))


def _parts() -> Iterator[float]:
    number = 0
    while True:
        number += 1
        yield number * _GOLDEN % 1


def _tasks(backend: str) -> Iterator[Kill]:
    parts, turn = _parts(), 0
    while True:
        yield Kill((TURN,), DELEGATED[backend][turn % len(DELEGATED[backend])], next(parts))
        yield Kill((TASK,), CLOUD, next(parts))
        if turn % 2:
            yield Kill((TASK,))
        turn += 1


def _scripts_and_tasks(seed: int) -> Iterator[Kill]:
    chance, parts = random.Random(seed), _parts()
    scripted = _mixed((*WORKS, APPROVED), KEYLESS)
    while True:
        for turn in range(len(scripted) * len(SCRIPTED)):
            work, other = scripted[turn % len(scripted)], scripted[(turn + 1) % len(scripted)]
            point, call = points(work.api)[turn % len(_POINTS)], chance.randint(1, min(work.calls, 4))
            if turn % 3 == 2:
                yield Kill((work, other), CLOUD, point=point, call=call)
            else:
                yield Kill((work, other, TASK), CLOUD, next(parts), chance.choice((0, 0, chance.randint(1, 60))))
            yield Kill((work,), SCRIPTED[turn % len(SCRIPTED)], next(parts))
            yield Kill((work,), ("call-api", "run-code", "script")[turn // 2 % 3], point=point, call=call)
            yield Kill((TURN,), DELEGATED["harness"][turn % 4], next(parts))
            yield Kill((work,))
            if turn % 3 == 1:
                yield Kill((work,), DISK, point=points(work.api)[turn // 3 % len(_POINTS)], call=call)
            if turn % 3 == 0:
                yield Kill(((APPROVED, KEYLESS[-1])[turn % 2],), CLOUD, point=WHILE_PAUSED)


def _mixed(keyed: tuple[Work, ...], keyless: tuple[Work, ...]) -> tuple[Work, ...]:
    """One after the other, the longer one's rest at the end."""
    pairs = [work for pair in zip(keyed, keyless, strict=False) for work in pair]
    return (*pairs, *keyed[len(keyless) :], *keyless[len(keyed) :])
