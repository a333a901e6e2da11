"""The durable part of the state folder as one value."""

import threading
from collections.abc import MutableMapping

from agentic.local.durable.database import Database
from agentic.local.durable.items import Items
from agentic.local.durable.mapping import DurableMapping
from agentic.local.durable.objects import Objects
from agentic.local.state import StateFolder


class Durable:
    """Opens the state folder's database; `close` it at the end."""

    def __init__(self, state: StateFolder) -> None:
        self._database = Database(state)
        self._mappings: dict[str, DurableMapping] = {}
        self._lock = threading.Lock()
        self.objects = Objects(state, self._database)
        self.items = Items(self._database)

    def mapping(self, name: str) -> MutableMapping[str, str]:
        """The mapping of this name, the same object for the same name. An assignment is on the disk when it returns."""
        with self._lock:
            found = self._mappings.get(name)
            if found is None:
                found = self._mappings[name] = DurableMapping(self._database, name)
            return found

    def close(self) -> None:
        self._database.close()
