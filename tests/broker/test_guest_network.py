"""Every way in which honest code opens a connection works in the sandbox, and what cannot work says why."""

from collections.abc import Iterator

import pytest
from broker_stage import SPEC
from echo_upstream import EchoUpstream
from sandbox_stage import SDK_FOLDERS, Stage

from agentic.broker.ca import Authority
from agentic.sandbox import Sandbox

GET = 'GET = b"GET /v1/customers HTTP/1.1\\r\\nHost: api.stripe.com\\r\\n\\r\\n"\nWHERE = "api.stripe.com"\n'

# Each prints "done" when what it does has worked.
WAYS = {
    "create_connection from an own address": """
import socket
stream = socket.create_connection((WHERE, 80), 5, ("0.0.0.0", 0))
stream.sendall(GET)
print("done" if stream.recv(15) == b"HTTP/1.1 200 OK" and stream.getpeername() == (WHERE, 80) else "?")
""",
    "connect without blocking": """
import selectors, socket
stream = socket.socket()
stream.setblocking(False)
assert stream.connect_ex((WHERE, 80)) == 0 and not stream.getblocking()
stream.sendall(GET)
with selectors.DefaultSelector() as selector:
    selector.register(stream, selectors.EVENT_READ)
    print("done" if selector.select(5) and stream.recv(8) == b"HTTP/1.1" else "?")
""",
    "options of TCP and of the socket": """
import socket
stream = socket.create_connection((WHERE, 80))
stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
print("done" if stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 else "?")
""",
    "a duplicate, a file, a detached descriptor": """
import os, socket
stream = socket.create_connection((WHERE, 80))
twin = stream.dup()
assert twin.getpeername() == (WHERE, 80)
os.close(stream.detach())
with twin.makefile("rwb") as file:
    file.write(GET)
    file.flush()
    print("done" if file.readline().startswith(b"HTTP/1.1 200") else "?")
""",
    "asyncio's create_connection from an own address": """
import asyncio
class Client(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(GET)
    def data_received(self, data):
        answer.set_result(data)
async def main():
    global answer
    answer = asyncio.get_running_loop().create_future()
    await asyncio.get_running_loop().create_connection(Client, WHERE, 80, local_addr=("0.0.0.0", 0))
    print("done" if (await answer).startswith(b"HTTP/1.1 200") else "?")
asyncio.run(main())
""",
    "asyncio's sock_connect": """
import asyncio, socket
async def main():
    loop, stream = asyncio.get_running_loop(), socket.socket()
    stream.setblocking(False)
    await loop.sock_connect(stream, (WHERE, 80))
    await loop.sock_sendall(stream, GET)
    print("done" if (await loop.sock_recv(stream, 8)) == b"HTTP/1.1" else "?")
asyncio.run(main())
""",
    "asyncio's happy eyeballs": """
import asyncio
async def main():
    reader, writer = await asyncio.open_connection(WHERE, 80, happy_eyeballs_delay=0.1)
    writer.write(GET)
    print("done" if (await reader.readline()).startswith(b"HTTP/1.1 200") else "?")
asyncio.run(main())
""",
    "TLS around a socket that is not connected yet": """
import socket, ssl
stream = ssl.create_default_context().wrap_socket(socket.socket(), server_hostname=WHERE)
stream.connect((WHERE, 443))
stream.sendall(GET)
print("done" if stream.recv(8) == b"HTTP/1.1" else "?")
""",
    "TLS in memory": """
import socket, ssl
into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = ssl.create_default_context().wrap_bio(into, out, server_hostname=WHERE)
stream = socket.create_connection((WHERE, 443))
while True:
    try:
        tls.do_handshake()
        break
    except ssl.SSLWantReadError:
        stream.sendall(out.read())
        into.write(stream.recv(65536))
print("done" if tls.version() == "TLSv1.3" else "?")
""",
    "contexts of every kind": """
import certifi, socket, ssl
class Context(ssl.SSLContext):
    pass
own = Context(ssl.PROTOCOL_TLS_CLIENT)
own.load_verify_locations(cafile=certifi.where())
of_a_file = ssl.create_default_context(cafile=certifi.where())
for context in (own, of_a_file, ssl.create_default_context(), ssl._create_unverified_context()):
    with context.wrap_socket(socket.create_connection((WHERE, 443)), server_hostname=WHERE) as tls:
        tls.sendall(GET)
        assert tls.recv(8) == b"HTTP/1.1"
print("done")
""",
    "http.client with a context and an own address": """
import http.client, ssl
connection = http.client.HTTPSConnection(WHERE, context=ssl.create_default_context(), source_address=("", 0))
connection.request("GET", "/v1/customers")
print("done" if connection.getresponse().status == 200 else "?")
""",
    "users of verify=False and of their own bundle": """
import certifi, httpx, requests, urllib3, warnings
warnings.simplefilter("ignore")
assert requests.get(URL, verify=False).status_code == requests.get(URL, verify=certifi.where()).status_code == 200
assert httpx.get(URL, verify=False).status_code == 200
assert urllib3.PoolManager(cert_reqs="CERT_NONE").request("GET", URL).status == 200
print("done")
""",
    "a pair of sockets": """
import socket
one, other = socket.socketpair()
one.sendall(b"done")
print(other.recv(4).decode())
""",
    "look-ups": """
import socket
found = socket.getaddrinfo(WHERE, "https", socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
((family, kind, protocol, _, address),) = found
stream = socket.socket(family, kind, protocol)
stream.connect(address)
assert socket.getaddrinfo(host=WHERE, port=None)[0][4] == (WHERE, 0)
assert socket.getaddrinfo("1.2.3.4", 80, flags=socket.AI_NUMERICHOST)[0][4] == ("1.2.3.4", 80)
print("done" if address == (WHERE, 443) else "?")
""",
}
REFUSALS = {
    "another name": ("socket.create_connection(('evil.test', 443))", "the sandbox refuses evil.test:443: scripts reach only"),
    "an IPv6 address": ("socket.socket(socket.AF_INET6).connect(('2606:4700::1111', 443, 0, 0))", "scripts reach only"),
    "datagrams": ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('8.8.8.8', 53))", "carries streams only"),
    "a server": ("socket.create_server(('127.0.0.1', 0))", "the sandbox takes no connections"),
    "a name as a number": ("socket.getaddrinfo(WHERE, 80, flags=socket.AI_NUMERICHOST)", "is no address"),
    "a service nobody knows": ("socket.getaddrinfo(WHERE, 'gopher')", "unknown service"),
    "a look-up of an address": ("socket.gethostbyname(WHERE)", "resolves no names"),
    "the peer of nobody": ("socket.socket().getpeername()", "not connected"),
    "a proxy": ("requests.get(URL, proxies={'https': 'http://proxy.test:3128'})", "the sandbox refuses proxy.test:3128"),
    "another API over asyncio": ("asyncio.run(asyncio.open_connection('evil.test', 443, ssl=True))", "scripts reach only"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox:
        yield sandbox


@pytest.fixture
def stage(sandbox: Sandbox) -> Iterator[Stage]:
    with EchoUpstream() as upstream:
        yield Stage(sandbox, upstream, Authority())


@pytest.mark.parametrize("way", WAYS)
def test_way_to_connect_works(stage: Stage, way: str) -> None:
    outcome = stage.run(GET + WAYS[way])
    assert outcome.stdout == "done\n", outcome.stderr


@pytest.mark.parametrize("attempt", REFUSALS)
def test_what_cannot_work_says_why(stage: Stage, attempt: str) -> None:
    code, reason = REFUSALS[attempt]
    outcome = stage.run(f"import asyncio, requests, socket\n{GET}{code}")
    assert outcome.exit == 1
    assert reason in outcome.stderr
    assert not stage.upstream.received


def test_certificates_of_others_are_not_trusted_whatever_bundle_is_named(stage: Stage) -> None:
    """The one authority that is trusted is the relay's own, and a server of another authority is told apart."""
    outcome = stage.run("import certifi, ssl\nprint(len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs()))")
    assert outcome.stdout == "1\n", outcome.stderr
