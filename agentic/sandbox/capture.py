"""One of a script's output streams: a pipe, read up to a size, the rest counted and dropped."""

import os

_CHUNK = 65536


class Capture:
    """`writer` is the end for the child. Keeps `limit` bytes; `flooded` once more than `flood` have come."""

    def __init__(self, limit: int, flood: int) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._limit = limit
        self._flood = max(flood, limit)
        self._kept = bytearray()
        self._count = 0
        self._writer_open = True

    def read(self) -> bool:
        """Takes what is there; False at the stream's end."""
        try:
            data = os.read(self.reader, _CHUNK)
        except BlockingIOError:
            return True
        self._count += len(data)
        self._kept += data[: max(0, self._limit - len(self._kept))]
        return bool(data)

    def drain(self) -> None:
        """Takes what is in the pipe already, without waiting for more, and no more than a pipe holds."""
        for _ in range(16):
            before = self._count
            if not self.read() or self._count == before:
                return

    @property
    def flooded(self) -> bool:
        return self._count > self._flood

    @property
    def data(self) -> bytes:
        return bytes(self._kept)

    @property
    def text(self) -> str:
        """What was kept, with a mark where the rest was cut off."""
        text = self._kept.decode("utf-8", "replace")
        if self._count <= self._limit:
            return text
        return f"{text}\n[cut here: {self._limit:,} of {self._count:,} bytes]\n"

    def close_writer(self) -> None:
        if self._writer_open:
            self._writer_open = False
            os.close(self.writer)

    def close(self) -> None:
        self.close_writer()
        os.close(self.reader)
