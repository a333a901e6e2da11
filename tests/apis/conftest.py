"""A fake of an API behind a real port, and the Stripe SDK pointed at it."""

import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

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


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A served fake, and the SDK's settings for it."""
    made = World()
    server = serve(made.fake())
    made.url = f"http://127.0.0.1:{server.server_port}"
    before = stripe.api_base, stripe.api_key, stripe.enable_telemetry, stripe.default_http_client
    stripe.api_base, stripe.api_key, stripe.enable_telemetry = made.url, KEY, False
    stripe.default_http_client = client = stripe.RequestsClient()
    monkeypatch.setenv("STRIPE_API_KEY", KEY)
    try:
        yield made
    finally:
        client.close()
        stripe.api_base, stripe.api_key, stripe.enable_telemetry, stripe.default_http_client = before
        server.shutdown()
        server.server_close()


@pytest.fixture
def run(world: World) -> Callable[[str], Ran]:
    """Runs a script's text in this process, as `python script.py` would, against the fake."""

    def run_text(text: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})  # noqa: S102 # our own scripts
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Ran(status, out.getvalue(), err.getvalue())

    return run_text
