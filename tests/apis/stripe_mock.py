"""`stripe-mock`, Stripe's own stand-in, as a judge of parameters: built once with Go from the pins in tools/stripe-mock.

It checks requests against Stripe's own description of its API and answers from examples, so only its refusals count.
"""

import http.client
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from agentic.broker.transport import Transport
from agentic.core.cache import cache_folder
from agentic.core.wire import HttpRequest, HttpResponse

MODULE = Path(__file__).parents[2] / "tools" / "stripe-mock"
_PACKAGE = "github.com/stripe/stripe-mock"
_LISTENING = re.compile(r"Listening for HTTP at address: (127\.0\.0\.1):(\d+)")


def stripe_mock() -> Path:
    """The built program, from the user's cache or made now (half a minute, once). Skips where Go or its proxy is missing."""
    version = re.search(rf"{_PACKAGE} (v\S+)", (MODULE / "go.mod").read_text("utf-8"))
    assert version
    folder = cache_folder() / "stripe-mock" / f"{version[1]}-{sys.platform}-{platform.machine()}"
    program = folder / "stripe-mock"
    if program.exists():
        return program
    go = shutil.which(os.environ.get("GO", "go"))
    if go is None:
        pytest.skip("stripe-mock is not built, and there is no Go to build it with (https://go.dev/dl/)")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as making:
        built = Path(making, "stripe-mock")
        command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags=-s -w", "-o", str(built), _PACKAGE]
        environment = {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0"}
        done = subprocess.run(command, cwd=MODULE, env=environment, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            pytest.skip(f"stripe-mock cannot be built here: {done.stderr.strip().splitlines()[-1:]}")
        # Renamed within its folder: it is there whole or not at all.
        built.rename(program)
    return program


@contextmanager
def listening(program: Path) -> Iterator[int]:
    """The port at which it answers, on loopback only; it ends with the context."""
    command = [program, "-http-addr", "127.0.0.1:", "-https-addr", "127.0.0.1:"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            found = next((hit for line in process.stdout if (hit := _LISTENING.search(line))), None)
            assert found, "stripe-mock did not start"
            # What it says of each request would fill the pipe.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield int(found[2])
        finally:
            process.terminate()


@dataclass(frozen=True)
class Opinion:
    """What the two said of one request: the operation, its top-level fields, both statuses, and how either refused it."""

    asked: str
    fields: frozenset[str]
    fake: int
    judge: int
    message: str


@dataclass
class Judged:
    """Sends each request to the fake, whose answer counts, and the same to the judge, whose opinion is kept."""

    inner: Transport
    port: int
    opinions: list[Opinion] = field(default_factory=list[Opinion])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        response = self.inner.send(request, timeout)
        status, said = ask(self.port, request)
        url = urlsplit(request.url)
        fields = frozenset(name.partition("[")[0] for name, _ in parse_qsl(f"{url.query}&{request.body.decode()}"))
        message = said if status >= 400 else _code(response)
        with self._lock:
            self.opinions.append(Opinion(f"{request.method} {url.path}", fields, response.status, status, message))
        return response


def _code(response: HttpResponse) -> str:
    """The code of the fake's refusal; "" where it did not refuse."""
    return json.loads(response.body)["error"].get("code", "") if response.status >= 400 else ""


def ask(port: int, request: HttpRequest) -> tuple[int, str]:
    """The judge's status and answer. It takes any key of the right form, so the real one of the fake stays here."""
    url = urlsplit(request.url)
    headers: dict[str, Any] = dict(request.headers) | {"Authorization": "Bearer sk_test_judge", "Host": url.netloc}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(request.method, url.path + (f"?{url.query}" if url.query else ""), request.body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()
