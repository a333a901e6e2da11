"""The script's end of the relay's connections, and an exchange that keeps what it is asked."""

import contextlib
import json
import socket
import ssl

from broker_stage import HOST

from agentic.broker.relay import RelayLink
from agentic.core.wire import HttpRequest, HttpResponse, Origin

GET = b"GET /v1/customers?a=1 HTTP/1.1\r\nHost: api.stripe.com\r\nX-Mixed: Case\r\n\r\n"


class Exchanges:
    """Keeps the requests and where they come from, and gives one answer, or raises it."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.origins: list[Origin] = []
        self.answer: HttpResponse | Exception = HttpResponse(200, (("X-Answer", "1"),), b"hello")

    def __call__(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        self.requests.append(request)
        self.origins.append(origin)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Client:
    """The script's end: asks for connections and speaks on them by hand."""

    def __init__(self, link: RelayLink, control: socket.socket) -> None:
        self.link = link
        self.control = control
        self.context = ssl.create_default_context(cadata=link.trust)
        control.settimeout(5)

    def ask(self, message: bytes) -> tuple[dict[str, object], socket.socket | None]:
        self.control.send(message)
        data, fds, _, _ = socket.recv_fds(self.control, 4096, 1)
        stream = socket.socket(fileno=fds[0]) if fds else None
        if stream:
            stream.settimeout(5)
        return json.loads(data), stream

    def stream(self, port: int = 80, host: str = HOST) -> socket.socket:
        answer, stream = self.ask(json.dumps({"host": host, "port": port}).encode())
        assert stream, answer
        return stream

    def say(self, data: bytes) -> bytes:
        """Everything the relay answers to `data` on a plain connection, until it ends or `data` is answered."""
        with self.stream() as stream:
            answer = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # The relay may have heard enough.
                stream.sendall(data)
                stream.shutdown(socket.SHUT_WR)
                while part := stream.recv(65536):
                    answer += part
            return answer
