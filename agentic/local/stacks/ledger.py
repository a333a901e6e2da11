"""What a stack of the real engine is made of, on the disk: a line per change, so that a restart makes the same again.

The engine has its own state; this is the account's side of it, which AWS keeps for others.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.made import MadeResource
from agentic.local.state import storage_error


class StackLedger:
    """The file `path`, made with its folder when it is missing. Each change is on the disk before it is acknowledged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(path, flags, 0o600), "ab")
            self._end_a_torn_line()
        except OSError as error:
            raise storage_error(path, error) from None

    def made(self, resource: MadeResource) -> None:
        self._write({"made": asdict(resource)})

    def gone(self, token: str, resource_id: str) -> None:
        self._write({"gone": [token, resource_id]})

    def close(self) -> None:
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        with self._lock:
            try:
                self._file.write(text.encode())
                self._file.flush()
                os.fdatasync(self._file.fileno())
            except OSError as error:
                raise storage_error(self._path, error) from None

    def _end_a_torn_line(self) -> None:
        """What was being written when the machine stopped must not swallow the next line."""
        if self._path.stat().st_size and not self._path.read_bytes().endswith(b"\n"):
            self._file.write(b"\n")
            self._file.flush()


def read(path: Path) -> tuple[MadeResource, ...]:
    """What the file says there is, in the order of creation. Lines that were not written to their end count for nothing.

    Raises `LocalCloudError` when the file cannot be read.
    """
    found: dict[tuple[str, str], MadeResource] = {}
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise LocalCloudError(f"cannot read {path}: {error.strerror}") from error
    for line in lines:
        try:
            change = json.loads(line)
        except ValueError:
            continue
        if "made" in change:
            resource = MadeResource(**change["made"])
            found[resource.type, resource.id] = resource
        else:
            token, resource_id = change["gone"]
            found.pop((token, resource_id), None)
    return tuple(found.values())
