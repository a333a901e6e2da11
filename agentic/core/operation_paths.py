"""The paths of operations, in which "{id}" stands for one segment or a part of one, "{path...}" for one segment or more.

One module for everybody who reads them (broker, checks of specs, conformance, fakes), so that no two read them differently.
"""

import re

PLACEHOLDER = re.compile(r"\{\w+(?:\.\.\.)?\}")
SEVERAL = "...}"
"""The end of a placeholder for several segments."""


def as_pattern(path: str, *, one: str, several: str) -> str:
    """`path` as a regular expression that has `one` and `several` in the placeholders' places."""
    parts, kinds = PLACEHOLDER.split(path), PLACEHOLDER.findall(path)
    patterns = [several if kind.endswith(SEVERAL) else one for kind in kinds]
    return "".join(re.escape(part) + pattern for part, pattern in zip(parts, [*patterns, ""], strict=True))


def openness(path: str) -> tuple[int, int]:
    """How much `path` leaves open, less before more: /search, then /{id}, then /{path...}."""
    return path.count(SEVERAL), len(PLACEHOLDER.findall(path))
