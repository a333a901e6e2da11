"""The HTTP/1.1 front: loopback, keep-alive, one thread per connection, bounded in size and number.

Own and small rather than `http.server`, whose header parsing costs as much as a whole DynamoDB read. It understands
what AWS SDKs send and refuses the rest: no chunked uploads, no repeated Content-Length, no folded headers.
"""

import contextlib
import http
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from agentic.local.endpoint.message import Answer, Head

BODY_LIMIT = 8 * 1024 * 1024
_LINE_LIMIT = 65_536
_HEADER_LIMIT = 100
_CONNECTIONS = 256
_IDLE_SECONDS = 300.0
_OURS = {"content-length", "transfer-encoding", "connection"}
_REQUEST_LINE = re.compile(r"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.1")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class Application(Protocol):
    """What stands behind the front."""

    def admit(self, head: Head) -> Answer | None:
        """Judge the headers before the body is read; an answer refuses and closes the connection."""
        ...

    def answer(self, head: Head, body: bytes) -> Answer:
        """Never raises."""
        ...


class _BadRequestError(Exception):
    """The bytes are not a request we understand; `status` is what the peer is told."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Front:
    """Listens on 127.0.0.1 from the moment it is made; answers from `start` to `close`."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._acceptor: threading.Thread | None = None
        self._application: Application | None = None

    def start(self, application: Application) -> None:
        self._application = application
        self._acceptor = threading.Thread(target=self._accept, name="endpoint", daemon=True)
        self._acceptor.start()

    def wrap(self, wrapper: Callable[[Application], Application]) -> Application | None:
        """From the next request on, what `wrapper` makes of the application answers; gives the one that answered before.

        A seam: how runs end when a service fails, hangs, or answers nonsense can only be seen where that happens.
        """
        before = self._application
        if before is not None:
            self._application = wrapper(before)
        return before

    def close(self) -> None:
        """Stop listening and cut every connection."""
        with self._lock:
            self._closed = True
            connections = list(self._open)
        # A blocked accept is woken by shutdown on Linux; elsewhere by the close.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._acceptor is not None:
            self._acceptor.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, (peer, _) = self._listener.accept()
            except OSError:
                return
            with self._lock:
                refused = self._closed or len(self._open) >= _CONNECTIONS
                if not refused:
                    self._open.add(connection)
            if refused:
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection, peer), name="endpoint-connection", daemon=True).start()

    def _serve(self, connection: socket.socket, peer: str) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_IDLE_SECONDS)
            with connection.makefile("rb") as reader:
                while (application := self._application) and _exchange(
                    connection, reader.readline, reader.read, peer, application
                ):
                    pass
        except OSError:
            pass  # The peer went away, or was idle for too long: nobody is left to tell.
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def _exchange(
    connection: socket.socket,
    readline: Callable[[int], bytes],
    read: Callable[[int], bytes],
    peer: str,
    application: Application,
) -> bool:
    """One request and its answer; whether the connection may carry another one."""
    try:
        head = _read_head(readline, peer)
        if head is None:
            return False
        length = _body_length(head)
    except _BadRequestError as error:
        _send(connection, "GET", Answer(error.status), keep=False)
        return False
    refusal = application.admit(head)
    if refusal is not None:
        _send(connection, head.method, refusal, keep=False)
        return False
    if head.fields.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = read(length) if length else b""
    if len(body) != length:
        return False
    keep = head.fields.get("connection", "").lower() != "close"
    return _send(connection, head.method, application.answer(head, body), keep=keep)


def _read_head(readline: Callable[[int], bytes], peer: str) -> Head | None:
    """None at the end of the connection."""
    line = readline(_LINE_LIMIT)
    if not line:
        return None
    match = _REQUEST_LINE.fullmatch(_text(line))
    if match is None:
        raise _BadRequestError(400)
    headers: list[tuple[str, str]] = []
    while line := _text(readline(_LINE_LIMIT)):
        header = _HEADER.fullmatch(line)
        if header is None or len(headers) >= _HEADER_LIMIT:
            raise _BadRequestError(431 if header else 400)
        headers.append((header[1], header[2]))
    return Head(match[1], match[2], tuple(headers), peer)


def _text(line: bytes) -> str:
    if not line.endswith(b"\r\n"):
        raise _BadRequestError(400)
    return line[:-2].decode("iso-8859-1")


def _body_length(head: Head) -> int:
    if "transfer-encoding" in head.fields:
        raise _BadRequestError(411)
    text = head.fields.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise _BadRequestError(400)
    if int(text) > BODY_LIMIT:
        raise _BadRequestError(413)
    return int(text)


def _send(connection: socket.socket, method: str, answer: Answer, *, keep: bool) -> bool:
    """Whether the connection can be used again."""
    try:
        phrase = http.HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Status"
    lines = [f"HTTP/1.1 {answer.status} {phrase}"]
    for name, value in answer.headers:
        if name.lower() not in _OURS or (name.lower() == "content-length" and method == "HEAD"):
            lines.append(f"{name}: {value}")
    if not isinstance(answer.body, bytes):
        lines.append("Transfer-Encoding: chunked")
    elif method != "HEAD" and answer.status != 204:
        lines.append(f"Content-Length: {len(answer.body)}")
    if not keep:
        lines.append("Connection: close")
    if any("\r" in line or "\n" in line for line in lines):
        raise OSError("a header with a line break was not sent")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("iso-8859-1", "replace")
    if isinstance(answer.body, bytes):
        connection.sendall(head if method == "HEAD" else head + answer.body)
    else:
        _send_chunks(connection, head, answer.body)
    return keep


def _send_chunks(connection: socket.socket, head: bytes, chunks: Iterator[bytes]) -> None:
    try:
        connection.sendall(head)
        for chunk in chunks:
            if chunk:
                connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        connection.sendall(b"0\r\n\r\n")
    finally:
        # The generator's clean-up runs even when the reader went away in the middle.
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
