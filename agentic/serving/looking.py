"""Looks at a stack's runs: one as it is now, pages of them, one call with its bodies."""

from collections.abc import Callable

from agentic.agents.resume import Resumption
from agentic.agents.tools.services import Services
from agentic.core.names import StackNames
from agentic.core.values import Call
from agentic.runs import Entry, RunRecord
from agentic.runs.paging import Page, Pages, Place


class Looking:
    """`services` give the client and the settings `table` and `bucket`."""

    def __init__(self, services: Services, names: StackNames) -> None:
        self._services = services
        self._resumption = Resumption(services, names)

    def run(self, run_id: str) -> tuple[RunRecord, tuple[Call, ...]]:
        """A run as it is from now on (a question that nobody answered in time ends it), and its calls.

        Raises `UnknownRunError`.
        """
        store = self._services.store
        record = self._resumption.seen(store.get(run_id))
        return record, store.calls(run_id, ended=record.status.final) if record.attempt else ()

    def page(self, limit: int, wanted: Callable[[RunRecord], bool], since: str = "", after: Place | None = None) -> Page:
        """The newest runs first, of those that are wanted, from where another page has ended."""
        pages = Pages(self._services.client("dynamodb"), self._services.setting("table"), self._resumption.seen)
        return pages.page(limit, wanted, since, after)

    def entry(self, run_id: str, seq: int) -> Entry | None:
        """Call number `seq` of a run with its bodies; None where there is none."""
        journal = self._services.store.journal
        entries = journal.entries(run_id)
        return journal.whole(entries[seq - 1]) if 0 < seq <= len(entries) else None
