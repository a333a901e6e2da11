"""Whatever bytes a script sends: the relay passes on the requests that a strict reader finds in them, and no others."""

import re
from collections.abc import Callable

from fuzz_form import kinds_found, try_many
from fuzzing.relay.cases import HOST
from fuzzing.relay.reader import Ending, read
from fuzzing.relay.target import TARGET, Stream, check_with

from agentic.core.wire import HttpRequest, HttpResponse

INPUTS = 4000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def test_only_what_a_strict_reader_finds_is_passed_on() -> None:
    try_many(TARGET, INPUTS)


def test_control_a_relay_with_a_lenient_parser_is_caught() -> None:
    def naive(stream: Stream, exchange: Callable[[HttpRequest, str], HttpResponse]) -> None:
        """Splits at empty lines, believes the first length, knows no chunks: as quickly written proxies do."""
        received = b""
        while piece := stream.recv(65536):
            received += piece
        while found := re.match(rb"(?s)(\S+) (/\S*)[^\n]*\n(.*?)\r?\n\r?\n", received):
            fields = [line.partition(b":") for line in found[3].splitlines()]
            length = next(
                (int(value) for name, _, value in fields if name.lower() == b"content-length" and value.strip().isdigit()), 0
            )
            body, received = received[found.end() :][:length], received[found.end() + length :]
            headers = tuple((name.decode("latin-1"), value.strip().decode("latin-1")) for name, _, value in fields)
            target = found[2].decode("latin-1")
            exchange(HttpRequest(found[1].decode("latin-1"), f"https://{HOST.decode()}{target}", headers, body), "")
            stream.sendall(ANSWER)

    wanted = {"a request was passed on that is none (ambiguous)", "a request was read in another way"}
    assert wanted <= kinds_found(TARGET, check_with(naive), INPUTS, wanted)


def test_control_a_relay_that_never_stops_reading_is_caught() -> None:
    def naive(stream: Stream, exchange: Callable[[HttpRequest, str], HttpResponse]) -> None:
        while True:
            stream.recv(1)

    assert kinds_found(TARGET, check_with(naive), 20) == {"the relay reads without end"}


def test_the_strict_reader_reads_what_is_plain_and_stops_where_servers_differ() -> None:
    """The reader itself is held to the examples of RFC 9112 and of request smuggling."""
    host = b"Host: api.example.com\r\n"
    plain = b"POST /a HTTP/1.1\r\n" + host + b"Content-Length: 3\r\n\r\nabc"
    chunked = b"POST /a HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n"
    assert [request.body for request in read(plain + chunked + plain).requests] == [b"abc", b"abcde", b"abc"]
    assert read(plain[:-1]).ending is Ending.INCOMPLETE
    for bent in (
        plain.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
        plain.replace(b"Content-Length: 3", b"Content-Length: 3\r\nContent-Length: 4"),
        plain.replace(b"Content-Length: 3", b"Content-Length: 3, 3"),
        plain.replace(b"Content-Length: 3", b"Content-Length: +3"),
        plain.replace(b"Content-Length: 3", b"Content-Length : 3"),
        plain.replace(b"Content-Length", b"X: y\n Content-Length"),
        plain.replace(b"Content-Length", b"X: y\r\n Content-Length"),
        plain.replace(b"\r\n", b"\n"),
        chunked.replace(b": chunked", b": chunked, identity"),
        chunked.replace(b": chunked", b":\x0bchunked"),
        chunked.replace(b"\r\nabc\r\n", b"\r\nabcd\r\n"),
        chunked.replace(b"3;x=y", b"0x3"),
        chunked.replace(b"HTTP/1.1", b"HTTP/1.0"),
    ):
        reading = read(bent + plain)
        assert (reading.requests, reading.ending) == ([], Ending.AMBIGUOUS), bent
