"""What the program's process and ours say to each other: one JSON object per line over a socket pair."""

import contextlib
import json
import socket
import threading
from typing import Any

Message = dict[str, Any]


class Channel:
    """One end of the pair. Sending is safe from any thread; one thread receives."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lines = end.makefile("rb")
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        """Raises OSError when the other side is gone."""
        line = json.dumps(message, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        with self._sending:
            self._end.sendall(line)

    def receive(self) -> Message | None:
        """The next message; None when the other side is gone."""
        try:
            line = self._lines.readline()
        except OSError:
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def close(self) -> None:
        """Ends both directions; a thread that waits in `receive` gets None."""
        with contextlib.suppress(OSError):  # the other side may have been quicker
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()

    def release(self) -> None:
        """Gives the reading side back; to be called by the thread that received, after the last `receive`."""
        self._lines.close()
