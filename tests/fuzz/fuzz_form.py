"""The short form: Hypothesis makes the choices, so that what fails is shown as small as it can be."""

import dataclasses
import random
from collections.abc import Callable, Collection
from typing import Any

from fuzzing.target import Fault, Target, attempt
from hypothesis import HealthCheck, Phase, given, settings, strategies as st


def try_many(target: Target[Any], count: int) -> None:
    """Fails with the smallest input that shows a fault, of `count` inputs that are the same each time."""

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from((8, *target.sizes)).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
    def try_one(data: bytes) -> None:
        outcome = attempt(target, data)
        assert not isinstance(outcome, Fault), f"{outcome.error}\n{outcome.case}"

    try_one()


def kinds_found(target: Target[Any], check: Callable[[Any], str], count: int, until: Collection[str] = ()) -> set[str]:
    """The kinds of fault that `count` inputs show in something weaker than the project's code, or all of `until`."""
    weaker, generator, kinds = dataclasses.replace(target, check=check), random.Random(target.name), set[str]()
    for _ in range(count):
        outcome = attempt(weaker, generator.randbytes(generator.choice(target.sizes)))
        if isinstance(outcome, Fault):
            kinds.add(outcome.kind)
            if until and kinds.issuperset(until):
                break
    return kinds
