"""How a request leaves the broker: by https to the API itself, or by plain http to the API's fake on this machine."""

import http.client
import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from agentic.broker.limits import RESPONSE_BYTES
from agentic.core.errors import BrokerError, NotSentError
from agentic.core.wire import HttpRequest, HttpResponse

NOT_HTTP = "not_http"
"""Data `reason` of a `NotSentError`: the request itself is why, and no other one of the API's is concerned."""

_CHUNK = 65536
_IDLE_SECONDS = 30.0
# A pattern of hosts has as many names as a script can think of.
_IDLE_CONNECTIONS = 16

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


class Transport(Protocol):
    """Sends one request and follows no redirect.

    Raises `BrokerError` when there is no whole answer: then nobody knows whether the API has done it. `NotSentError` when the
    request has certainly not left.
    """

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse: ...


def resolve(host: str, port: int) -> Sequence[str]:
    """The host's addresses, from the system's resolver."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def connect(address: str, port: int, timeout: float) -> socket.socket:
    """A plain connection to an address that was checked."""
    return socket.create_connection((address, port), timeout)


class HttpsTransport:
    """The real API. TLS verified, no proxy, and only to globally routable addresses: a name may not lead inside.

    Keeps one idle connection per host, of the hosts used last. `context` and `connect` are for tests.
    """

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
        connect: Connect = connect,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._context = context or _verifying_context()
        self._resolve = resolve
        self._connect = connect
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: dict[str, tuple[http.client.HTTPConnection, float]] = {}

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        url = urlsplit(request.url)
        host = url.hostname or ""
        if url.scheme != "https" or url.port not in (None, 443):
            raise NotSentError("only https on port 443 leaves the broker", reason=NOT_HTTP)
        # An idle connection may be one that its server is just closing: whether a write on it was read, nobody could tell.
        idle = self._take(host) if request.method in {"GET", "HEAD"} else None
        try:
            connection = idle or self._open(host, timeout)
        except (OSError, http.client.HTTPException) as error:
            raise NotSentError(f"{host} could not be reached: {type(error).__name__}: {error}") from error
        try:
            try:
                response, reusable = _exchange(connection, request, host, timeout)
            except BaseException:
                connection.close()
                raise
        except (OSError, http.client.HTTPException) as error:
            raise BrokerError(f"{host} gave no answer: {type(error).__name__}: {error}") from error
        except ValueError:  # A request that HTTP cannot carry; its words would quote the key.
            raise NotSentError(f"the request to {host} cannot be written as HTTP", reason=NOT_HTTP) from None
        if reusable:
            self._keep(host, connection)
        else:
            connection.close()
        return response

    def close(self) -> None:
        """Closes the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connection, _ in idle.values():
            connection.close()

    def _open(self, host: str, timeout: float) -> http.client.HTTPConnection:
        addresses = self._resolve(host, 443)
        routable = [address for address in addresses if _is_global(address)]
        if not routable:
            raise NotSentError(f"{host} does not lead to a public address: {', '.join(addresses) or 'none'}")
        # To the very address that was checked: resolving again could give another.
        plain = self._connect(routable[0], 443, timeout)
        try:
            tls = self._context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = http.client.HTTPConnection(host, 443, timeout=timeout)
        connection.auto_open = 0
        connection.sock = tls
        return connection

    def _take(self, host: str) -> http.client.HTTPConnection | None:
        with self._lock:
            connection, since = self._idle.pop(host, (None, 0.0))
        if connection is None:
            return None
        # A server that has closed it has said so: then there is something to read.
        gone = connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])
        if gone or self._clock() - since > _IDLE_SECONDS:
            connection.close()
            return None
        return connection

    def _keep(self, host: str, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            before = [self._idle.pop(host, None)]
            if len(self._idle) >= _IDLE_CONNECTIONS:
                before.append(self._idle.pop(next(iter(self._idle))))
            self._idle[host] = (connection, self._clock())
        for idle in before:
            if idle is not None:
                idle[0].close()


class FakeTransport:
    """An API's fake at `url` on this machine. The Host header stays the API's, so that one fake can be several hosts."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
            raise BrokerError(f"a fake is reached at http://127.0.0.1:PORT, not at {url}")
        self._address = (parts.hostname or "", parts.port or 80)

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse:
        host = urlsplit(request.url).hostname or ""
        connection = http.client.HTTPConnection(*self._address, timeout=timeout)
        try:
            connection.connect()
        except OSError as error:
            raise NotSentError(f"the fake of {host} could not be reached: {type(error).__name__}: {error}") from error
        try:
            response, _ = _exchange(connection, request, host, timeout)
        except (OSError, http.client.HTTPException) as error:
            raise BrokerError(f"the fake of {host} gave no answer: {type(error).__name__}: {error}") from error
        except ValueError:
            raise NotSentError(f"the request to {host} cannot be written as HTTP", reason=NOT_HTTP) from None
        finally:
            connection.close()
        return response


def _exchange(
    connection: http.client.HTTPConnection, request: HttpRequest, host: str, timeout: float
) -> tuple[HttpResponse, bool]:
    """The answer, and whether the connection can carry another request. `timeout` bounds the whole, not each part."""
    deadline = time.monotonic() + timeout
    target = request.url.removeprefix(f"https://{host}").removeprefix(":443")
    _set_timeout(connection, timeout)
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in (("Host", host), *request.headers):
        connection.putheader(name, value.encode("latin-1"))
    if request.body or request.method not in {"GET", "HEAD", "DELETE"}:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body or None)
    answer = connection.getresponse()
    _check_framing(answer, host)
    body = bytearray()
    # What is there, not what would fill the chunk: a trickle must not put the deadline off.
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > RESPONSE_BYTES:
            raise BrokerError(f"the answer of {host} is larger than {RESPONSE_BYTES:,} bytes")
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise BrokerError(f"the answer of {host} took longer than {timeout:g} s")
        _set_timeout(connection, remaining)
    if answer.length:
        raise http.client.IncompleteRead(bytes(body), answer.length)
    reusable = not answer.will_close
    # Read to its end, but only closing says so to the connection.
    answer.close()
    return HttpResponse(answer.status, tuple(answer.getheaders()), bytes(body)), reusable


def _set_timeout(connection: http.client.HTTPConnection, seconds: float) -> None:
    sock: Any = connection.sock
    if sock is not None:
        sock.settimeout(seconds)


def _check_framing(answer: http.client.HTTPResponse, host: str) -> None:
    """An interim answer, after which the real one would be read as the next request's; framing that cannot be undone."""
    if answer.status < 200:
        raise BrokerError(f"{host} answered with an interim status {answer.status} that was not asked for")
    coding = answer.getheader("Transfer-Encoding", "chunked")
    if coding.strip().lower() != "chunked" or len(set(answer.headers.get_all("Content-Length", []))) > 1:
        raise BrokerError(f"the answer of {host} is framed in a way that cannot be read")


def _verifying_context() -> ssl.SSLContext:
    """What `create_default_context` makes, but for its habit of writing TLS secrets to the file that SSLKEYLOGFILE names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    return context


# Outside of 2000::/3 nothing is global unicast. Inside of it, these lead to addresses that stand elsewhere in them (Teredo and
# 6to4, both out of use) or to nobody: IETF protocol assignments, documentation. https://www.iana.org/assignments/iana-ipv6-special-registry
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_A_HOST = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# How a host of IPv4 is reached from a network that has IPv6 only (RFC 6052): as global as the address inside.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _is_global(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None:
            return False
        inside = found.ipv4_mapped or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if inside is None:
            return found in _GLOBAL_UNICAST and not any(found in network for network in _NOT_A_HOST)
        found = inside
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
