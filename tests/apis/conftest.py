"""A served fake, and the Stripe SDK pointed at it."""

import contextlib
import io
from collections.abc import Callable, Iterator

import pytest
import stripe
from fake_world import KEY, Ran, World, serve


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
