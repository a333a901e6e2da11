"""Zips that come out the same, byte for byte, for the same contents: sorted, one timestamp, one mode, no host facts.

Entries stay compressed when they go from one archive into another, so a zip made of prepared layers costs a copy.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentic.core.errors import BuildError

from . import bytecode

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION, _UNIX = 20, 3 << 8
_UTF8 = 0x800
_DEFLATED = 8
_TIME, _DATE = 0, (1 << 5) | 1  # 1980-01-01 00:00, the earliest a zip can say
_MODE = 0o100644 << 16
_MOST_ENTRIES = 0xFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it stands in an archive: deflated bytes, and the checksum and size of what they hold."""

    deflated: bytes
    crc: int
    size: int

    @classmethod
    def of(cls, content: bytes) -> "Entry":
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(deflate.compress(content) + deflate.flush(), zlib.crc32(content), len(content))


def pack(files: Mapping[str, bytes], *, with_bytecode: bool) -> dict[str, Entry]:
    """The files as entries, with their bytecode beside them where it is wanted."""
    entries = {name: Entry.of(content) for name, content in files.items()}
    for name, content in files.items() if with_bytecode else ():
        if name.endswith(".py") and (body := bytecode.compiled(name, content)):
            entries[bytecode.name_of(name)] = Entry.of(body)
    return entries


def write(entries: Mapping[str, Entry]) -> bytes:
    """The archive that holds `entries`, by name."""
    if len(entries) > _MOST_ENTRIES:
        raise BuildError(f"{len(entries)} files do not fit into one zip")
    body = io.BytesIO()
    directory = bytearray()
    for name, entry in sorted(entries.items()):
        encoded = name.encode()
        facts = (_DEFLATED, _TIME, _DATE, entry.crc, len(entry.deflated), entry.size, len(encoded))
        directory += _CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, _VERSION, _UTF8, *facts, 0, 0, 0, 0, _MODE, body.tell())
        directory += encoded
        body.write(_LOCAL.pack(b"PK\3\4", _VERSION, _UTF8, *facts, 0) + encoded + entry.deflated)
    start = body.tell()
    body.write(directory)
    body.write(_END.pack(b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), start, 0))
    return body.getvalue()


def read(archive: bytes) -> dict[str, Entry]:
    """The entries of an archive that `write` made, still compressed."""
    entries: dict[str, Entry] = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for info in opened.infolist():
            start = info.header_offset + _LOCAL.size + len(info.filename.encode())
            entries[info.filename] = Entry(archive[start : start + info.compress_size], info.CRC, info.file_size)
    return entries


def merge(parts: Iterable[Mapping[str, Entry]]) -> dict[str, Entry]:
    """All entries of the parts. Raises `BuildError` when two parts bring different files of the same name."""
    merged: dict[str, Entry] = {}
    for part in parts:
        for name, entry in part.items():
            if merged.setdefault(name, entry) != entry:
                raise BuildError(f"two packages bring different files named {name}", hint="an SDK must not overlay another")
    return merged
