"""Where attacks are run: sandbox, relay and broker as `run_code` and `call_api` have them, with things planted around them.

`python -m tests.escape.arena FILE…` runs attacks one after another and prints what came of each as a line of JSON.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import sysconfig
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from agentic.apis.stripe import STRIPE
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, Target, to_json
from agentic.core.wire import HttpRequest, Origin
from agentic.sandbox import KERNEL, Sandbox, SandboxPolicy, Terms, not_dumpable

CANARY = "CANARY_7f3a"
KEY = f"sk_test_{CANARY}_key"
GRANT = "run_00000000000000aa.0123456789abcdef0123456789abcdef"
SECONDS = 3.0

# What may never arrive at the API, by words of our own and not by the broker's rules.
_DANGEROUS = re.compile(
    r"payouts|transfers|topups|/accounts?\b|account_links|account_sessions|ephemeral_keys|connection_tokens|webhook_endpoints"
    r"|event_destinations|apps/secrets|issuing|/sources|bank_accounts|/tokens|\.\.|//|%|\\|;",
    re.IGNORECASE,
)
_DANGEROUS_HEADERS = {"stripe-account", "stripe-context", "x-http-method-override", "upgrade", "cookie", "forwarded"}


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request as the API got it. Header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attack: `escapes` is empty when every wall held.

    `losses` are those of them that cost something also where a function of its own is all there is around the script: a key
    or credential found, a forbidden request made, another run or the limits broken.
    """

    name: str
    escapes: tuple[str, ...]
    losses: tuple[str, ...]
    outcome: Outcome
    arrived: tuple[Arrived, ...]


class Arena:
    """One sandbox with everything planted around it. Attacks are run one at a time.

    In an attack's text `@CANARY_FILE@` stands for a planted file that everybody may read, `@WATCH_DIR@` for a folder that
    everybody may write, `@OWNER_PID@` for the process that owns the sandbox (the canary is in its environment and
    memory), `@TCP_PORT@` and `@UDP_PORT@` for listeners on 127.0.0.1, `@UNIX_SOCKET@` for a listener's path
    (one for datagrams has `.datagram` behind it).
    """

    def __init__(self, *, guarded: bool = True, spec: ApiSpec = STRIPE, terms: Terms | None = None) -> None:
        """`guarded=False` lets every request through to the API with the key: the control without the broker's rules.

        `terms` say which layers the sandbox has.
        """
        self._guarded = guarded
        self._spec = spec
        self._terms = terms or Terms()

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="arena")))
        self._folder.chmod(0o755)
        self._plant()
        self._contacts: list[str] = []
        self._listen()
        self._upstream = self._stack.enter_context(Upstream())
        self._authority = Authority()
        purelib = sysconfig.get_path("purelib")
        self.sandbox = Sandbox(self._spec.sdk, python_path=(purelib,), terms=self._terms)
        self._stack.enter_context(self.sandbox)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def run(self, name: str, text: str) -> Result:
        """One attack, and a look at everything that it could have touched."""
        self._contacts.clear()
        self._upstream.arrived.clear()
        ledger = MemoryLedger(GRANT, self._spec.name, limit=100)
        broker = Broker(
            self._spec, ledger, lambda _secret_id: {"api_key": KEY}, {Target.FAKE: FakeTransport(self._upstream.url)}
        )

        def exchange(request: HttpRequest, _origin: Origin) -> Any:
            if self._guarded:
                return broker.call(GRANT, request)
            headers = (
                *(pair for pair in request.headers if pair[0].lower() != "authorization"),
                ("Authorization", f"Bearer {KEY}"),
            )
            return FakeTransport(self._upstream.url).send(HttpRequest(request.method, request.url, headers, request.body), 10.0)

        relay = Relay({host.name for host in self._spec.hosts}, exchange, self._authority, refusal=self._spec.refusal)
        policy = SandboxPolicy(self._spec.environment, seconds=SECONDS)
        outcome = self.sandbox.run(self._filled(text), policy, relay)
        ledger.close()
        after = self.sandbox.run("print(6 * 7)", SandboxPolicy(seconds=20))
        losses = tuple(self._losses(outcome, after))
        return Result(name, (*self._escapes(outcome), *losses), losses, outcome, tuple(self._upstream.arrived))

    def _plant(self) -> None:
        self._canary_file = self._folder / "planted.txt"
        self._canary_file.write_text(f"{CANARY}_file\n")
        self._canary_file.chmod(0o666)
        self._watched = self._folder / "watched"
        self._watched.mkdir()
        self._watched.chmod(0o777)
        os.environ["PLANTED_KEY"] = f"{CANARY}_environment"
        self._stack.callback(os.environ.pop, "PLANTED_KEY", None)

    def _listen(self) -> None:
        self._tcp, self._udp = (
            self._stack.enter_context(socket.socket(socket.AF_INET, kind)) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        )
        self._unix = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        self._unix_path = self._folder / "listener"
        self._datagram = self._stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        datagram_path = Path(f"{self._unix_path}.datagram")
        for listener, address in (
            (self._tcp, ("127.0.0.1", 0)),
            (self._udp, ("127.0.0.1", 0)),
            (self._unix, str(self._unix_path)),
            (self._datagram, str(datagram_path)),
        ):
            listener.bind(address)
            listener.setblocking(False)
        self._unix_path.chmod(0o777)
        datagram_path.chmod(0o777)
        self._tcp.listen()
        self._unix.listen()

    def _filled(self, text: str) -> str:
        tokens = {
            "CANARY_FILE": self._canary_file,
            "WATCH_DIR": self._watched,
            "OWNER_PID": os.getpid(),
            "TCP_PORT": self._tcp.getsockname()[1],
            "UDP_PORT": self._udp.getsockname()[1],
            "UNIX_SOCKET": self._unix_path,
        }
        return filled(text, tokens)

    def _losses(self, outcome: Outcome, after: Outcome) -> Iterator[str]:
        said = outcome.stdout + outcome.stderr
        # Attacks that search print what they find backwards, so as not to find it in their own output.
        for what in ("key", "environment"):
            if f"{CANARY}_{what}" in said or f"{CANARY}_{what}" in said[::-1]:
                yield f"the planted {what} came out"
        if set(outcome.layers) - {"relay"} != set(after.layers):
            yield f"it claims other layers: {outcome.layers}"
        yield from self._misdirected()
        if (after.stdout, after.exit) != ("42\n", 0):
            yield f"the next run did not work: {after}"
        if outcome.duration_ms > 1000 * (SECONDS + 4):
            yield f"it ran for {outcome.duration_ms / 1000:.1f} s"

    def _escapes(self, outcome: Outcome) -> Iterator[str]:
        said = outcome.stdout + outcome.stderr
        yield from (line for line in said.splitlines() if line.startswith("ESCAPED"))
        if f"{CANARY}_file" in said:
            yield "the planted file came out"
        for listener, name in ((self._tcp, "TCP"), (self._unix, "Unix socket")):
            with contextlib.suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    yield f"a connection arrived at the {name} listener"
        for listener, name in ((self._udp, "UDP"), (self._datagram, "Unix")):
            with contextlib.suppress(BlockingIOError):
                while True:
                    listener.recv(65536)
                    yield f"a datagram arrived by {name}"
        if found := list(self._watched.iterdir()):
            yield f"it wrote {[path.name for path in found]}"
            for path in found:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        if self._canary_file.read_text() != f"{CANARY}_file\n" or self._canary_file.stat().st_mode & 0o777 != 0o666:
            yield "it changed the planted file"
            self._plant_again()

    def _plant_again(self) -> None:
        self._canary_file.unlink(missing_ok=True)
        self._canary_file.write_text(f"{CANARY}_file\n")
        self._canary_file.chmod(0o666)

    def _misdirected(self) -> Iterator[str]:
        hosts = {host.name for host in self._spec.hosts}
        for request in self._upstream.arrived:
            line = f"{request.method} {request.headers.get('host')} {request.target}"
            path = request.target.partition("?")[0]
            if request.headers.get("host") not in hosts or _DANGEROUS.search(unquote(path)) or _DANGEROUS.search(path):
                yield f"the API got {line}"
            if request.headers.get("authorization") != f"Bearer {KEY}":
                yield f"the API got {line} with a credential of the script's"
            if wrong := _DANGEROUS_HEADERS & set(request.headers):
                yield f"the API got {line} with {', '.join(sorted(wrong))}"


def filled(text: str, tokens: Mapping[str, object]) -> str:
    """`text` with its tokens replaced; unknown ones stay."""
    return re.sub("@([A-Z_]+)@", lambda found: str(tokens.get(found[1], found[0])), text)


class Upstream:
    """The API: answers every request with 200 and all that it got, the key included."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1")
                got = Arrived(self.command, self.path, {key.lower(): value for key, value in self.headers.items()}, body)
                upstream.arrived.append(got)
                echo = {"id": "cus_echo", "object": "customer", "deleted": False, "echo": to_json(got)}
                data = json.dumps(echo).encode()
                self.send_response(302 if "redirect" in self.path else 200)
                self.send_header("Location", "https://elsewhere.example/")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Echo-Authorization", self.headers.get("Authorization", ""))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 (names that http.server looks for)

            def log_message(self, *args: object) -> None:
                """Nothing: attacks make a lot of requests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Runs attacks and says which came through.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--unguarded", action="store_true", help="without the broker's rules")
    parser.add_argument("--without", default="", help="layers to leave out, separated by commas")
    parser.add_argument("--as-on-lambda", action="store_true", help="none of the kernel's layers")
    options = parser.parse_args()
    if options.as_on_lambda:
        not_dumpable()  # As run_code makes itself there.
    without = KERNEL if options.as_on_lambda else frozenset(filter(None, options.without.split(",")))
    # Whatever is left out on purpose is not asked for.
    terms = Terms(require=(), without=without, own_function=options.as_on_lambda)
    with Arena(guarded=not options.unguarded, terms=terms) as arena:
        for path in options.files:
            print(json.dumps(to_json(arena.run(path.stem, path.read_text()))), flush=True)


if __name__ == "__main__":
    main()
