"""An https server on this machine that stands for the API, and the look-ups that lead to it."""

import contextlib
import http.server
import socket
import ssl
import threading
from collections.abc import Generator, Sequence
from typing import Any

from agentic.broker.ca import Authority
from agentic.broker.transport import HttpsTransport, Resolve

PUBLIC = "93.184.215.14"


class TlsServer:
    """An https server on this machine; `script` writes each answer by hand."""

    def __init__(self, authority: Authority, hosts: list[str], script: Any) -> None:
        self.connections = 0
        stage = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                stage.connections += 1
                super().setup()

            def do_GET(self) -> None:
                script(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.socket = authority.server_context(hosts).wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.asked: list[tuple[str, int]] = []
        self.context = ssl.create_default_context(cadata=authority.trust)

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        self.asked.append((address, port))
        return socket.create_connection(("127.0.0.1", self._server.server_port), timeout)

    def transport(self, context: ssl.SSLContext | None = None) -> HttpsTransport:
        return HttpsTransport(context=context or self.context, connect=self.connect, resolve=resolving(PUBLIC))

    @contextlib.contextmanager
    def serving(self) -> Generator["TlsServer"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def resolving(address: str) -> Resolve:
    def resolve(host: str, port: int) -> Sequence[str]:
        return [address]

    return resolve


def plain_answer(handler: Any) -> None:
    data = handler.path.encode() + b" " + handler.headers["Host"].encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
