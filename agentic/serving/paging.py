"""Pages of the list of runs: where the next one begins, as a text that only this module reads."""

import base64
import json
from typing import Any, cast

from agentic.runs.paging import Place
from agentic.serving.problems import Problem


def write(place: Place | None) -> str:
    """The cursor of the next page; empty where there is none."""
    if place is None:
        return ""
    text = json.dumps([place.created_at, list(place.given)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str) -> Place | None:
    """Raises `Problem` 422 for what is no cursor."""
    if not cursor:
        return None
    try:
        created_at, given = _values(cursor)
        return Place(created_at, given)
    except (ValueError, TypeError, RecursionError):
        raise Problem(422, "invalid", "cursor is none of this API", hint="leave it out to begin anew") from None


def _values(cursor: str) -> tuple[str, tuple[str, ...]]:
    values: Any = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    created_at, given = values
    if not isinstance(created_at, str) or not isinstance(given, list):
        raise TypeError
    return created_at, tuple(str(name) for name in cast("list[Any]", given))
