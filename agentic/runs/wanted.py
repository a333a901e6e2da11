"""Which runs a list is to have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from agentic.core.errors import UsageError
from agentic.core.values import RunStatus
from agentic.runs.record import RunRecord

LISTED = ("run_id", "created_at", "status", "api", "task", "session", "model", "calls_made", "error")
"""What a list of runs tells of each; the rest is for who asks for one."""

_AGO = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A run is wanted that has one of `statuses`, is for `api`, and has all `words` in its task; what is empty counts not.

    `since` is ISO 8601 in UTC, as records have it: runs made before that are left out.
    """

    statuses: tuple[str, ...] = ()
    api: str = ""
    words: tuple[str, ...] = ()
    since: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, Any], now: datetime) -> Self:
        """From a person's words: `status` (by commas), `api`, `task`, `since` ("2h", or a date with or without a time).

        Raises `UsageError`.
        """
        statuses = tuple(name.strip() for name in str(fields.get("status") or "").split(",") if name.strip())
        for name in statuses:
            if name not in list(RunStatus):
                raise UsageError(f"no run is {name!r}", hint=f"one or more of: {', '.join(RunStatus)}")
        return cls(
            statuses=statuses,
            api=str(fields.get("api") or ""),
            words=tuple(str(fields.get("task") or "").casefold().split()),
            since=_since(str(fields.get("since") or ""), now),
        )

    def __call__(self, record: RunRecord) -> bool:
        return (
            (not self.statuses or record.status in self.statuses)
            and (not self.api or record.api == self.api)
            and all(word in record.task.casefold() for word in self.words)
        )


def _since(text: str, now: datetime) -> str:
    if not text:
        return ""
    try:
        if ago := _AGO.fullmatch(text):
            moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            moment = datetime.fromisoformat(text)
        # A time without a zone is in UTC, as lists show it.
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time", hint="such as 30m, 2h, 7d, 2026-11-01, 2026-11-01T14:30 (in UTC)") from None
    return moment.isoformat(timespec="milliseconds")
