"""Streams of HTTP/1.1 as a script may send them: honest conversations, and the same ones bent as request smuggling does."""

from dataclasses import dataclass

from fuzzing.choices import Choices

HOST = b"api.example.com"

_METHODS = (
    b"GET",
    b"POST",
    b"PUT",
    b"DELETE",
    b"HEAD",
    b"PATCH",
    b"OPTIONS",
    b"CONNECT",
    b"TRACE",
    b"get",
    b"PRI",
    b"G\x00T",
    b"G T",
    b"",
    b"(",
)
_TARGETS = (
    *(
        b"/v1/customers",
        b"/",
        b"/v1/customers?a=1&b=%20",
        b"/a/../b",
        b"*",
        b"api.example.com:443",
        b"https://evil.test/",
        b"//evil.test/",
        b"/%00",
    ),
    *(b"/a b", b"/a\tb", b"/\xe9", b"/a#b", b"?a", b"", b"/\x00", b"/a\rb", b"/\x7f", b"/" + b"a" * 900, b'/"<>', b"/\\evil"),
)
_VERSIONS = (
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"HTTP/1.2",
    b"HTTP/1.1 ",
    b"http/1.1",
    b"HTTP/01.1",
    b"HTTP/1.10",
    b"",
    b"HTTP/0.9",
    b"HTTP/1,1",
)
_HOSTS = (
    b"api.example.com:443",
    b"evil.test",
    b"API.example.com",
    b"api.example.com, evil.test",
    b"",
    b"api.example.com:80",
    b"api.example.com.",
    b"api.example.com\x00",
)
_FIELDS = (
    *(
        b"Accept: */*",
        b"X-A: b",
        b"Connection: close",
        b"Connection: keep-alive",
        b"Expect: 100-continue",
        b"Upgrade: websocket",
    ),
    *(
        b"Connection: Upgrade, close",
        b"Transfer-Encoding: chunked",
        b"Content-Length: 5",
        b"Content-Length: 0",
        b"X:",
        b"X: \xe9",
        b"Host: evil.test",
    ),
    *(
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: xchunked",
    ),
    *(
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding:\x0bchunked",
        b"Transfer-Encoding: \x00chunked",
        b"Transfer-Encoding: Chunked",
        b" X: y",
    ),
    *(
        b"Transfer-Encoding:\r\n chunked",
        b"X: a\r\n\tb",
        b"X: a\rTransfer-Encoding: chunked",
        b"X: a\nTransfer-Encoding: chunked",
        b"X\x00: a",
    ),
    *(
        b"Content-Length: +5",
        b"Content-Length: 5, 5",
        b"Content-Length: 5,6",
        b"Content-Length: 0x5",
        b"Content-Length: 05",
        b"Content-Length: -1",
    ),
    *(
        b"Content-Length: 5 5",
        b"Content-Length:",
        b"Content-Length: " + b"9" * 25,
        b"content_length: 3",
        b"Content-Length: \xb2",
        b"Content-Length : 5",
    ),
    *(
        b"X y: z",
        b": x",
        b"novalue",
        b"X: " + b"y" * 2000,
        b"X: a\x00b",
        b"X: a\x7fb",
        b"X: a\x01b",
        b"Te: trailers",
        b"X-A : b",
        b"(x): y",
        b"\x0bX: y",
    ),
)
_WEDGES = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\x00",
        b" ",
        b"\t",
        b"\r\n\r\n",
        b"\n\n",
        b"\r\n ",
        b"0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
        b"\x0b",
        b"\x0c",
    ),
    *(
        b"\x85",
        b":",
        b";",
        b"\xff",
        b"\x16\x03\x01",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"5",
        b"\r\r\n",
        b"\n\r\n",
        b",",
        b"\x1c",
        b"\xc2\xa0",
    ),
)
_SIZES = (
    b"+5",
    b"-5",
    b"0x5",
    b"5 ",
    b" 5",
    b"05",
    b"5;a=b",
    b'5;a="\n"',
    b"5;\x00",
    b"g",
    b"",
    b"F" * 16,
    b"F" * 21,
    b"5;" + b"x" * 300,
    b"5\t",
    b"5 ;a",
    b"5\xc2\xa0",
)
_ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"", b"\r\n\r\n", b"\r\r\n", b" \r\n")
_TRAILERS = (
    b"X: y\r\n",
    b"Content-Length: 5\r\n",
    b"X: y\n",
    b"X : y\r\n",
    b" folded\r\n",
    b"X: y\r\n z\r\n",
    b"Host: evil.test\r\n",
    b"\n",
    b"X: \x00\r\n",
)


@dataclass(frozen=True)
class Case:
    """What the script sends, in the pieces in which it arrives, and the status of the answers. `bent`: not honest HTTP."""

    pieces: tuple[bytes, ...]
    status: int
    bent: bool

    @property
    def stream(self) -> bytes:
        return b"".join(self.pieces)


def make(choices: Choices) -> Case:
    status = choices.pick((200, 200, 400, 204, 304, 500, 99))
    bends = choices.below(4)
    parts: list[bytes] = []
    for _ in range(choices.between(1, 4)):
        bent = bends > 0 and choices.chance(60)
        parts.append(_request(choices, bent=bent))
    stream = b"".join(parts)
    for _ in range(bends - 1 if bends else 0):
        if choices.chance(50):
            place = choices.below(len(stream) + 1)
            wedge = choices.pick(_WEDGES) if choices.chance(80) else choices.raw(choices.below(6))
            stream = stream[:place] + wedge + stream[place + (choices.below(3) if choices.chance(40) else 0) :]
    if choices.chance(3):
        stream = choices.raw(choices.below(80)) + (stream if choices.chance(50) else b"")
    if choices.chance(10):
        stream = stream[: choices.below(len(stream) + 1)]
    return Case(_pieces(choices, stream), status, bends > 0)


def _request(choices: Choices, *, bent: bool) -> bytes:
    method = choices.pick(_METHODS[:6]) if not bent or choices.chance(85) else choices.pick(_METHODS)
    target = choices.pick(_TARGETS[:3]) if not bent or choices.chance(85) else choices.pick(_TARGETS)
    version = b"HTTP/1.1" if not bent or choices.chance(90) else choices.pick(_VERSIONS)
    host = HOST if not bent or choices.chance(93) else choices.pick(_HOSTS)
    fields = [b"Host: " + host, *choices.some(_FIELDS[:2], 2)] if not bent or choices.chance(96) else []
    body = b""
    if choices.chance(50):
        framing, body = _framed(choices, bent=bent)
        fields.append(framing)
    fields += choices.some(_FIELDS, 2) if bent else []
    lines = [b" ".join((method, target, version)), *fields]
    if not bent or choices.chance(80):
        return b"\r\n".join(lines) + b"\r\n\r\n" + body
    return b"".join(line + choices.pick(_ENDS) for line in lines) + choices.pick(_ENDS) + body


def _framed(choices: Choices, *, bent: bool) -> tuple[bytes, bytes]:
    content = choices.pick(
        (
            b"a=1",
            b"",
            b"hello",
            b"GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n",
            b"0\r\n\r\n",
            b"x" * 1200,
            b"\r\n",
            b"a\x00b",
        )
    )
    if choices.chance(50):
        length = (
            len(content)
            if not bent or choices.chance(85)
            else choices.pick((len(content) + 1, max(0, len(content) - 1), 4, 10**12))
        )
        return b"Content-Length: %d" % length, content
    chunks = b""
    while content:
        size = choices.between(1, min(len(content), 255))
        piece, content = content[:size], content[size:]
        line = b"%x" % size if not bent or choices.chance(85) else choices.pick(_SIZES)
        end, footer = (b"\r\n", b"\r\n") if not bent or choices.chance(85) else (choices.pick(_ENDS), choices.pick(_ENDS))
        chunks += line + end + piece + footer
        if choices.chance(30) and not bent:
            chunks += b"%X\r\n" % len(content) + content + b"\r\n" if content else b""
            content = b""
    if bent and choices.chance(30):
        return b"Transfer-Encoding: chunked", chunks + b"0\r\n" + b"".join(choices.some(_TRAILERS, 2)) + choices.pick(_ENDS)
    return b"Transfer-Encoding: chunked", chunks + (
        b"0\r\n\r\n" if not bent or choices.chance(85) else choices.pick((b"0\n\n", b"0\r\n", b"00\r\n\r\n", b"0;x\r\n\r\n"))
    )


def _pieces(choices: Choices, stream: bytes) -> tuple[bytes, ...]:
    """The stream as it arrives: whole, byte by byte, or cut at a few places."""
    kind = choices.below(8)
    if kind < 4 or len(stream) < 2:
        return (stream,)
    if kind == 4 and len(stream) < 400:
        return tuple(stream[place : place + 1] for place in range(len(stream)))
    places = sorted({choices.below(len(stream)) for _ in range(choices.between(1, 5))})
    return tuple(stream[start:end] for start, end in zip((0, *places), (*places, len(stream)), strict=True) if start < end)
