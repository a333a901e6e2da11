"""A fake of an API behind a real port."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agentic.apis.fakes.stripe import StripeFake
from agentic.core.fake import Fake, FakeRequest

KEY = "sk_test_of_the_fake"


@dataclass
class World:
    """A fake with its store, a clock that tests set, and ids that are the same in each run."""

    store: dict[str, str] = field(default_factory=dict[str, str])
    now: float = 1_790_000_000.0
    made: int = 0
    url: str = ""

    def fake(self) -> StripeFake:
        return StripeFake(self.store, {"api_key": KEY}, clock=lambda: self.now, token=self.token)

    def token(self, length: int) -> str:
        self.made += 1
        return f"{self.made:06}".rjust(length, "A")[-length:] if length >= 6 else "A" * length


@dataclass(frozen=True)
class Ran:
    """What a script did."""

    status: int
    stdout: str
    stderr: str


def serve(fake: Fake) -> ThreadingHTTPServer:
    """A server on a free loopback port, started; the caller shuts it down."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together, else each answer waits for an acknowledgement.
        wbufsize = -1

        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                response = fake.respond(FakeRequest(self.command, "api.stripe.com", path, query, headers, body))
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)
            self.wfile.flush()

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 # the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server
