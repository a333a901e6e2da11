"""Tasks and futures in the order in which they were started, where Python has them in sets: by their addresses."""

import asyncio
import itertools
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

from agentic.sandbox.pins.bindings import Bindings

_numbers: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()
_count = itertools.count()

_as_completed: Any = asyncio.as_completed


class InOrder(set[Any]):
    """A set that is gone through in the order in which its members were started."""

    def __iter__(self) -> Iterator[Any]:
        return iter(in_order(super().__iter__()))

    def pop(self) -> Any:
        first = next(iter(self), None)
        if first is None:
            return super().pop()  # Raises as a set does.
        self.remove(first)
        return first


def plan(bindings: Bindings) -> None:
    bindings.everywhere(asyncio.as_completed, as_completed)


def note(work: Any) -> None:
    """`work` is started now."""
    _numbers[work] = next(_count)


def in_order(works: Iterable[Any]) -> list[Any]:
    """Without repetitions. What was not noted comes last, as it comes."""
    return sorted(dict.fromkeys(works), key=lambda work: _numbers.get(work, 1 << 62))


def as_completed(fs: Any, *, timeout: float | None = None) -> Any:
    """In the place of `asyncio.as_completed`, which would make its tasks in the order of a set of coroutines."""
    if asyncio.isfuture(fs) or asyncio.iscoroutine(fs):
        return _as_completed(fs, timeout=timeout)  # Raises as it does.
    return _as_completed([asyncio.ensure_future(work) for work in fs], timeout=timeout)
