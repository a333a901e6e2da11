"""A front door's sessions: what the runs of one person under one name are told of each other."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from agentic.agents.remembering import turn_of
from agentic.agents.tools.services import Services
from agentic.core.errors import StorageError, UnknownRunError, UsageError
from agentic.core.turns import Turn
from agentic.core.values import to_json
from agentic.runs import Entry
from agentic.runs.sessions import Sessions

LONGEST_NAME = 100
_LONG_ANSWERS = 5


class Memory:
    """`services` give the client and the setting `table`. Who asks is always a `person`: nobody reads another's sessions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions = Sessions(services.client("dynamodb"), services.setting("table"), services.clock)

    def begin(self, person: str, name: str, run_id: str) -> None:
        """Give a run that is about to begin its place in a session. Raises `UsageError` for one that cannot be."""
        self._sessions.begin(_known(person), _named(name), run_id)

    def of(self, person: str, name: str) -> tuple[Turn, ...]:
        """What a session knows, the oldest turn first."""
        return self._sessions.turns(_known(person), _named(name), self._turn)

    def answer(self, action: str, person: str, name: str) -> Any:
        """What the commands `agentic sessions list|show|clear` print, as JSON values."""
        match action:
            case "list":
                return to_json(self._sessions.list(_known(person)))
            case "show":
                return to_json(self.of(person, name))
            case "clear":
                return self._sessions.clear(_known(person), _named(name))
            case _:
                raise UsageError(f"sessions have no {action!r}", hint="list, show or clear")

    def _turn(self, run_id: str) -> tuple[Turn, bool] | None:
        """The turn of a run, and whether it has ended; None for a run that broke off before it had a record."""
        with suppress(UnknownRunError):
            record = self._services.store.get(run_id)
            entries = self._services.store.journal.entries(run_id) if record.attempt else ()
            return turn_of(record, self._read(entries)), record.status.final
        return None

    def _read(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries, the newest of those with long answers with these: lists have the ids that a script printed."""
        long = [entry.key for entry in entries if "response" in entry.bodies_at][-_LONG_ANSWERS:]
        read: list[Entry] = []
        for entry in entries:
            found = entry
            if entry.key in long:
                # What cannot be read tells nothing; a session is no reason to fail.
                with suppress(StorageError):
                    found = self._services.store.journal.whole(entry)
            read.append(found)
        return read


def _known(person: str) -> str:
    if not person:
        raise UsageError("a session belongs to a person, and it is not known who asks")
    return person


def _named(name: str) -> str:
    if not 0 < len(name) <= LONGEST_NAME:
        raise UsageError(f"a session's name has 1 to {LONGEST_NAME} characters")
    return name
