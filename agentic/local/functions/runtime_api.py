"""The Lambda Runtime API (2018-06-01) for one function process: one loopback port, and only that process is answered."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from agentic.local.functions.loop import Loop
from agentic.local.functions.peer import belongs_to

_PREFIX = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_PREFIX}/invocation/([^/]+)/(response|error)")
_HEAD_BYTES = 65_536
# Far above Lambda's limit for answers, which is applied later: this one only bounds what we hold in memory.
_BODY_BYTES = 64 << 20
_SEND_SECONDS = 30.0


class Runtime(Protocol):
    """What the process's owner does with the runtime client's requests; called in the loop's thread."""

    def connecting(self) -> int:
        """The number of the process that may connect; 0 when it is not known."""
        ...

    def parked(self, connection: "Connection") -> None:
        """The process asks for its next event: `connection.hand_over` gives it."""
        ...

    def responded(self, request_id: str, body: bytes) -> bool:
        """The handler's answer; False when this invocation is not the current one."""
        ...

    def failed(self, request_id: str, body: bytes) -> bool:
        """The handler's error; False when this invocation is not the current one."""
        ...

    def init_failed(self, body: bytes) -> None:
        """The handler could not be loaded."""
        ...


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    body: bytes


class RuntimeApi:
    """Listens on a random loopback port until `close`."""

    def __init__(self, loop: Loop, runtime: Runtime) -> None:
        self._loop = loop
        self._runtime = runtime
        self._connections: set[Connection] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self._listener.setblocking(False)
        host, self.port = self._listener.getsockname()
        self.address = f"{host}:{self.port}"
        loop.call(lambda: loop.watch(self._listener, self._accept))

    def close(self) -> None:
        """Only in the loop's thread."""
        self._loop.unwatch(self._listener)
        self._listener.close()
        for connection in list(self._connections):
            self.drop(connection)

    def drop(self, connection: "Connection") -> None:
        self._connections.discard(connection)
        self._loop.unwatch(connection.socket)
        connection.socket.close()

    def _accept(self) -> None:
        try:
            accepted, client = self._listener.accept()
        except OSError:
            return
        pid = self._runtime.connecting()
        if not pid or not belongs_to(pid, client, self._listener.getsockname()):
            with accepted:
                accepted.settimeout(0.0)
                _try_send(accepted, _answer(HTTPStatus.FORBIDDEN))
            return
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        accepted.settimeout(_SEND_SECONDS)
        connection = Connection(accepted, self, self._runtime)
        self._connections.add(connection)
        self._loop.watch(accepted, connection.ready)


class Connection:
    """One connection of the function's process."""

    def __init__(self, connected: socket.socket, api: RuntimeApi, runtime: Runtime) -> None:
        self.socket = connected
        self._api = api
        self._runtime = runtime
        self._received = bytearray()

    def hand_over(self, headers: Mapping[str, str], event: bytes) -> None:
        """Gives the process that asked for it its next event; raises OSError when the process cannot take it."""
        self.socket.sendall(_answer(HTTPStatus.OK, event, headers))

    def ready(self) -> None:
        try:
            piece = self.socket.recv(1 << 18)
        except OSError:
            piece = b""
        self._received += piece
        try:
            while piece and (request := _take_request(self._received)):
                self._dispatch(request)
        except (ValueError, OSError):
            piece = b""
        if not piece:
            self._api.drop(self)

    def _dispatch(self, request: _Request) -> None:
        match request.method, request.path:
            case "GET", path if path == f"{_PREFIX}/invocation/next":
                self._runtime.parked(self)
                return
            case "POST", path if path == f"{_PREFIX}/init/error":
                self._runtime.init_failed(request.body)
                known = True
            case "POST", path if result := _RESULT.fullmatch(path):
                take = self._runtime.responded if result[2] == "response" else self._runtime.failed
                known = take(result[1], request.body)
            case _:
                self.socket.sendall(_answer(HTTPStatus.NOT_FOUND))
                return
        if known:
            self.socket.sendall(_answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}'))
        else:
            self.socket.sendall(_answer(HTTPStatus.BAD_REQUEST, b'{"errorType":"InvalidRequestID","errorMessage":""}'))


def _take_request(received: bytearray) -> _Request | None:
    """The first whole request, taken out of what was received; None when there is none yet. Raises ValueError for nonsense."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if len(received) > _HEAD_BYTES:
            raise ValueError("a request's head without end")
        return None
    first, *lines = bytes(received[:end]).decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if "transfer-encoding" in headers or not 0 <= length <= _BODY_BYTES:
        raise ValueError("a body without a usable length")
    begin = end + 4
    if len(received) < begin + length:
        return None
    body = bytes(memoryview(received)[begin : begin + length])
    del received[: begin + length]
    return _Request(method, path, body)


def _answer(status: HTTPStatus, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _try_send(connected: socket.socket, data: bytes) -> None:
    try:
        connected.sendall(data)
    except OSError:
        return
