"""Makes an input that shows a fault as small as is quickly done, while it shows the same kind of fault."""

from collections.abc import Iterator
from typing import Any

from fuzzing.target import Fault, Target, attempt

_MOST_ATTEMPTS = 1500


def minimise(target: Target[Any], fault: Fault, most: int = _MOST_ATTEMPTS) -> Fault:
    """The smallest fault found. Choices that are cut off become the first ones, which are the simplest."""
    smallest, attempts, shrunk = fault, 0, True
    while shrunk:
        shrunk = False
        for data in _smaller(smallest.data):
            attempts += 1
            if attempts > most:
                return smallest
            found = attempt(target, data)
            if isinstance(found, Fault) and found.kind == fault.kind and len(found.case) <= len(smallest.case):
                smallest, shrunk = found, True
                break
    return smallest


def _smaller(data: bytes) -> Iterator[bytes]:
    size = len(data) // 2
    while size:
        yield data[:-size]
        for start in range(0, len(data), size):
            yield data[:start] + data[start + size :]
        size //= 2
    for place, value in enumerate(data):
        if value:
            yield data[:place] + b"\0" + data[place + 1 :]
