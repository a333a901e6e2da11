"""DynamoDB's items in SQLite: each row is one item in DynamoDB's own JSON, found by its key attributes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from agentic.local.durable.database import Database, Statement, Ticket

Key = Mapping[str, Any]

_PUT = "INSERT INTO items VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET item = excluded.item"
_DELETE = "DELETE FROM items WHERE region = ? AND name = ? AND key = ?"


class Items:
    """The items of all tables, by region and table name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, region: str, changes: list[tuple[str, Key, Mapping[str, Any] | None]]) -> Ticket:
        """Take a place in the order of writes for (table, key, item or None if it is gone) after one request."""
        return self._database.enqueue([_statement(region, *change) for change in changes])

    def settle(self, ticket: Ticket) -> None:
        """Return when the changes are on the disk; StorageError otherwise."""
        self._database.settle(ticket)

    def get(self, region: str, table: str, key: Key) -> dict[str, Any] | None:
        """An item as the disk has it."""
        query = "SELECT item FROM items WHERE region = ? AND name = ? AND key = ?"
        for (item,) in self._database.rows(query, region, table, _name(key)):
            return json.loads(item)
        return None

    def stored(self, region: str, table: str) -> Iterator[dict[str, Any]]:
        for (item,) in self._database.rows("SELECT item FROM items WHERE region = ? AND name = ?", region, table):
            yield json.loads(item)

    def delete_table(self, region: str, table: str) -> None:
        self._database.write(("DELETE FROM items WHERE region = ? AND name = ?", (region, table)))


def _statement(region: str, table: str, key: Key, item: Mapping[str, Any] | None) -> Statement:
    if item is None:
        return _DELETE, (region, table, _name(key))
    return _PUT, (region, table, _name(key), json.dumps(item, separators=(",", ":")))


def _name(key: Key) -> str:
    return json.dumps(key, sort_keys=True, separators=(",", ":"))
