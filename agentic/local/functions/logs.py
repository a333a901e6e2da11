"""A function's output as lines: to a file for people, and to whoever else wants them (the local CloudWatch Logs)."""

import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

LogSink = Callable[[str, str], None]
"""`sink(function_name, line)`; called from several threads, must not wait and must not invoke functions."""

# A file that has grown to this size is set aside (one older file is kept) when the function is created anew.
_FILE_BYTES = 5_000_000
# CloudWatch's limit of one event; a longer line is cut into pieces.
_LINE_BYTES = 262_144
# What is read at one go, so that a process that floods its output does not keep the loop for itself.
_READ_BYTES = 1 << 20
# The runtime client ends the lines of a traceback by \r alone, so that CloudWatch keeps them in one event.
_LINE_END = re.compile(rb"\r\n|\n|\r")


def no_sink(function_name: str, line: str) -> None:
    """The sink that keeps nothing."""


class FunctionLog:
    """One function's log; all its processes write to it."""

    def __init__(self, function_name: str, path: Path, sink: LogSink) -> None:
        self._name = function_name
        self._sink = sink
        self._lock = threading.Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _FILE_BYTES:
            path.replace(path.with_suffix(".log.1"))
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        self._open = True

    def write(self, pid: int, line: str) -> None:
        """One line, without its end."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = f"{now} {pid} {line}\n".encode()
        # A full disk costs the line, not the function: its answer does not depend on its log.
        with self._lock, suppress(OSError):
            if self._open:
                os.write(self._file, text)
        self._sink(self._name, line)

    def close(self) -> None:
        with self._lock:
            if self._open:
                self._open = False
                os.close(self._file)


class Output:
    """The read end of one process's output."""

    def __init__(self, descriptor: int, log: FunctionLog) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._log = log
        self._partial = b""

    def read(self, pid: int) -> bool:
        """Logs the whole lines that are there; False when no process can write any more."""
        for _ in range(_READ_BYTES // 65_536):
            try:
                piece = os.read(self.descriptor, 65_536)
            except BlockingIOError:
                return True
            if not piece:
                return False
            *lines, self._partial = _LINE_END.split(self._partial + piece)
            for line in lines:
                self._log.write(pid, line.decode(errors="replace"))
            while len(self._partial) >= _LINE_BYTES:
                self._log.write(pid, self._partial[:_LINE_BYTES].decode(errors="replace"))
                self._partial = self._partial[_LINE_BYTES:]
        return True

    def flush(self, pid: int) -> None:
        """Logs everything that is there, also a last line without its end."""
        self.read(pid)
        if self._partial:
            self._log.write(pid, self._partial.decode(errors="replace"))
            self._partial = b""

    def close(self) -> None:
        os.close(self.descriptor)
