"""A write whose answer got lost, as a plugin's `settle` is given it."""

from dataclasses import dataclass

from agentic.core.wire import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class LostWrite:
    """`request` is the write without its key; it left at `sent_at` (epoch seconds) at the earliest.

    `others` are the answers that the same run's other writes to its address have had: what these speak of is not what this one
    has made.
    """

    request: HttpRequest
    sent_at: float
    others: tuple[HttpResponse, ...] = ()
