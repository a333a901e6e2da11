"""A dict of strings that is on the disk as soon as an assignment returns: what the APIs' fakes keep their state in."""

import threading
from collections.abc import Iterator, MutableMapping

from agentic.local.durable.database import Database

_PUT = "INSERT INTO mappings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
_DELETE = "DELETE FROM mappings WHERE name = ? AND key = ?"


class DurableMapping(MutableMapping[str, str]):
    """Reads are from memory. A write that cannot be stored raises StorageError and changes nothing."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lock = threading.Lock()
        rows = database.rows("SELECT key, value FROM mappings WHERE name = ? ORDER BY key", name)
        self._values: dict[str, str] = dict(rows)

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __setitem__(self, key: str, value: str) -> None:
        with self._lock:
            self._database.write((_PUT, (self._name, key, value)))
            self._values[key] = value

    def __delitem__(self, key: str) -> None:
        with self._lock:
            if key not in self._values:
                raise KeyError(key)
            self._database.write((_DELETE, (self._name, key)))
            del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._values))

    def __len__(self) -> int:
        return len(self._values)
