"""The relay: carries a sandboxed script's connections as single HTTP exchanges. It holds no key and decides little.

A script asks for a host on an inherited socket; the relay hands it one end of a Unix stream, ends TLS at the other with
a certificate of the run's own authority, and passes each request to `exchange`. Satisfies `agentic.sandbox.Network`.
"""

import itertools
import json
import logging
import os
import re
import socket
import threading
from collections.abc import Callable, Iterable

from agentic.broker.ca import Authority
from agentic.broker.conversation import Conversation
from agentic.broker.limits import BODY_BYTES
from agentic.broker.unheard import Unheard
from agentic.core.errors import RunStopped
from agentic.core.host_names import covering
from agentic.core.spec import Refusal
from agentic.core.wire import HttpRequest, HttpResponse, Origin

Exchange = Callable[[HttpRequest, Origin], HttpResponse]
"""Answers one request of a script. May raise `RunStopped`: then the script gets no answer, to anything, and is ended."""

_CONNECTIONS = 32
_CONNECT_REQUEST_BYTES = 2048
_IDLE_SECONDS = 120.0
_HTTPS, _HTTP = 443, 80
_REASON = re.compile(r"[a-z_]{1,32}")

_log = logging.getLogger(__name__)


class Relay:
    """The network of the runs that may reach `hosts`: `exchange` answers their requests, from several threads at once.

    A host may be a pattern (`agentic.core.host_names`); certificates know such names too. `authority` is made once per
    process. `refusal` shapes what the relay itself refuses.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        exchange: Exchange,
        authority: Authority,
        *,
        refusal: Refusal | None = None,
        body_bytes: int = BODY_BYTES,
    ) -> None:
        self.hosts = frozenset(hosts)
        self.exchange = exchange
        self.authority = authority
        self.refusal = refusal or Refusal()
        self.body_bytes = body_bytes

    def serve(self, control: socket.socket) -> "RelayLink":
        """One run's connections, from now until `close`. Owns `control` (SOCK_SEQPACKET)."""
        return RelayLink(self, control)


class RelayLink:
    """One run's network: a thread for its connect requests and one for each connection."""

    def __init__(self, relay: Relay, control: socket.socket) -> None:
        self._relay = relay
        self._control = control
        self._context = relay.authority.server_context(sorted(relay.hosts))
        self._lock = threading.Lock()
        self._streams: dict[socket.socket, threading.Thread] = {}
        self._closed = False
        self._over = threading.Event()
        self._numbers = itertools.count(1)
        self._unheard = Unheard()
        self._stopping = False
        self._stopped, self._stop = os.pipe()
        os.set_blocking(self._stopped, False)
        self._listener = threading.Thread(target=self._listen, name="relay", daemon=True)
        self._listener.start()

    @property
    def trust(self) -> str:
        return self._relay.authority.trust

    @property
    def stopped(self) -> int:
        """A descriptor with the reason to be read once the run is to end. Open until `close`."""
        return self._stopped

    def stop(self, reason: str) -> None:
        """Answers nothing more to the script, which the sandbox then ends. The first reason counts; safe from any thread.

        What is not a word of a-z and "_" counts as "stopped".
        """
        with self._lock:
            if self._stopping or self._closed:
                return
            self._stopping = True
            os.write(self._stop, (reason if _REASON.fullmatch(reason) else "stopped").encode())

    def close(self) -> None:
        """Ends the run's connections. An exchange that is under way finishes by itself and its answer goes nowhere."""
        with self._lock:
            if not self._closed:
                os.close(self._stop)
                os.close(self._stopped)
            self._closed = True
            streams = dict(self._streams)
        self._over.set()
        for stream in (self._control, *streams):
            _shut(stream)
        for thread in (self._listener, *streams.values()):
            thread.join(0.5)

    def _listen(self) -> None:
        with self._control:
            while True:
                try:
                    # recv, never recvmsg: descriptors that a script sends along are dropped by the kernel.
                    data = self._control.recv(_CONNECT_REQUEST_BYTES)
                    if not data:
                        return
                    if self._stopping:
                        self._over.wait()
                        return
                    self._answer(data)
                except OSError:
                    return

    def _answer(self, data: bytes) -> None:
        reason = self._unfit(data)
        if not reason:
            request = json.loads(data)
            reason = self._connect(request["host"], request["port"])
        if reason:
            self._control.send(json.dumps({"refused": reason}).encode())

    def _unfit(self, data: bytes) -> str:
        try:
            request = json.loads(data)
            host, port = request["host"], request["port"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return "not a connect request"
        allowed = ", ".join(sorted(self._relay.hosts))
        if not isinstance(host, str) or covering(self._relay.hosts, host) is None:
            return f"scripts reach only {allowed}"
        if type(port) is not int or port not in (_HTTPS, _HTTP):
            return f"{host} is reached by https on port {_HTTPS} only"
        return ""

    def _connect(self, host: str, port: int) -> str:
        """Hands out a stream; the reason when it cannot."""
        ours, theirs = socket.socketpair()
        with theirs:
            thread = threading.Thread(target=self._serve, args=(ours, host, port), name=f"relay {host}", daemon=True)
            with self._lock:
                if self._closed or len(self._streams) >= _CONNECTIONS:
                    ours.close()
                    return f"no more than {_CONNECTIONS} connections at a time"
                self._streams[ours] = thread
                ours.settimeout(_IDLE_SECONDS)
                thread.start()
            socket.send_fds(self._control, [b'{"ok": true}'], [theirs.fileno()])
        return ""

    def _serve(self, stream: socket.socket, host: str, port: int) -> None:
        try:
            self._converse(stream, host, port)
        except (OSError, ValueError) as error:  # The script closed the connection, or does not speak TLS.
            _log.debug("connection to %s ended: %s", host, error)
        except RunStopped as stop:
            self.stop(stop.reason)
            _log.debug("the run is stopped: %s", stop)
            # A closed connection would be an answer too: the script could go on from it before it is ended.
            self._over.wait()
        finally:
            with self._lock:
                self._streams.pop(stream, None)
            stream.close()

    def _converse(self, stream: socket.socket, host: str, port: int) -> None:
        conversation = Conversation(
            host,
            lambda request, lane: self._exchange(stream, request, lane),
            self._relay.refusal,
            self._relay.body_bytes,
            before_answer=self._check_stopping,
            after_answer=lambda: self._unheard.heard(stream),
        )
        if port == _HTTP:
            # Spoken in the clear on this machine's own socket only; the broker sends it by https.
            conversation.hold(stream)
            return
        # On a duplicate, so that `close` can end `stream` while TLS reads from it.
        with self._context.wrap_socket(stream.dup(), server_side=True) as tls:
            conversation.hold(tls)

    def _exchange(self, stream: socket.socket, request: HttpRequest, lane: str) -> HttpResponse:
        self._check_stopping()
        return self._unheard.answer(
            stream, lane, request, lambda: self._relay.exchange(request, Origin(lane, next(self._numbers)))
        )

    def _check_stopping(self) -> None:
        if self._stopping:
            raise RunStopped("stopped")


def _shut(stream: socket.socket) -> None:
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:  # It is closed already.
        return
