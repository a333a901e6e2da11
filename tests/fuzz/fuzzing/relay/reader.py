"""A strict reader of HTTP/1.1 requests, written from RFC 9112 and RFC 9110. Shares nothing with h11.

What two servers may read in two ways ends the reading, also where the RFC lets a server choose ("MAY"): bare line feeds and
carriage returns, folded lines, a length beside a transfer coding, several lengths, codings other than `chunked`.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

Fields = list[tuple[bytes, bytes]]

_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([!-~]+) HTTP/1\.([01])", re.ASCII)
_FIELD = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(|[\x21-\x7e\x80-\xff](?:[\t \x21-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*"
)
_LENGTH = re.compile(rb"[0-9]{1,18}")
# An extension's value may be quoted, but has no control character and no bare line end in it.
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})((?:[ \t]*;[\t \x21-\x7e\x80-\xff]*)?)")


class Ending(StrEnum):
    """Why there are no further requests."""

    CLOSED = "the stream ended between two requests, or a request said that it is the last"
    INCOMPLETE = "the stream ended inside a request"
    AMBIGUOUS = "what follows is no request, or can be read in two ways"


@dataclass
class Read:
    """One request as it stands in the stream."""

    method: bytes
    target: bytes
    version: int
    fields: Fields
    body: bytes = b""

    def values(self, name: bytes) -> list[bytes]:
        return [value for found, value in self.fields if found.lower() == name]


@dataclass
class Reading:
    """The requests up to where the stream ends or is not clear any more."""

    requests: list[Read] = field(default_factory=list[Read])
    ending: Ending = Ending.CLOSED
    reason: str = ""


class _Unclear(Exception):  # noqa: N818 (an end of the reading, not an error)
    pass


class _Incomplete(Exception):  # noqa: N818
    pass


def read(stream: bytes) -> Reading:
    """Every request of the stream, in order."""
    reading = Reading()
    place = 0
    try:
        while place < len(stream):
            request, place = _request(stream, place)
            reading.requests.append(request)
            if _is_last(request):
                return reading
    except _Incomplete:
        reading.ending = Ending.INCOMPLETE
    except _Unclear as unclear:
        reading.ending, reading.reason = Ending.AMBIGUOUS, str(unclear)
    return reading


def _request(stream: bytes, place: int) -> tuple[Read, int]:
    lines, place = _head(stream, place)
    found = _REQUEST_LINE.fullmatch(lines[0])
    if found is None:
        raise _Unclear(f"no request line: {lines[0][:60]!r}")
    request = Read(found[1], found[2], int(found[3]), [_field(line) for line in lines[1:]])
    hosts = request.values(b"host")
    if len(hosts) > 1 or (not hosts and request.version == 1):
        raise _Unclear("not exactly one Host")
    codings, lengths = request.values(b"transfer-encoding"), request.values(b"content-length")
    if codings and (lengths or len(codings) > 1 or codings[0].lower() != b"chunked" or request.version == 0):
        raise _Unclear("a transfer coding that is not `chunked` alone")
    if codings:
        request.body, place = _chunks(stream, place)
    elif lengths:
        if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
            raise _Unclear(f"no single length: {lengths[:3]}")
        end = place + int(lengths[0])
        if end > len(stream):
            raise _Incomplete
        request.body, place = stream[place:end], end
    return request, place


def _head(stream: bytes, place: int) -> tuple[list[bytes], int]:
    """Lines up to the empty one. Each ends in CR LF, and neither stands anywhere else."""
    lines: list[bytes] = []
    while True:
        line, place = _line(stream, place)
        if line == b"" and lines:
            return lines, place
        if line == b"":
            raise _Unclear("an empty line before a request")
        lines.append(line)


def _line(stream: bytes, place: int) -> tuple[bytes, int]:
    end = stream.find(b"\n", place)
    line = stream[place : end if end >= 0 else len(stream)]
    if b"\r" in line[:-1] or (end >= 0 and not line.endswith(b"\r")):
        raise _Unclear("a carriage return or line feed that stands alone")
    if end < 0:
        raise _Incomplete
    return line[:-1], end + 1


def _field(line: bytes) -> tuple[bytes, bytes]:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise _Unclear(f"no header field: {line[:60]!r}")
    return found[1], found[2]


def _chunks(stream: bytes, place: int) -> tuple[bytes, int]:
    body = b""
    while True:
        line, place = _line(stream, place)
        found = _CHUNK.fullmatch(line)
        if found is None:
            raise _Unclear(f"no chunk size: {line[:60]!r}")
        size = int(found[1], 16)
        if size == 0:
            break
        if place + size > len(stream):
            raise _Incomplete
        body += stream[place : place + size]
        place += size
        if stream[place : place + 2] != b"\r\n":
            if b"\r\n".startswith(stream[place : place + 2]):
                raise _Incomplete
            raise _Unclear("a chunk that does not end where it should")
        place += 2
    while True:
        line, place = _line(stream, place)
        if line == b"":
            return body, place
        _field(line)


def _is_last(request: Read) -> bool:
    said = {word.strip().lower() for value in request.values(b"connection") for word in value.split(b",")}
    return b"close" in said or request.version == 0
