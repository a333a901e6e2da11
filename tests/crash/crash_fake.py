"""Stripe and GitHub, outside of what is killed: the project's fakes in the test's own process. They count what was done."""

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agentic.apis.fakes.github.service import GitHubFake
from agentic.apis.fakes.stripe.service import StripeFake
from agentic.core.fake import Fake, FakeRequest

_SAID = re.compile(r"run=(\w+) step=(\w+)")


class OutsideFake:
    """Answers until `close`. `deaf`: it does not know idempotency keys, and does again what is asked for again."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.asked = 0
        self._stores: dict[str, dict[str, str]] = {"stripe": {}, "github": {}}
        self._lock = threading.Lock()
        this = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                facts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(this.answer(facts)).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    # Who asked is dead; it is done all the same.
                    return

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1})
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, facts: dict[str, Any]) -> dict[str, Any]:
        secrets, headers = facts.pop("secrets"), dict(facts["headers"])
        if self.deaf:
            headers = {name: value for name, value in headers.items() if name != "idempotency-key"}
        request = FakeRequest(**{**facts, "headers": headers, "body": facts["body"].encode("latin-1")})
        with self._lock:
            self.asked += 1
            answer = self._fake(secrets).respond(request)
        return {"status": answer.status, "headers": dict(answer.headers), "body": answer.body.decode("latin-1")}

    def effects(self, marker: str) -> Mapping[str, int]:
        """How often each step of the run that writes `marker` was done."""
        with self._lock:
            objects = list(self._objects())
        steps: Counter[str] = Counter()
        for found in objects:
            made = found.get("metadata") or {}
            if "object" in found and made.get("run") == marker:
                steps[str(made["step"])] += 1
            for run, step in _SAID.findall(f"{found.get('body')} {found.get('description')}"):
                steps[step] += run == marker
        # What a task in words makes has no marker but its name.
        named = sum("object" in found and found.get("name") == marker for found in objects)
        return {step: count for step, count in {**steps, "named": named}.items() if count}

    def _fake(self, secrets: Mapping[str, str]) -> Fake:
        if "token" not in secrets:
            return StripeFake(self._stores["stripe"], secrets)
        # A new one each time has no rate limit to reach.
        return GitHubFake(self._stores["github"], secrets)

    def _objects(self) -> Iterator[Mapping[str, Any]]:
        for store in self._stores.values():
            for name, text in store.items():
                found = json.loads(text) if not name.startswith("idempotency") else None
                if isinstance(found, dict):
                    yield found
