"""The weather icons of openweathermap.org: a square of one colour for each, in the sizes of the real ones."""

import re
import struct
import zlib

from agentic.apis.fakes.openweather.climate import share

_NAME = re.compile(r"(?P<icon>(?:0[1-4]|09|1[013]|50)[dn])(?P<size>@2x|@4x)?\.png")
_SIDE = {None: 50, "@2x": 100, "@4x": 200}


def icon(name: str) -> bytes | None:
    """A PNG, or None where no icon has this name."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    side = _SIDE[found["size"]]
    colour = bytes(round(90 + 160 * share("icon", found["icon"], channel)) for channel in "rgb")
    rows = (b"\0" + colour * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
