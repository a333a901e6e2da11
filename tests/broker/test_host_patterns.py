"""A pattern of hosts opens its own hosts, and none that only looks like one: at the relay, the broker, TLS and the fake."""

import contextlib
import dataclasses
import http.client
import json
import socket
import ssl
from collections.abc import Iterator

import pytest
from broker_stage import GRANT, KEY, SPEC, RecordingTransport, broker
from echo_upstream import EchoUpstream
from relay_stage import Client, Exchanges
from sandbox_stage import SDK_FOLDERS, Stage
from tls_server import TlsServer, plain_answer

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay
from agentic.core.errors import BrokerError
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation
from agentic.core.wire import HttpRequest
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox
from tests.core.test_host_names import LOOKALIKES

PATTERN, OWN = "*.example.com", "shop.example.com"
READ = (Operation("GET", "/v1/things", "things"),)


def pattern_spec(name: str = PATTERN, **changes: object) -> ApiSpec:
    key = Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization")
    return dataclasses.replace(SPEC, hosts=(Host(name, READ, key),), refused=(), **changes)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def client(authority: Authority) -> Iterator[Client]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = Relay([PATTERN], Exchanges(), authority, refusal=SPEC.refusal).serve(ours)
    with theirs:
        yield Client(link, theirs)
        link.close()


@pytest.mark.parametrize("host", LOOKALIKES)
def test_the_relay_gives_no_connection_to_a_lookalike(client: Client, host: str):
    answer, stream = client.ask(json.dumps({"host": host, "port": 443}).encode())
    assert stream is None
    assert answer["refused"] == "scripts reach only *.example.com"


@pytest.mark.parametrize("host", LOOKALIKES)
def test_the_broker_sends_nothing_to_a_lookalike(host: str):
    transport = RecordingTransport()
    answer = broker(transport, spec=pattern_spec()).call(GRANT, HttpRequest("GET", f"https://{host}/v1/things", (), b""))
    assert answer.status == 403
    assert transport.sent == []


def test_control_the_patterns_own_host_is_connected_and_gets_the_key(client: Client):
    with client.stream(443, OWN) as stream:
        assert stream.fileno() >= 0
    transport = RecordingTransport()
    answer = broker(transport, spec=pattern_spec()).call(GRANT, HttpRequest("GET", f"https://{OWN}/v1/things", (), b""))
    assert answer.status == 200
    assert transport.sent[0].url == f"https://{OWN}/v1/things"
    assert dict(transport.sent[0].headers)["Authorization"] == f"Bearer {KEY}"


def test_on_a_connection_to_one_host_of_the_pattern_another_one_cannot_be_named(client: Client):
    with client.stream(80, OWN) as stream:
        stream.sendall(b"GET /v1/things HTTP/1.1\r\nHost: other.example.com\r\n\r\n")
        assert stream.recv(65536).startswith(b"HTTP/1.1 403")
    # Control: its own name is answered.
    with client.stream(80, OWN) as stream:
        stream.sendall(f"GET /v1/things HTTP/1.1\r\nHost: {OWN}\r\n\r\n".encode())
        assert stream.recv(65536).startswith(b"HTTP/1.1 200")


def test_the_relays_certificate_holds_for_the_patterns_hosts_alone(client: Client):
    with client.context.wrap_socket(client.stream(443, OWN), server_hostname=OWN) as tls:
        assert tls.getpeercert()
    for other in ("example.com", "a.b.example.com", "evil-example.com"):
        with pytest.raises(ssl.SSLCertVerificationError):
            client.context.wrap_socket(client.stream(443, OWN), server_hostname=other)


def test_the_api_must_prove_the_very_name_and_not_another_of_the_pattern(authority: Authority):
    request = HttpRequest("GET", f"https://{OWN}/v1/things", (), b"")
    with (
        TlsServer(authority, ["other.example.com"], plain_answer).serving() as server,
        pytest.raises(BrokerError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        server.transport().send(request, 5)
    with TlsServer(authority, [OWN], plain_answer).serving() as server:
        transport = server.transport()
        assert transport.send(request, 5).body == f"/v1/things {OWN}".encode()
        transport.close()


def test_a_script_that_thinks_of_many_hosts_does_not_make_the_broker_keep_as_many_connections(authority: Authority):
    with TlsServer(authority, [PATTERN], plain_answer).serving() as server:
        transport = server.transport()
        for number in range(40):
            assert transport.send(HttpRequest("GET", f"https://h{number}.example.com/v1/things", (), b""), 5).status == 200
        kept = len(transport._idle)
        # The newest is used again, the oldest is not.
        before = server.connections
        transport.send(HttpRequest("GET", "https://h39.example.com/v1/things", (), b""), 5)
        assert server.connections == before
        transport.send(HttpRequest("GET", "https://h0.example.com/v1/things", (), b""), 5)
        assert server.connections == before + 1
        transport.close()
    assert 1 < kept <= 16


def test_a_hosts_own_declaration_comes_before_the_pattern():
    own = Host("files.example.com", (Operation("GET", "/files/{id}", "files"),))
    spec = pattern_spec()
    both = dataclasses.replace(spec, hosts=(*spec.hosts, own))
    transport = RecordingTransport()
    the_broker = broker(transport, spec=both)
    assert the_broker.call(GRANT, HttpRequest("GET", "https://files.example.com/v1/things", (), b"")).status == 403
    assert the_broker.call(GRANT, HttpRequest("GET", "https://files.example.com/files/1", (), b"")).status == 200
    assert "Authorization" not in dict(transport.sent[0].headers)
    assert the_broker.call(GRANT, HttpRequest("GET", f"https://{OWN}/v1/things", (), b"")).status == 200


@pytest.mark.parametrize("kind", [CredentialKind.QUERY, CredentialKind.PATH])
def test_credentials_in_the_url_go_to_the_host_that_was_asked(kind: CredentialKind):
    operation = Operation("GET", "/v1/{token}", "things")
    host = Host(PATTERN, (operation,), Credential(kind, "{api_key}", "token"))
    spec = dataclasses.replace(SPEC, hosts=(host,), refused=())
    transport = RecordingTransport()
    broker(transport, spec=spec, secret={"api_key": "SECRET"}).call(GRANT, HttpRequest("GET", f"https://{OWN}/v1/x", (), b""))
    assert transport.sent[0].url == f"https://{OWN}" + ("/v1/x?token=SECRET" if kind is CredentialKind.QUERY else "/v1/SECRET")


SCRIPT = """
import requests
for host in {hosts!r}:
    try:
        print(host, requests.get(f"https://{{host}}/v1/things", headers=AUTH, timeout=5).status_code)
    except Exception as error:
        print(host, "refused" if "scripts reach only" in str(error) or "resolve" in str(error) else type(error).__name__)
"""


def test_a_script_reaches_the_patterns_own_host_and_no_lookalike(authority: Authority):
    """What requests itself makes of a name (lower case, punycode) is judged as what it then asks for."""
    attacks = ["evil-example.com", "a.b.example.com", "example.com", f"{OWN}.", f"{OWN}.evil.dev", "пример.example.com"]
    with Sandbox(SPEC.sdk, python_path=SDK_FOLDERS) as sandbox, EchoUpstream() as upstream:
        stage = Stage(sandbox, upstream, authority, pattern_spec())
        outcome = stage.run(SCRIPT.format(hosts=[*attacks, OWN]))
    lines = outcome.stdout.splitlines()
    assert lines[-1] == f"{OWN} 200", outcome.stderr
    assert all(not line.endswith(" 200") for line in lines[:-1]), lines
    assert [received.headers["host"] for received in upstream.received] == [OWN]


class Telling:
    """A fake that answers with the host it was asked as."""

    def respond(self, request: FakeRequest) -> FakeResponse:
        return FakeResponse(200, request.host.encode())


def telling(store: object, secrets: object) -> Telling:
    return Telling()


def test_the_fakes_listener_answers_for_the_patterns_hosts_alone():
    fakes = Fakes(lambda name: {})
    fakes.add(pattern_spec(fake=f"{__name__}:telling"))
    fakes.start()
    try:
        assert ask(fakes, OWN) == (200, OWN.encode())
        for host in ("example.com", "a.b.example.com", "evil-example.com", "Shop.example.com", "x.example.com.evil.dev"):
            assert ask(fakes, host)[0] == 421
    finally:
        fakes.close()


def ask(fakes: Fakes, host: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(fakes.url.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read()
