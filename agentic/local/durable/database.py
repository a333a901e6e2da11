"""One SQLite file, one connection, group commit: writers that come while a commit runs share the next one.

A write is on the disk (WAL, synchronous=FULL) before its caller goes on.
"""

import os
import sqlite3
import threading
from collections.abc import Sequence
from typing import Any

from agentic.core.errors import StorageError
from agentic.local.state import StateFolder

Statement = tuple[str, tuple[Any, ...]]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    region TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (region, name, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mappings (
    name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key)
) WITHOUT ROWID;
"""


class Ticket:
    """A write that waits for its commit."""

    __slots__ = ("error", "settled", "statements")

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self.settled = False
        self.error: sqlite3.Error | None = None


class Database:
    """`enqueue` fixes the order of writes, `settle` makes them durable. Both are safe from any thread."""

    def __init__(self, state: StateFolder) -> None:
        self._path = state.database
        self._pending: list[Ticket] = []
        self._queue = threading.Lock()
        self._commit = threading.RLock()
        try:
            # Made by us first, so that it never exists with a wider mode; SQLite gives its side files the same mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from None

    def enqueue(self, statements: Sequence[Statement]) -> Ticket:
        """Take a place in the order of writes."""
        ticket = Ticket(statements)
        with self._queue:
            self._pending.append(ticket)
        return ticket

    def settle(self, ticket: Ticket) -> None:
        """Return when the write is on the disk; raise StorageError when it cannot be put there."""
        with self._commit:
            if not ticket.settled:
                self._commit_pending()
        if ticket.error is not None:
            raise self._failure(ticket.error)

    def write(self, *statements: Statement) -> None:
        """Enqueue and settle."""
        self.settle(self.enqueue(statements))

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._commit:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise self._failure(error) from None

    def close(self) -> None:
        with self._commit:
            self._connection.close()

    def _commit_pending(self) -> None:
        with self._queue:
            batch, self._pending = self._pending, []
        error: sqlite3.Error | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for ticket in batch:
                for sql, values in ticket.statements:
                    self._connection.execute(sql, values)
            self._connection.execute("COMMIT")
        except sqlite3.Error as caught:
            error = caught
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        for ticket in batch:
            ticket.error = error
            ticket.settled = True

    def _failure(self, error: sqlite3.Error | OSError) -> StorageError:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL" or getattr(error, "errno", None) == 28:
            return StorageError(f"Cannot use {self._path}: the disk is full.", hint="Free some space, then run again.")
        return StorageError(f"Cannot use {self._path}: {error}.", hint="Check the folder's permissions and free space.")
