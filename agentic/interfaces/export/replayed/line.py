"""The script's connections: each ends in this process, at a thread that answers from the recording. There is no network.

TLS is left out: who would be on the other side is known. The SDK's own code runs as it does with the API itself.
"""

import _thread
import http
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from agentic.core.wire import LANE_HEADER
from agentic.interfaces.export.replayed.answers import content
from agentic.sandbox import guest_network

Headers = list[tuple[str, str]]
Find = Callable[[str, str, Headers, bytes, str], Mapping[str, Any]]
"""From method, URL, headers, body and lane to a recorded call."""

_OF_THE_CONNECTION = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}


def install() -> None:
    """Before the SDK is imported: from now on there are no connections but ours, and TLS passes on what it gets."""
    guest_network.install()
    ssl.SSLContext.wrap_socket = _wrap_socket  # type: ignore[method-assign,assignment]
    ssl.SSLContext.wrap_bio = _wrap_bio  # type: ignore[method-assign,assignment]


def open_to(hosts: list[str], find: Find) -> None:
    """From now on requests to `hosts` are answered."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    guest_network._relay.control = ours  # pyright: ignore[reportPrivateUsage]
    # Not `threading`: the script's own threads are numbered, and these are none of them.
    _thread.start_new_thread(_listen, (theirs, hosts, find))


def _listen(control: socket.socket, hosts: list[str], find: Find) -> None:
    while data := control.recv(4096):
        host = str(json.loads(data)["host"])
        if host not in hosts:
            control.send(json.dumps({"refused": f"nothing of {host} is recorded"}).encode())
            continue
        ours, theirs = socket.socketpair()
        _thread.start_new_thread(_serve, (ours, host, find))
        with theirs:
            socket.send_fds(control, [b'{"ok": true}'], [theirs.fileno()])


def _serve(stream: socket.socket, host: str, find: Find) -> None:
    try:
        with stream, stream.makefile("rb") as reader:
            while (line := reader.readline().decode("latin-1").split()) and len(line) == 3:
                headers = _headers(reader)
                values = {name.lower(): value for name, value in headers}
                if values.get("expect", "").lower() == "100-continue":
                    stream.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = _body(reader, values)
                lane = values.get(LANE_HEADER.lower(), "")
                call = find(line[0], f"https://{host}{line[1]}", headers, body, lane)
                stream.sendall(_answer(call, line[0]))
    except OSError:  # The client has closed it.
        return


def _headers(reader: BinaryIO) -> Headers:
    headers: Headers = []
    while line := reader.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    return headers


def _body(reader: BinaryIO, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return reader.read(int(headers.get("content-length") or 0))
    body = b""
    while size := int(reader.readline().partition(b";")[0], 16):
        body += reader.read(size)
        reader.readline()
    while reader.readline().strip():
        pass
    return body


def _answer(call: Mapping[str, Any], method: str) -> bytes:
    status, body = int(call["status"]), content(call["answer"])
    reason = http.HTTPStatus(status).phrase if status in {known.value for known in http.HTTPStatus} else ""
    lines = [f"HTTP/1.1 {status} {reason}"]
    lines += [f"{name}: {value}" for name, value in call["answer_headers"] if name.lower() not in _OF_THE_CONNECTION]
    if method == "HEAD" or status in {204, 304}:
        body = b""
    else:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class _Plain:
    """What clients ask of a connection with TLS, besides its data."""

    context: Any
    server_hostname: str | None
    server_side = False
    session = None
    session_reused = False

    def do_handshake(self, *_: Any) -> None:
        return

    def getpeercert(self, binary_form: bool = False) -> Any:
        return b"" if binary_form else {}

    def version(self) -> str:
        return "TLSv1.3"

    def cipher(self) -> tuple[str, str, int]:
        return "TLS_AES_256_GCM_SHA384", "TLSv1.3", 256

    def shared_ciphers(self) -> list[tuple[str, str, int]]:
        return [self.cipher()]

    def get_channel_binding(self, cb_type: str = "tls-unique") -> None:
        return None

    def selected_alpn_protocol(self) -> None:
        return None

    def selected_npn_protocol(self) -> None:
        return None

    def compression(self) -> None:
        return None

    def pending(self) -> int:
        return 0


class _PlainSocket(_Plain, socket.socket):
    def unwrap(self) -> socket.socket:
        return self


class _PlainObject(_Plain):
    """For event loops: what comes in from the wire, and what goes out."""

    def __init__(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    def read(self, size: int = 1024, buffer: Any = None) -> Any:
        data = self._incoming.read(size)
        if not data and not self._incoming.eof:
            raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "nothing there yet")
        if buffer is None:
            return data
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        return self._outgoing.write(data)

    def unwrap(self) -> None:
        return


def _wrap_socket(
    self: ssl.SSLContext,
    sock: socket.socket,
    server_side: bool = False,
    do_handshake_on_connect: bool = True,
    suppress_ragged_eofs: bool = True,
    server_hostname: str | None = None,
    session: Any = None,
) -> _PlainSocket:
    timeout = sock.gettimeout()
    plain = _PlainSocket(sock.family, sock.type, sock.proto, sock.detach())
    plain.settimeout(timeout)
    plain.context, plain.server_hostname = self, server_hostname
    return plain


def _wrap_bio(
    self: ssl.SSLContext,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    server_side: bool = False,
    server_hostname: str | None = None,
    session: Any = None,
) -> _PlainObject:
    plain = _PlainObject(incoming, outgoing)
    plain.context, plain.server_hostname = self, server_hostname
    return plain
