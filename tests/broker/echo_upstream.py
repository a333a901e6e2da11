"""A small server on this machine that answers every request with what it got: the other end of the broker's tests."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived. Header names are lower-case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class EchoUpstream:
    """Echoes target, headers and body, so that a key that was sent comes back. `/redirect` redirects to another host.

    `shape` are further fields of every answer, for SDKs that want an answer of their API's shape.
    """

    def __init__(self, shape: Mapping[str, Any] | None = None) -> None:
        self.received: list[Received] = []
        self.shape = dict(shape or {})
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                got = Received(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                upstream.received.append(got)
                text: dict[str, Any] = {
                    "id": "cus_1",
                    "object": "customer",
                    "headers": got.headers,
                    "body": body.decode("latin-1"),
                    "target": got.target,
                    **upstream.shape,
                }
                data = json.dumps(text).encode()
                self.send_response(302 if "/redirect" in self.path else 200)
                if "/redirect" in self.path:
                    self.send_header("Location", "https://evil.test/steal")
                self.send_header("Content-Type", "application/json")
                self.send_header("X-Echo", got.headers.get("authorization", ""))
                self.send_header("X-Echo-Target", got.target)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = do_PUT = answer  # noqa: N815 (http.server's names)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
