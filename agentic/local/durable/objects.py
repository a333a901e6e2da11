"""The buckets' objects as files a person can open: `objects/<bucket>/<key>`.

The database knows which key is in which file, and the headers that S3 gives back with it. Only the newest version of
an object is kept.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentic.core.errors import StorageError
from agentic.local.durable.database import Database
from agentic.local.state import StateFolder

_PLAIN = re.compile(r"(?!\.)[A-Za-z0-9._ =+@,()-]{1,120}")
_PUT = "INSERT INTO objects VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET path = excluded.path, facts = excluded.facts"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as it is kept. `headers` are those of a PutObject that makes it again; `modified` is ISO 8601, UTC."""

    key: str
    body: bytes
    headers: Mapping[str, str]
    modified: str


class Objects:
    """The mirror of all buckets. The caller keeps the order of writes to one key."""

    def __init__(self, state: StateFolder, database: Database) -> None:
        self._state = state
        self._database = database

    def put(self, bucket: str, stored: StoredObject) -> None:
        """Write the file, then the row; StorageError when one of them cannot be written."""
        facts = json.dumps({"headers": dict(stored.headers), "modified": stored.modified})
        name = plain_name(stored.key)
        if name:
            try:
                self._state.write(self._file(bucket, name), stored.body)
            except StorageError as error:
                # In S3 both `a` and `a/b` may be keys; as files only one of them can have its own name.
                if not self._conflicts(bucket, name):
                    raise error from None
                name = ""
        if not name:
            name = hashed_name(stored.key)
            self._state.write(self._file(bucket, name), stored.body)
        self._database.write((_PUT, (bucket, stored.key, name, facts)))

    def delete(self, bucket: str, key: str) -> None:
        """Forget an object; a missing one is no error."""
        for (name,) in self._database.rows("SELECT path FROM objects WHERE bucket = ? AND key = ?", bucket, key):
            self._database.write(("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key)))
            self._state.remove(self._file(bucket, name))

    def delete_bucket(self, bucket: str) -> None:
        for (key,) in self._database.rows("SELECT key FROM objects WHERE bucket = ?", bucket):
            self.delete(bucket, key)

    def stored(self, bucket: str) -> Iterator[StoredObject]:
        """All objects of a bucket. One whose file a person removed is left out."""
        for key, name, facts in self._database.rows("SELECT key, path, facts FROM objects WHERE bucket = ?", bucket):
            body = self._state.read(self._file(bucket, name))
            if body is not None:
                known = json.loads(facts)
                yield StoredObject(key, body, known["headers"], known["modified"])

    def _file(self, bucket: str, name: str) -> Path:
        return self._state.objects / (bucket if _PLAIN.fullmatch(bucket) else hashed_name(bucket)) / name

    def _conflicts(self, bucket: str, name: str) -> bool:
        file = self._file(bucket, name)
        return file.is_dir() or any(parent.is_file() for parent in file.parents if parent.is_relative_to(self._state.objects))


def plain_name(key: str) -> str:
    """The key itself where it is a harmless relative path, otherwise empty."""
    parts = key.split("/")
    harmless = len(key) <= 900 and len(parts) <= 16 and all(_PLAIN.fullmatch(part) for part in parts)
    return key if harmless else ""


def hashed_name(key: str) -> str:
    """A file name for every other key; no plain name begins with `%`."""
    return "%" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
